import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { UserMessages } from '../../views/pages/user/messages.tsx'
import { RemarkForms } from '../../views/pages/user/remarks.tsx'
import { Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { today } from '../lib/time.ts'
import { sendFramed } from '../send-framed.tsx'
import { type FoundUser, knownUser, titleOf } from './find.ts'
import { readMessages } from './messages.ts'
import { writeByModel } from './model-profile.ts'
import { addTag, deleteNote, removeTag, writeNote } from './notes.ts'
import { USERS_PATH, userHref } from './paths.ts'
import { tagUsers, untagUsers } from './picks.ts'
import { noteChange } from './version.ts'

type Act = (user: FoundUser, fields: Record<string, string>) => Promise<unknown>

/** What admins write down about a user, and the messages, which nobody reads unseen. */
export function mountUsers(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')
  const at = `${USERS_PATH}/:id`
  const post = (path: string, done: string, act: (c: Context<Env>) => Act) =>
    app.post(path, acts, smallBody, (c) => remark(c, deps, done, act(c)))

  post(
    `${at}/notes`,
    'note',
    (c) =>
      (user, { note = '' }) =>
        writeNote(deps, adminOf(c), user, note),
  )
  post(
    `${at}/notes/:note/delete`,
    'deleted',
    (c) => (user) => deleteNote(deps, adminOf(c), user, c.req.param('note') ?? ''),
  )
  post(
    `${at}/tags`,
    'tag',
    (c) =>
      (user, { tag = '' }) =>
        addTag(deps, adminOf(c), user, tag),
  )
  post(
    `${at}/tags/remove`,
    'untagged',
    (c) =>
      (user, { tag = '' }) =>
        removeTag(deps, adminOf(c), user, tag),
  )

  app.post(`${USERS_PATH}/picks`, acts, smallBody, async (c) => {
    const { user = [], word, act, back } = await c.req.parseBody({ all: true })
    const picked = [user].flat().filter((id) => typeof id === 'string')
    const change = act === 'untag' ? untagUsers : tagUsers
    const n = await change(deps, adminOf(c), picked, typeof word === 'string' ? word : '')
    noteChange()
    const done = { done: act === 'untag' ? 'untagged' : 'tagged', n: String(n) }
    return c.redirect(withParams(typeof back === 'string' ? back : '', done), 303)
  })

  app.post(`${at}/profile`, acts, smallBody, async (c) => {
    const user = await knownUser(deps, adminOf(c), c.req.param('id') ?? '')
    const written = await writeByModel(deps, adminOf(c), user)
    noteChange()
    return c.redirect(`${userHref(user.id)}?done=${written ? 'profile' : 'rules'}`, 303)
  })

  app.get(`${at}/messages`, acts, async (c) => {
    const admin = adminOf(c)
    const user = await knownUser(deps, admin, c.req.param('id') ?? '')
    const before = c.req.query('before')
    const page = await readMessages(deps, admin, user, before)
    const { timeZone } = deps.config
    const day = today(deps.now(), timeZone)
    const path = `${userHref(user.id)}/messages`
    return framed(
      c,
      deps,
      user,
      'Messages',
      <UserMessages page={page} path={path} today={day} timeZone={timeZone} first={!before} />,
    )
  })
}

/** Back to the list as it was, with what was done; anywhere else is not led to. */
function withParams(query: string, params: Record<string, string>): string {
  const kept = new URLSearchParams(query.slice(0, 2_000))
  for (const [name, value] of Object.entries(params)) kept.set(name, value)
  return `${USERS_PATH}?${kept}`
}

/** Back to the page; what was not taken is still there, with the reason at its field. */
async function remark(c: Context<Env>, deps: Deps, done: string, act: Act): Promise<Response> {
  const user = await knownUser(deps, adminOf(c), c.req.param('id') ?? '')
  const fields = await fieldsOf(c)
  try {
    await act(user, fields)
    noteChange()
    return c.redirect(`${userHref(user.id)}?done=${done}`, 303)
  } catch (error) {
    if (!(error instanceof Problem) || error.field === undefined) throw error
    const forms = <RemarkForms path={userHref(user.id)} values={fields} errors={{ [error.field]: error.message }} />
    return framed(
      c,
      deps,
      user,
      'Tags and notes',
      <Card id="remarks" title="Not written yet">
        {forms}
      </Card>,
      422,
    )
  }
}

const framed = (c: Context<Env>, deps: Deps, user: FoundUser, title: string, content: Child, status: 200 | 422 = 200) =>
  sendFramed(
    c,
    deps,
    {
      title,
      page: USERS_PATH,
      crumbs: [
        { label: 'Users', href: USERS_PATH },
        { label: titleOf(user), href: userHref(user.id) },
      ],
      status,
    },
    content,
  )
