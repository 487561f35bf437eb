import type { Context, Hono, MiddlewareHandler } from 'hono'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { requireRecentProof } from '../auth/proof.tsx'
import type { Deps } from '../context.ts'
import type { Env, Role } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { USERS_PATH } from '../users/paths.ts'
import { act } from './act.ts'
import { askAgain, wantsProof } from './ask-again.ts'
import { askPage } from './ask-page.tsx'
import { type Draft, firstDraft, isTyped, readDraft, seenOf } from './draft.ts'
import { whyNot } from './may.ts'
import { PRODUCT_PATH, runHref, subjectOf } from './paths.ts'
import { findAction, readFields } from './registry.ts'
import { linkPage, liveRun, runPage } from './run-page.tsx'
import { findRun } from './runs.ts'
import { loadSubject } from './subject.ts'
import { type Action, type FieldValues, SUBJECT_KINDS, type Subject, type SubjectKind } from './types.ts'

/** Where each kind of subject is asked about, and from which role up. */
const ASK = {
  user: { path: `${USERS_PATH}/:id/actions/:action`, role: 'operator' },
  product: { path: `${PRODUCT_PATH}/actions/:action`, role: 'owner' },
} as const satisfies Record<SubjectKind, { path: string; role: Role }>
const RUN = '/dashboard/actions/:run'

/** The pages that ask before an action, and tell what became of it; programs use /api/users/:id/actions. */
export function mountActions(app: Hono<Env>, fast: Hono<Env>, deps: Deps): void {
  const reads = requireRole('viewer')
  const acts = requireRole('operator')
  for (const kind of SUBJECT_KINDS) mountAsk(app, deps, kind)

  app.get(RUN, reads, async (c) => runPage(c, deps, await findRun(deps, adminOf(c), c.req.param('run'))))

  fast.get('/live/actions/:run', reads, async (c) =>
    liveRun(c, deps, await findRun(deps, adminOf(c), c.req.param('run'))),
  )

  const proved = provedWhere(deps, async (c) => wantsProof(await findRun(deps, adminOf(c), c.req.param('run') ?? '')))
  app.post(`${RUN}/ask`, acts, smallBody, proved, async (c) => {
    const run = await findRun(deps, adminOf(c), c.req.param('run'))
    const { run: after, url } = await askAgain(deps, adminOf(c), run)
    return url === undefined ? c.redirect(runHref(after.id), 303) : linkPage(c, deps, after, url)
  })
}

function mountAsk(app: Hono<Env>, deps: Deps, kind: SubjectKind): void {
  const { path, role } = ASK[kind]
  const acts = requireRole(role)

  app.get(path, acts, async (c) => {
    const { action, subject } = await askedOf(c, deps, kind)
    const query = c.req.query()
    const undone = query.undo ? await findRun(deps, adminOf(c), query.undo) : undefined
    const draft = firstDraft(action, subject, undone, deps.now(), query)
    return askPage(c, deps, { action, subject, draft, fresh: true })
  })

  // Without do=act nothing is done: it shows what would be.
  const proved = provedWhere(deps, async (c) => {
    return findAction(c.req.param('action') ?? '')?.proved === true && (await fieldsOf(c)).do === 'act'
  })
  app.post(path, acts, smallBody, proved, async (c) => {
    const { action, subject } = await askedOf(c, deps, kind)
    const form = await fieldsOf(c)
    const draft = readDraft(action, form)
    if (form.do !== 'act') return askPage(c, deps, { action, subject, draft })
    return doIt(c, deps, action, subject, draft)
  })
}

/** A recent proof, of those requests that want one: looking at what would be destroys nothing. */
function provedWhere(deps: Deps, wants: (c: Context<Env>) => Promise<boolean>): MiddlewareHandler<Env> {
  const proved = requireRecentProof(deps)
  return async (c, next) => ((await wants(c)) ? proved(c, next) : next())
}

async function askedOf(c: Context<Env>, deps: Deps, kind: SubjectKind): Promise<{ action: Action; subject: Subject }> {
  const action = findAction(c.req.param('action') ?? '')
  const id = subjectOf(c.req.param('id') ?? '')
  const nobody = action?.creates === true || kind === 'product'
  if (action?.on !== kind || (id === '') !== nobody) throw new NotFound('There is no such action.')
  return { action, subject: await loadSubject(deps, adminOf(c), kind, id) }
}

/** Does it, where all is given and what is done is what was shown; else shows the form again with what is missing. */
async function doIt(c: Context<Env>, deps: Deps, action: Action, subject: Subject, draft: Draft): Promise<Response> {
  const read = readFields(action, draft.values)
  const errors = { ...(read.ok ? {} : read.errors), ...missing(action, subject, draft) }
  if (!read.ok || Object.keys(errors).length > 0)
    return askPage(c, deps, { action, subject, draft, errors, status: 422 })
  if (draft.seen !== seenOf(action, subject, read.values))
    return askPage(c, deps, { action, subject, draft, note: CHANGED, status: 422 })
  const off = whyNot(deps, adminOf(c), action)
  if (off) return askPage(c, deps, { action, subject, draft, status: 422 })
  return goOn(c, deps, action, subject, draft, read.values)
}

const CHANGED = 'Nothing is done yet: this is what would change with what you have entered now.'

async function goOn(
  c: Context<Env>,
  deps: Deps,
  action: Action,
  subject: Subject,
  draft: Draft,
  fields: FieldValues,
): Promise<Response> {
  const { reason, key, undo } = draft
  try {
    const undoes = undo === '' ? undefined : await findRun(deps, adminOf(c), undo)
    const wish = { action, subject, fields, reason: reason || undefined, key, ...(undoes && { undoes }) }
    const { run, url } = await act(deps, adminOf(c), wish)
    return url === undefined ? c.redirect(runHref(run.id), 303) : linkPage(c, deps, run, url)
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error
    return askPage(c, deps, { action, subject, draft, note: error.message, status: error.status })
  }
}

function missing(action: Action, subject: Subject, { reason, typed }: Draft): Record<string, string> {
  return {
    ...(action.reason === 'required' && reason === '' && { reason: 'Say why: it is kept in the audit log.' }),
    ...(action.typed &&
      !isTyped(typed, subject) && { typed: `Type ${subject.email ?? subject.id} to say that you mean this user.` }),
  }
}
