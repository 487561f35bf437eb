import { groupBy } from '../lib/group-by.ts'
import { addDays, dayOf, startOfDay } from '../lib/time.ts'
import { activityOf, recountBits } from './activity-bits.ts'
import { addUp, list, localDay } from './fragments.ts'
import type { Change } from './identities.ts'
import { type PersonKind, personFolds } from './index.ts'
import { clearPersonDays, movePersonTables } from './person-tables.ts'
import { markLateFacts, markOwners } from './stale-days.ts'
import { foldUserCountries } from './troubles.ts'
import type { FoldContext, Fragment, Source } from './types.ts'
import { COUNTS, joinDays } from './user-days.ts'
import { foldFirstsOfEvents, foldFirstsOfJobs, markObjectsOf, moveFirsts } from './user-firsts.ts'
import { foldExposedPeople } from './uses.ts'

/** Everything that counts for one user counts for another from now on. */
export interface Move {
  from: string
  to: string
}

/**
 * Moves the roll-ups of whole owners, days of which the raw facts are gone included: what is in them are sums of facts
 * that are all folded, so that moving is exact. It costs their days, however many facts they were.
 */
export async function moveOwners(context: FoldContext, moves: Move[]): Promise<void> {
  if (moves.length === 0) return
  const { tx } = context
  const owners = moves.map(({ from }) => from)
  const moved = tx`unnest(${owners}::text[], ${moves.map(({ to }) => to)}::text[]) m(old_id, new_id)`
  await markOwners(context, owners)
  await tx`
    insert into user_days as t (user_id, scope, day, active, last_active_at, names, plan_class,
      ${list(tx, COUNTS, (name) => tx`${tx(name)}`)})
    select new_id, scope, day, bool_or(active), max(last_active_at), bit_or(names), max(plan_class),
      ${list(tx, COUNTS, (name) => tx`sum(${tx(name)})`)}
    from ${moved} join user_days on user_id = old_id
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (user_id, scope, day) do update set ${joinDays(tx)}, ${addUp(tx, COUNTS)}`
  await tx`
    insert into session_days as t (user_id, scope, day, session_id, first_ts, last_ts, events)
    select new_id, scope, day, session_id, min(first_ts), max(last_ts), sum(events)
    from ${moved} join session_days on user_id = old_id
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (user_id, scope, day, session_id) do update set
      first_ts = least(t.first_ts, excluded.first_ts), last_ts = greatest(t.last_ts, excluded.last_ts),
      events = t.events + excluded.events`
  await activityOf(
    context,
    tx`(select new_id as user_id, scope, day, active from ${moved} join user_days on user_id = old_id)`,
  )
  for (const table of ['user_days', 'session_days', 'user_activity'])
    await tx`delete from ${tx(table)} where user_id = any(${owners}::text[])`
  await movePersonTables(context, moved, owners)
  await moveFirsts(
    context,
    owners,
    moves.map(({ to }) => to),
  )
}

/**
 * Takes ids out of what is counted for their owners: the days on which they have facts are counted anew from the facts
 * of the ids that stay. Days of which raw facts are gone cannot be, and stay with the owner.
 */
export async function takeOut(context: FoldContext, leaving: Change[]): Promise<void> {
  if (leaving.length === 0) return
  const kept = await keptFrom(context)
  for (const [owner, gone] of groupBy(leaving, ({ from }) => from)) await countAnew(context, owner, gone, kept)
}

async function countAnew(context: FoldContext, owner: string, gone: Change[], kept: Date): Promise<void> {
  const { tx } = context
  // Visitors count for campaigns and experiments by their own ids even where they are nobody's.
  const leaving = factsOf(context, idsOf(gone), idsOf(gone), tx`ts >= ${kept}`)
  const days = await daysOf(context, leaving)
  if (days.length === 0) return
  const scopes = await tx`select scope from user_activity where user_id = ${owner}`
  for (const table of ['user_days', 'session_days'])
    await tx`delete from ${tx(table)} where user_id = ${owner} and day = any(${days}::text[]::date[])`
  await clearPersonDays(context, owner, days)
  const ids = await staying(context, owner, new Set(idsOf(gone)))
  const day = localDay(tx, 'ts', context.config.timeZone)
  await fold(context, factsOf(context, ids, ids, tx`${day} = any(${days}::text[]::date[])`))
  await recountBits(
    context,
    scopes.map((row) => ({ user_id: owner, scope: row.scope as string })),
  )
  await firstsAnew(context, owner, factsOf(context, ids, ids, tx`ts >= ${kept}`))
}

/** A first time cannot be taken out: the next one is looked for. Those of objects come with their days. */
async function firstsAnew(context: FoldContext, owner: string, facts: Facts): Promise<void> {
  await context.tx`delete from user_firsts where user_id = ${owner}`
  for (const [kind, source] of facts) {
    if (kind === 'events') await foldFirstsOfEvents(context, source)
    if (kind === 'events') await foldUserCountries(context, source)
    if (kind === 'exposures') await foldExposedPeople(context, source)
    if (kind === 'jobs') await foldFirstsOfJobs(context, source)
  }
  await markObjectsOf(context, [owner])
}

/** The ids that still count for an owner: its own as well, unless that one was merged into another before. */
async function staying({ tx }: FoldContext, owner: string, gone: ReadonlySet<string>): Promise<string[]> {
  const merged = await tx<{ id: string; user_id: string }[]>`
    select id, user_id from merged_ids where user_id = ${owner} or id = ${owner}`
  const visitors = merged.filter(({ id, user_id }) => user_id === owner && !gone.has(id)).map(({ id }) => id)
  const own = merged.some(({ id }) => id === owner) || gone.has(owner) ? [] : [owner]
  return [...visitors, ...own]
}

/** Counts folded facts of ids for those whom they belong to now: where they were counted for nobody, or taken out. */
export async function addFacts(context: FoldContext, leaving: Change[], newVisitors: string[]): Promise<void> {
  const { tx } = context
  if (leaving.length > 0)
    await fold(
      context,
      factsOf(context, idsOf(leaving), visitorsOf(leaving), tx`ts >= ${await keptFrom(context)}`),
      true,
    )
  if (newVisitors.length > 0) await fold(context, factsOf(context, [], newVisitors, tx`true`), true)
}

const idsOf = (changes: Change[]): string[] => changes.map(({ id }) => id)
const visitorsOf = (changes: Change[]): string[] => idsOf(changes.filter(({ known }) => known))

type Facts = [kind: PersonKind, source: Source][]

/** The folded facts that name ids as their users, and those that name nobody, of visitors' ids. */
function factsOf({ tx }: FoldContext, users: string[], visitors: string[], which: Fragment): Facts {
  const folded = tx`batch_id not in (select id from fact_batches) and ${which}`
  const named = tx`user_id = any(${users}::text[]) and ${folded}`
  const facts: Facts =
    users.length > 0
      ? [
          ['events', named],
          ['api_calls', named],
          ['jobs', named],
          ['app_errors', named],
          ['exposures', named],
        ]
      : []
  if (visitors.length === 0) return facts
  const unnamed = tx`user_id = '' and anonymous_id = any(${visitors}::text[]) and ${folded}`
  return [...facts, ['events', unnamed], ['app_errors', unnamed], ['exposures', unnamed]]
}

async function daysOf({ tx, config }: FoldContext, facts: Facts): Promise<string[]> {
  const days = new Set<string>()
  for (const [kind, source] of facts) {
    const rows =
      await tx`select distinct ${localDay(tx, 'ts', config.timeZone)}::text as day from ${tx(kind)} where ${source}`
    for (const row of rows) days.add(row.day as string)
  }
  return [...days]
}

async function fold(context: FoldContext, facts: Facts, mark = false): Promise<void> {
  const zone = context.config.timeZone
  const today = startOfDay(dayOf(context.now, zone), zone)
  for (const [kind, source] of facts) {
    for (const foldFacts of personFolds[kind]) await foldFacts(context, source)
    if (mark) await markLateFacts(context, kind, source, today)
  }
}

/** From when on all raw facts are there: a local day may begin in a month (UTC) that was dropped. */
async function keptFrom({ tx, config }: FoldContext): Promise<Date> {
  const [row] = await tx<{ at: Date | null }[]>`
    select max((month + interval '1 month')::timestamp at time zone 'UTC') as at
    from dropped_months where fact_table in ('events', 'api_calls', 'app_errors', 'exposures')`
  if (!row?.at) return new Date(0)
  const day = dayOf(row.at, config.timeZone)
  const start = startOfDay(day, config.timeZone)
  return start >= row.at ? start : startOfDay(addDays(day, 1), config.timeZone)
}
