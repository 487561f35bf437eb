import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { ask, type Outcome } from './client.ts'
import { type Done, doneAnswer } from './contract.ts'
import { contractPath } from './paths.ts'
import { noteProductChange } from './product/version.ts'
import { kindOf } from './registry.ts'
import { type ActionRun, type KeptAnswer, type RunState, selectRuns } from './runs.ts'
import { targetOf } from './subject.ts'
import { bodyOf } from './wire.ts'

/** For how long a run belongs to whoever asks about it: longer than one asks. */
export const LEASE_MS = 150_000
/** For an hour it is asked again by itself, less and less often; then by the button alone. */
const ASKED_FOR_MS = 3_600_000
const LONGEST_PAUSE_MIN = 15

/** A run and, once, the link that the main app gave: it is kept nowhere. */
export interface Settled {
  run: ActionRun
  url?: string
}

/** Asks the main app with the key of the run, and writes down what it says. */
export async function settleRun(deps: Deps, run: ActionRun, signal?: AbortSignal): Promise<Settled> {
  const outcome = await ask<Done>(deps, {
    method: 'POST',
    path: contractPath(run.userId, run.action),
    key: run.id,
    body: bodyOf(run.fields, run.reason, { id: run.actor, name: run.by }, false),
    answer: doneAnswer,
    asked: run.attempts > 1,
    signal,
  })
  const settled = await write(deps, run, outcome)
  const url = outcome.kind === 'answered' ? outcome.answer.url : undefined
  return { run: settled, ...(url !== undefined && { url }) }
}

async function write(deps: Deps, run: ActionRun, outcome: Outcome<Done>): Promise<ActionRun> {
  const { sql } = deps.db
  const now = deps.now()
  const state = STATES[outcome.kind]
  const open = state === 'unknown'
  const answer = outcome.kind === 'answered' ? keptOf(outcome.answer) : null
  const problem = problemOf(outcome)
  const kind = kindOf(run.action)
  const userId = kind === 'user' && outcome.kind === 'answered' ? (outcome.answer.user_id ?? '') : ''
  await sql.begin(async (tx) => {
    // Somebody else may have settled it meanwhile: with the same answer, as the key is the same.
    const rows = await tx`
      update action_runs
      set state = ${state}, problem = ${problem}, answer = ${answer && JSON.stringify(answer)}::text::jsonb,
        user_id = coalesce(nullif(user_id, ''), ${userId}),
        busy_until = null, next_at = ${open ? nextAt(run, now) : null}, settled_at = ${open ? null : now}
      where id = ${run.id} and state in ('requested', 'unknown') returning id`
    // Not known, and still not known, is told once.
    if (rows.length === 0 || run.state === state) return
    const target = targetOf(kind, run.userId || userId)
    await audit(tx, {
      actor: run.actor,
      action: state === 'done' ? `${kind}.${run.action.replaceAll('-', '_')}` : `action.${state}`,
      ...(target !== undefined && { target }),
      detail: { run: run.id, action: run.action, said: answer?.message ?? problem },
    })
  })
  if (kind === 'product') noteProductChange()
  const [written] = await selectRuns(sql, sql`r.id = ${run.id}`, 1)
  return written ?? run
}

const STATES: Record<Outcome<Done>['kind'], RunState> = {
  answered: 'done',
  working: 'unknown',
  refused: 'refused',
  failed: 'failed',
  unknown: 'unknown',
}

function problemOf(outcome: Outcome<Done>): string | null {
  if (outcome.kind === 'answered') return null
  if (outcome.kind === 'working') return 'The main app is at it, and has not said yet what came of it.'
  return outcome.reason
}

/** The link is good once, and whoever reads the table is not the one it was given to. */
const keptOf = ({ message, changes, undo, expires_at }: Done): KeptAnswer => ({
  message,
  changes,
  ...(undo && { undo }),
  ...(expires_at !== undefined && { expiresAt: expires_at }),
})

function nextAt({ at, attempts }: ActionRun, now: Date): Date | null {
  if (now.getTime() - at.getTime() > ASKED_FOR_MS) return null
  const minutes = Math.min(LONGEST_PAUSE_MIN, 2 ** Math.max(0, attempts - 1))
  return new Date(now.getTime() + minutes * 60_000)
}
