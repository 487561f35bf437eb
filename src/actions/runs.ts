import type { Fragment, Sql } from 'postgres'
import { actorOf } from '../auth/guards.ts'
import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import type { Done } from './contract.ts'
import { actionsOn } from './registry.ts'
import type { FieldValues, Subject, SubjectKind } from './types.ts'

export const RUN_STATES = ['requested', 'done', 'refused', 'failed', 'unknown'] as const
export type RunState = (typeof RUN_STATES)[number]

/** What is kept of an answer. */
export type KeptAnswer = Pick<Done, 'message' | 'changes' | 'undo'> & { expiresAt?: string }

/** Something that the main app was asked to do. */
export interface ActionRun {
  id: string
  action: string
  userId: string
  tenantId: string
  actor: string
  /** What the actor is called. */
  by: string
  reason: string | null
  fields: FieldValues
  state: RunState
  answer: KeptAnswer | null
  problem: string | null
  attempts: number
  at: Date
  nextAt: Date | null
  settledAt: Date | null
  undoOf: string | null
  /** The run that took it back, or is about to. */
  undoneBy: string | null
}

/** How long the main app has to know a key; later, asking again might do it a second time. */
export const KEY_MEMORY_MS = 24 * 3_600_000

export const isSettled = ({ state }: Pick<ActionRun, 'state'>): boolean => state !== 'requested' && state !== 'unknown'

/** Whether the main app may still be asked what became of it. */
export const mayAskAgain = (run: Pick<ActionRun, 'state' | 'at'>, now: Date): boolean =>
  !isSettled(run) && now.getTime() - run.at.getTime() < KEY_MEMORY_MS

/** How an undo is asked for, where there is one and nobody has. */
export function undoOf({ state, answer, undoneBy }: ActionRun, now: Date) {
  const undo = answer?.undo
  if (state !== 'done' || !undo || undoneBy) return undefined
  return undo.until && Date.parse(undo.until) <= now.getTime() ? undefined : undo
}

/** The newest runs of a user. */
export function runsOfUser(deps: Pick<Deps, 'db'>, userId: string, limit: number): Promise<ActionRun[]> {
  return runsAbout(deps, { kind: 'user', id: userId }, limit)
}

/** The newest runs about a subject; nobody has acted on a user who is still to be made. */
export function runsAbout(
  { db: { sql } }: Pick<Deps, 'db'>,
  { kind, id }: Pick<Subject, 'kind' | 'id'>,
  limit: number,
): Promise<ActionRun[]> {
  const about: Record<SubjectKind, () => Fragment> = {
    user: () => sql`r.user_id = ${id} and r.user_id <> ''`,
    product: () => sql`r.action = any(${actionsOn('product').map(({ name }) => name)})`,
  }
  return selectRuns(sql, about[kind](), limit)
}

/** A run that somebody may see. @throws NotFound */
export async function findRun({ db: { sql } }: Pick<Deps, 'db'>, who: Who, id: string): Promise<ActionRun> {
  const [run] = isRunId(id) ? await selectRuns(sql, sql`r.id = ${id}`, 1) : []
  // A user who is still to be created is of no tenant: whoever asked for one sees it.
  if (!run || !(mayTenant(who, run.tenantId) || run.actor === actorOf(who)))
    throw new NotFound('There is no action of this id.')
  return run
}

export const isRunId = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)

/** Newest first. */
export async function selectRuns(sql: Tag, where: Fragment, limit: number): Promise<ActionRun[]> {
  return await sql<ActionRun[]>`
    select r.id::text, r.action, r.user_id as "userId", r.tenant_id as "tenantId", r.actor, ${actorName(sql)} as by,
      r.reason, r.request as fields, r.state, r.answer, r.problem, r.attempts, r.at, r.next_at as "nextAt",
      r.settled_at as "settledAt", r.undo_of::text as "undoOf",
      (select u.id::text from action_runs u
       where u.undo_of = r.id and u.state in ('requested', 'done', 'unknown')) as "undoneBy"
    from action_runs r where ${where} order by r.at desc, r.id desc limit ${limit}`
}

/** Of `r.actor`: an admin is called by name, a key by its own. */
export const actorName = (sql: Sql | Tag): Fragment => sql`coalesce(
  (select coalesce(nullif(a.name, ''), a.email) from admins a where r.actor = 'admin:' || a.id),
  (select 'key “' || k.name || '”' from api_keys k where r.actor = 'key:' || k.id),
  r.actor)`
