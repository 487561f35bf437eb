import type { Tx } from '../facts/types.ts'
import { groupBy } from '../lib/group-by.ts'
import { type Edge, rootsOf } from './identity-roots.ts'
import { addFacts, type Move, moveOwners, takeOut } from './owner-moves.ts'
import type { FoldContext } from './types.ts'
import { markObjectsOf } from './user-firsts.ts'

/** A pass's share: the ids of an import of millions do not hold the fold lock for all of them at once. */
const MAX_IDS = 5000

/**
 * Counts what ids did that turned out to be somebody else's for that person, as a rebuild of all days would: cheaply, by
 * looking at the facts of these ids only. `merged_ids` says of each id for whom its folded facts are counted; it is
 * brought to where the identities told so far lead, and the roll-ups with it. Before any batch is taken off the list of
 * pending ones: those are left out here, and then folded by what is known now. Answers how many ids there were.
 */
export async function foldIdentities(context: FoldContext): Promise<number> {
  const { tx } = context
  const told = await takeTold(tx)
  if (told.length === 0) return 0
  const changes = await changesOf(tx, told)
  const { moves, leaving } = await sortOut(tx, changes)
  await takeOut(context, leaving)
  await moveOwners(context, moves)
  await rememberOwners(tx, changes)
  const newVisitors = changes.filter(({ known }) => !known).map(({ id }) => id)
  await addFacts(context, leaving, newVisitors)
  await markUsers(tx, changes)
  await markObjectsOf(
    context,
    changes.map(({ id }) => id),
  )
  return told.length
}

/** An id whose facts are to be counted for another. */
export interface Change {
  id: string
  since: Date
  /** For whom the facts count that name the id as their user. */
  from: string
  to: string
  /** Whether what it did without a name counted for `from`, too: it was merged before. */
  known: boolean
}

async function takeTold(tx: Tx): Promise<string[]> {
  const rows = await tx`
    delete from dirty_identities
    where anonymous_id in (select distinct anonymous_id from dirty_identities limit ${MAX_IDS})
    returning anonymous_id`
  return [...new Set(rows.map((row) => row.anonymous_id as string))]
}

/**
 * The ids told, and those whose chains lead through them, with the whole of their chains: in one snapshot. Each step goes
 * by an index (`offset 0` keeps it so): the planner takes a recursion for large, and would read all identities.
 */
async function changesOf(tx: Tx, told: string[]): Promise<Change[]> {
  const rows = await tx<{ id: string; user_id: string; since: Date; passes: boolean; owner: string | null }[]>`
    with recursive above as (
      select anonymous_id, user_id, since from identities where anonymous_id = any(${told}::text[])
      union
      select i.* from above a
        cross join lateral (select anonymous_id, user_id, since from identities where user_id = a.anonymous_id offset 0) i
    ),
    chain as (
      select anonymous_id, user_id, since, true as passes from above
      union
      select i.*, false from chain c
        cross join lateral (select anonymous_id, user_id, since from identities where anonymous_id = c.user_id offset 0) i
    )
    select anonymous_id as id, user_id, since, bool_or(passes) as passes,
      (select m.user_id from merged_ids m where m.id = anonymous_id) as owner
    from chain group by 1, 2, 3`
  const roots = rootsOf(rows.map((row): Edge => ({ id: row.id, userId: row.user_id })))
  return rows.flatMap(({ id, since, owner, passes }) => {
    const to = roots.get(id)!
    return passes && owner !== to ? [{ id, since, from: owner ?? id, to, known: owner !== null }] : []
  })
}

/**
 * An owner of whom everything goes to one and the same other is moved, roll-up by roll-up. Where part of what counted for
 * an owner leaves (a visitor's id told to be another user's than before), it has to be counted anew.
 */
async function sortOut(tx: Tx, changes: Change[]): Promise<{ moves: Move[]; leaving: Change[] }> {
  const byOwner = groupBy(
    changes.filter(({ from, to }) => from !== to),
    ({ from }) => from,
  )
  const owned = await idsOf(tx, [...byOwner.keys()])
  const moves: Move[] = []
  const leaving: Change[] = []
  for (const [from, gone] of byOwner) {
    const ids = new Set(gone.map(({ id }) => id))
    const whole = ids.has(from) && (owned.get(from) ?? []).every((id) => ids.has(id))
    if (whole && gone.every(({ to }) => to === gone[0]!.to)) moves.push({ from, to: gone[0]!.to })
    else leaving.push(...gone)
  }
  return { moves, leaving }
}

/** The ids that were merged into each owner. */
async function idsOf(tx: Tx, owners: string[]): Promise<Map<string, string[]>> {
  const rows = await tx<{ owner: string; ids: string[] }[]>`
    select user_id as owner, array_agg(id) as ids from merged_ids where user_id = any(${owners}::text[]) group by 1`
  return new Map(rows.map(({ owner, ids }) => [owner, ids]))
}

async function rememberOwners(tx: Tx, changes: Change[]): Promise<void> {
  const rows = changes.map(({ id, to, since }) => ({ id, user_id: to, since }))
  await tx`
    insert into merged_ids
    select * from json_populate_recordset(null::merged_ids, ${JSON.stringify(rows)}::text::json)
    on conflict (id) do update set user_id = excluded.user_id, since = excluded.since`
}

/** Their accounts become one, and the plan class of those who are left is found anew, by foldUserPlans. */
async function markUsers(tx: Tx, changes: Change[]): Promise<void> {
  const users = [...new Set(changes.flatMap(({ id, from, to }) => [id, from, to]))]
  await tx`insert into dirty_users (user_id) select unnest(${users}::text[])`
}
