import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { requireAction, requireTenant } from './may.ts'
import { type ActionRun, isSettled, selectRuns } from './runs.ts'
import { LEASE_MS, type Settled, settleRun } from './settle.ts'
import type { Action, FieldValues, Subject } from './types.ts'

export interface Wish {
  action: Action
  subject: Subject
  fields: FieldValues
  reason: string | undefined
  /** Of the caller: sent twice, it is done once. */
  key: string
  /** The run that this takes back. */
  undoOf?: string
}

/**
 * Asks the main app to do something. It is written down first, so that it is known and settled whatever happens to this
 * process; the same wish under the same key answers with what became of it, and asks nobody.
 * @throws Problem 422 where the key was used for something else, or a reason is missing; 409 where it is undone already
 */
export async function act(deps: Deps, who: Who, wish: Wish): Promise<Settled> {
  requireAction(deps, who, wish.action)
  requireTenant(who, wish.action, wish.fields)
  requireReason(wish)
  const id = randomUUID()
  const at = deps.now()
  const fresh = await deps.db.sql.begin((tx) => writeDown(tx, who, wish, id, at)).catch(alreadyUndone)
  const known = await runOfKey(deps, who, wish.key)
  if (!known) throw new Error('the action was not written down')
  if (fresh) return settleRun(deps, known)
  refuseOther(known, wish)
  return { run: known }
}

async function writeDown(tx: TransactionSql, who: Who, wish: Wish, id: string, at: Date): Promise<boolean> {
  const { action, subject, fields, reason, key, undoOf } = wish
  const nextAt = new Date(at.getTime() + LEASE_MS)
  const tenantId = subject.tenantId || String(fields.tenant ?? '')
  const rows = await tx`
    insert into action_runs
      (id, action, user_id, tenant_id, actor, key, reason, request, attempts, at, busy_until, next_at, undo_of)
    values (${id}, ${action.name}, ${subject.id}, ${tenantId}, ${actorOf(who)}, ${key}, ${reason ?? null},
      ${JSON.stringify(fields)}::text::jsonb, 1, ${at}, ${nextAt}, ${nextAt}, ${undoOf ?? null})
    on conflict (actor, key) do nothing returning id`
  if (rows.length === 0) return false
  await audit(tx, {
    actor: actorOf(who),
    action: 'action.request',
    ...(subject.id !== '' && { target: `user:${subject.id}` }),
    detail: {
      run: id,
      action: action.name,
      fields,
      ...(reason !== undefined && { reason }),
      ...(undoOf && { undo_of: undoOf }),
    },
  })
  return true
}

async function runOfKey({ db: { sql } }: Deps, who: Who, key: string): Promise<ActionRun | undefined> {
  const [run] = await selectRuns(sql, sql`r.actor = ${actorOf(who)} and r.key = ${key}`, 1)
  return run
}

/** Who undoes what somebody else is undoing just now. */
function alreadyUndone(error: { constraint_name?: string }): never {
  if (error.constraint_name === 'action_runs_undo')
    throw new Problem(409, 'Undone already', 'Somebody has undone this already, or is about to.')
  throw error
}

function requireReason({ action, reason }: Wish): void {
  if (action.reason === 'required' && !reason)
    throw new Problem(422, 'A reason is needed', 'Say why: it is kept in the audit log.').at('reason')
}

/** One key is one wish. */
function refuseOther(run: ActionRun, { action, subject, fields }: Wish): void {
  const same =
    run.action === action.name &&
    // Whoever was created by now has an id.
    (action.creates || run.userId === subject.id) &&
    sorted(run.fields) === sorted(fields)
  if (!same) throw new Problem(422, 'The key was used before', 'This Idempotency-Key was sent with another request.')
}

const sorted = (fields: FieldValues): string =>
  JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Asks what became of a run that nobody knows of. @throws Problem 409 where it is being asked just now, or settled */
export async function askAgain(deps: Deps, who: Who, run: ActionRun, action: Action | undefined): Promise<Settled> {
  if (action) requireAction(deps, who, action)
  if (isSettled(run)) return { run }
  const claimed = await claimRun(deps, run.id)
  if (!claimed) throw new Problem(409, 'Being asked', 'The main app is being asked just now.', 5)
  await audit(deps.db.sql, {
    actor: actorOf(who),
    action: 'action.ask_again',
    ...(run.userId !== '' && { target: `user:${run.userId}` }),
    detail: { run: run.id, action: run.action },
  })
  return settleRun(deps, claimed)
}

/** Takes a run to ask about, so that no two processes do at once; undefined = somebody has it. */
export async function claimRun(deps: Pick<Deps, 'db' | 'now'>, id: string): Promise<ActionRun | undefined> {
  const { sql } = deps.db
  const now = deps.now()
  const until = new Date(now.getTime() + LEASE_MS)
  const rows = await sql`
    update action_runs set attempts = attempts + 1, busy_until = ${until}, next_at = ${until}
    where id = ${id} and state in ('requested', 'unknown') and (busy_until is null or busy_until <= ${now})
    returning id`
  if (rows.length === 0) return undefined
  const [run] = await selectRuns(sql, sql`r.id = ${id}`, 1)
  return run
}
