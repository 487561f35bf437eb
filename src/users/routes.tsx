import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { Layout } from '../../views/layout.tsx'
import { UserMessages } from '../../views/pages/user/messages.tsx'
import { RemarkForms } from '../../views/pages/user/remarks.tsx'
import { Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { Problem } from '../lib/errors.ts'
import { today } from '../lib/time.ts'
import { type FoundUser, knownUser, titleOf } from './find.ts'
import { readMessages } from './messages.ts'
import { addTag, deleteNote, removeTag, writeNote } from './notes.ts'
import { USERS_PATH, userHref } from './paths.ts'
import { noteChange } from './version.ts'

type Act = (user: FoundUser, fields: Record<string, string>) => Promise<void>

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

async function framed(
  c: Context<Env>,
  deps: Deps,
  user: FoundUser,
  title: string,
  content: Child,
  status: 200 | 422 = 200,
) {
  const page = (
    <Layout
      title={title}
      page={USERS_PATH}
      {...(await frameOf(deps, adminOf(c)))}
      crumbs={[
        { label: 'Users', href: USERS_PATH },
        { label: titleOf(user), href: userHref(user.id) },
      ]}
    >
      <div class="q-page">{content}</div>
    </Layout>
  )
  c.header('Cache-Control', 'private, no-store')
  return c.html(String(await page), status)
}
