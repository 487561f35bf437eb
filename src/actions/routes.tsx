import type { Context, Hono, MiddlewareHandler } from 'hono'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { requireRecentProof } from '../auth/proof.tsx'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { act, askAgain } from './act.ts'
import { askPage } from './ask-page.tsx'
import { type Draft, firstDraft, isTyped, readDraft, seenOf } from './draft.ts'
import { whyNot } from './may.ts'
import { runHref, subjectOf } from './paths.ts'
import { findAction, readFields } from './registry.ts'
import { linkPage, liveRun, runPage } from './run-page.tsx'
import { findRun } from './runs.ts'
import { findSubject, newSubject } from './subject.ts'
import type { Action, FieldValues, Subject } from './types.ts'

const ASK = '/dashboard/users/:id/actions/:action'
const RUN = '/dashboard/actions/:run'

/** The pages that ask before an action, and tell what became of it; programs use /api/users/:id/actions. */
export function mountActions(app: Hono<Env>, fast: Hono<Env>, deps: Deps): void {
  const reads = requireRole('viewer')
  const acts = requireRole('operator')

  app.get(ASK, acts, async (c) => {
    const { action, subject } = await askedOf(c, deps)
    const { undo } = c.req.query()
    const undone = undo ? await findRun(deps, adminOf(c), undo) : undefined
    const draft = firstDraft(action, subject, undone, deps.now())
    return askPage(c, deps, { action, subject, draft, fresh: true })
  })

  // Without do=act nothing is done: it shows what would be.
  app.post(ASK, acts, smallBody, provedWhereItDestroys(deps), async (c) => {
    const { action, subject } = await askedOf(c, deps)
    const form = await fieldsOf(c)
    const draft = readDraft(action, form)
    if (form.do !== 'act') return askPage(c, deps, { action, subject, draft })
    return doIt(c, deps, action, subject, draft)
  })

  app.get(RUN, reads, async (c) => runPage(c, deps, await findRun(deps, adminOf(c), c.req.param('run'))))

  fast.get('/live/actions/:run', reads, async (c) =>
    liveRun(c, deps, await findRun(deps, adminOf(c), c.req.param('run'))),
  )

  app.post(`${RUN}/ask`, acts, smallBody, async (c) => {
    const run = await findRun(deps, adminOf(c), c.req.param('run'))
    const { run: after, url } = await askAgain(deps, adminOf(c), run, findAction(run.action))
    return url === undefined ? c.redirect(runHref(after.id), 303) : linkPage(c, deps, after, url)
  })
}

/** Looking at what would be destroys nothing. */
function provedWhereItDestroys(deps: Deps): MiddlewareHandler<Env> {
  const proved = requireRecentProof(deps)
  return async (c, next) => {
    const acts = findAction(c.req.param('action') ?? '')?.destructive && (await fieldsOf(c)).do === 'act'
    return acts ? proved(c, next) : next()
  }
}

async function askedOf(c: Context<Env>, deps: Deps): Promise<{ action: Action; subject: Subject }> {
  const action = findAction(c.req.param('action') ?? '')
  const id = subjectOf(c.req.param('id') ?? '')
  if (!action || (id === '') !== (action.creates === true)) throw new NotFound('There is no such action.')
  const subject = id === '' ? newSubject : await findSubject(deps, adminOf(c), id)
  return { action, subject }
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
    const undoOf = undo === '' ? undefined : (await findRun(deps, adminOf(c), undo)).id
    const wish = { action, subject, fields, reason: reason || undefined, key, ...(undoOf && { undoOf }) }
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
