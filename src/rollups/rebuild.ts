import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import type { Tx } from '../facts/types.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import { recountBits, type UserScope } from './activity-bits.ts'
import type { Instant } from './buckets.ts'
import type { FoldDeps } from './fold.ts'
import { localDay } from './fragments.ts'
import { type AppendKind, appendFolds, bucketFolds, clearDay } from './index.ts'
import { withFoldLock } from './lock.ts'
import { reportMrrFrom } from './mrr-days.ts'
import { markBuckets, noteFolded } from './stale-days.ts'
import { rebuildStateDay } from './state-changes.ts'
import type { FoldContext, Source } from './types.ts'

/** The day's raw facts, or some of them, were dropped by the retention: folding it anew would erase its numbers. */
export class RawFactsGone extends Error {
  override name = 'RawFactsGone'
}

/**
 * Deletes a local day's roll-ups and aggregates it anew from its facts, in one transaction. Pending batches are left
 * out in each statement: the fold lock keeps them pending, and the next fold adds them.
 * @param day 'YYYY-MM-DD' in the configured zone
 * @throws RawFactsGone
 */
export async function rebuildDay(deps: FoldDeps, day: string): Promise<void> {
  const zone = deps.config.timeZone
  const [from, until] = [startOfDay(day, zone), startOfDay(addDays(day, 1), zone)]
  await withFoldLock(deps.db.heavy, async (tx) => {
    const context: FoldContext = { tx, config: deps.config, now: deps.now() }
    const gone = await goneKinds(tx, from, until)
    if (gone.has('events') || gone.has('api_calls'))
      throw new RawFactsGone(`raw facts of ${day} are gone; its numbers stay as they are`)
    const wereActive = await tx`select user_id, scope from user_days where day = ${day} and active`
    await clearDay(context, day, [from, until], gone)
    await foldSources(context, [from, until], gone)
    if (from.getTime() > keptFromMs(deps)) await rebuildStateDay(context, day)
    await reportMrrFrom(context, day)
    await clearBits(context, day, wereActive as unknown as UserScope[])
    await foldDayBuckets(context, from, until, from.getTime() > keptFromMs(deps))
    await markBuckets(context, [from.toISOString()], true)
    await noteFolded(context, day)
  })
}

/** Facts that change are not dropped by month: those older than the retention may be gone one by one. */
const keptFromMs = ({ now, config }: FoldDeps): number => now().getTime() - config.retentionDays * 86_400_000

async function foldSources(
  context: FoldContext,
  [from, until]: [Date, Date],
  gone: ReadonlySet<string>,
): Promise<void> {
  const { tx } = context
  const source: Source = tx`
    ts >= ${from} and ts < ${until} and batch_id not in (select id from fact_batches)`
  const kinds = (Object.keys(appendFolds) as AppendKind[]).filter((kind) => !gone.has(kind))
  for (const kind of kinds) for (const fold of appendFolds[kind]) await fold(context, source)
}

/** What is counted of facts which the retention deletes one by one. */
const FADING = ['invite_days']

async function foldDayBuckets(context: FoldContext, from: Date, until: Date, areKept: boolean): Promise<void> {
  const names = Object.keys(bucketFolds).filter((name) => areKept || !FADING.includes(name))
  for (const { fold, grain } of names.map((name) => bucketFolds[name]!))
    await fold(context, grain === 'day' ? [from.toISOString()] : await hoursOf(context, from, until))
}

async function hoursOf({ tx }: FoldContext, from: Date, until: Date): Promise<Instant[]> {
  const rows = await tx`
    select generate_series(${from}::timestamptz, ${until}::timestamptz - interval '1 second', interval '1 hour') as hour`
  return rows.map((row) => (row.hour as Date).toISOString())
}

/** Users who are not active any more on the day. */
async function clearBits(context: FoldContext, day: string, wereActive: UserScope[]): Promise<void> {
  const { tx } = context
  const users = wereActive.map((row) => row.user_id)
  const scopes = wereActive.map((row) => row.scope)
  const gone = await tx`
    select user_id, scope from unnest(${users}::text[], ${scopes}::text[]) o(user_id, scope)
    where not exists (
      select from user_days d where d.user_id = o.user_id and d.scope = o.scope and d.day = ${day} and d.active
    )`
  await recountBits(context, gone as unknown as UserScope[])
}

/** The kinds of which the retention dropped facts between two instants. */
async function goneKinds(tx: Tx, from: Date, until: Date): Promise<Set<string>> {
  const rows = await tx`
    select distinct fact_table from dropped_months
    where month::timestamp at time zone 'UTC' < ${until}
      and (month + interval '1 month')::timestamp at time zone 'UTC' > ${from}`
  return new Set(rows.map((row) => row.fact_table as string))
}

/** The local days of a range which a rebuild leaves as they are, because raw facts of them are gone. */
export async function goneDays(
  { db, config }: { db: Pick<Db, 'sql'>; config: Config },
  { from, to }: { from: Day; to: Day },
): Promise<Day[]> {
  const zone = config.timeZone
  const rows = await db.sql<{ day: Day }[]>`
    select d::date::text as day
    from generate_series(${from}::timestamp, ${to}::timestamp, interval '1 day') d
    where exists (
      select from dropped_months m
      where m.fact_table in ('events', 'api_calls')
        and m.month::timestamp at time zone 'UTC' < (d + interval '1 day') at time zone ${zone}
        and (m.month + interval '1 month')::timestamp at time zone 'UTC' > d at time zone ${zone}
    )
    order by d`
  return rows.map(({ day }) => day)
}

/** The first and last local day with raw facts; undefined when there are none. */
export async function rawDays({ db, config }: FoldDeps): Promise<{ from: string; to: string } | undefined> {
  const day = localDay(db.heavy as unknown as Tx, 'ts', config.timeZone)
  const [found] = await db.heavy`
    select min(day)::text as first, max(day)::text as last from (
      (select ${day} as day from events order by ts limit 1) union all
      (select ${day} from events order by ts desc limit 1) union all
      (select ${day} from api_calls order by ts limit 1) union all
      (select ${day} from api_calls order by ts desc limit 1) union all
      (select ${day} from jobs order by ts limit 1) union all
      (select ${day} from jobs order by ts desc limit 1)
    ) d`
  return found?.first ? { from: found.first as string, to: found.last as string } : undefined
}
