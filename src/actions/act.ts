import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import { refuseUnproved } from '../auth/proof.tsx'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { requireAction, requireTenant } from './may.ts'
import { readFields } from './registry.ts'
import { type ActionRun, selectRuns, undoOf } from './runs.ts'
import { LEASE_MS, type Settled, settleRun } from './settle.ts'
import { targetOf } from './subject.ts'
import type { Action, FieldValues, Subject } from './types.ts'

export interface Wish {
  action: Action
  subject: Subject
  fields: FieldValues
  reason: string | undefined
  /** Of the caller: sent twice, it is done once. */
  key: string
  /** The run that this takes back. */
  undoes?: ActionRun
}

/**
 * Asks the main app to do something. It is written down first, so that it is known and settled whatever happens to this
 * process; the same wish under the same key answers with what became of it, and asks nobody.
 * @throws Forbidden for who may not, or has not proved lately who they are; Problem 422 where the key was used for
 * something else, a reason is missing, or it does not take back what it says; 409 where that is undone already
 */
export async function act(deps: Deps, who: Who, wish: Wish): Promise<Settled> {
  requireAction(deps, who, wish.action)
  requireTenant(who, wish.action, wish.fields)
  if (wish.action.proved) refuseUnproved(who)
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
  const { action, subject, fields, reason, key, undoes } = wish
  const nextAt = new Date(at.getTime() + LEASE_MS)
  const tenantId = subject.tenantId || String(fields.tenant ?? '')
  const rows = await tx`
    insert into action_runs
      (id, action, user_id, tenant_id, actor, key, reason, request, attempts, at, busy_until, next_at, undo_of)
    values (${id}, ${action.name}, ${subject.id}, ${tenantId}, ${actorOf(who)}, ${key}, ${reason ?? null},
      ${JSON.stringify(fields)}::text::jsonb, 1, ${at}, ${nextAt}, ${nextAt}, ${undoes?.id ?? null})
    on conflict (actor, key) do nothing returning id`
  // Sent again it is looked at no more: by now it has taken back what it was to.
  if (rows.length === 0) return false
  if (undoes) requireUndo(wish, undoes, at)
  const target = targetOf(subject.kind, subject.id)
  await audit(tx, {
    actor: actorOf(who),
    action: 'action.request',
    ...(target !== undefined && { target }),
    detail: {
      run: id,
      action: action.name,
      fields: impersonal(action, fields),
      ...(reason !== undefined && { reason }),
      ...(undoes && { undo_of: undoes.id }),
    },
  })
  return true
}

const impersonal = (action: Action, fields: FieldValues): FieldValues =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !action.fields[name]?.personal))

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

/** What takes a run back is what the main app named for it, in time. That nobody else does is seen to by the table. */
function requireUndo({ action, subject, fields }: Wish, run: ActionRun, now: Date): void {
  const undo = undoOf({ ...run, undoneBy: null }, now)
  if (!undo) throw new Problem(409, 'Not to be undone', 'There is no undo of that action, or it is too late for it.')
  const wanted = readFields(action, undo.fields)
  const same =
    undo.action === action.name && run.userId === subject.id && wanted.ok && sorted(wanted.values) === sorted(fields)
  if (!same)
    throw new Problem(
      422,
      'Not what undoes it',
      `That action is taken back by “${undo.action}” as the main app said it.`,
    )
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
