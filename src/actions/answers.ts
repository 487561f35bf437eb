import type { Context } from 'hono'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import type { Outcome } from './client.ts'
import type { Would } from './contract.ts'
import { type ActionRun, undoOf } from './runs.ts'
import type { Settled } from './settle.ts'

/** A run as programs get it. */
export function viewOf(run: ActionRun, now: Date, url?: string) {
  const undo = undoOf(run, now)
  return {
    id: run.id,
    action: run.action,
    user_id: run.userId || null,
    state: run.state,
    message: run.answer?.message ?? null,
    problem: run.problem,
    changes: run.answer?.changes ?? [],
    undo: undo ? { action: undo.action, fields: undo.fields, until: instant(undo.until) } : null,
    fields: run.fields,
    reason: run.reason,
    by: run.by,
    at: run.at.toISOString(),
    settled_at: run.settledAt?.toISOString() ?? null,
    attempts: run.attempts,
    next_at: run.nextAt?.toISOString() ?? null,
    undo_of: run.undoOf,
    ...(url !== undefined && { url }),
  }
}

const instant = (text: string | undefined): string | null => (text === undefined ? null : new Date(text).toISOString())

/** Done is 200, not known is 202; what was not done is a problem, with where the run can be read. */
export function answerRun(c: Context<Env>, { run, url }: Settled, now: Date): Response {
  const where = `/api/actions/${run.id}`
  const words = run.problem ?? ''
  if (run.state === 'refused') throw new Problem(409, 'The main app refused', words, undefined, { Location: where })
  if (run.state === 'failed')
    throw new Problem(502, 'Not done', `${words} Nothing was done.`, undefined, { Location: where })
  c.header('Location', where)
  c.header('Cache-Control', 'no-store')
  return c.json(viewOf(run, now, url), run.state === 'done' ? 200 : 202)
}

/** What would change, or why nobody can say. */
export function answerWould(c: Context<Env>, action: string, userId: string, outcome: Outcome<Would>): Response {
  if (outcome.kind === 'answered') {
    const { message = null, changes } = outcome.answer
    return c.json({ state: 'dry_run', action, user_id: userId || null, message, changes })
  }
  if (outcome.kind === 'refused') throw new Problem(409, 'The main app refused', outcome.reason)
  const words = outcome.kind === 'working' ? 'The main app has not said yet what would change.' : outcome.reason
  throw new Problem(502, 'Not known', `${words} It was only a dry run: nothing has changed.`)
}
