import type { Tx } from '../facts/types.ts'
import { dayOf } from '../lib/time.ts'
import type { Instant } from './buckets.ts'
import { foldedOf } from './folded.ts'
import type { AppendKind } from './index.ts'
import { personDays } from './person-tables.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/** Trailing windows see a fact on its own day and up to 59 after it: MAU 29, lapsed users compare two of 30 days. */
const WINDOW_DAYS = 59

/** Facts of closed days make the snapshots of those days, and of the windows that see them, stale. */
export async function markLateFacts(
  { tx, config }: FoldContext,
  kind: AppendKind,
  source: Source,
  today: Date,
): Promise<void> {
  const [stored] = await tx`select exists (select from metric_days) as found`
  if (!stored?.found) return
  // Probes have no tenant: every scope shows them.
  const tenant = kind === 'probes' ? tx`''` : tx`tenant_id`
  const sees = kind === 'probes' ? tx`true` : tx`m.scope in ('*', f.tenant_id)`
  // MRR is a stock: a late movement changes every day after it.
  const until = kind === 'mrr_movements' ? tx`'infinity'::date` : tx`f.day + ${WINDOW_DAYS}::int`
  await tx`
    insert into dirty_metric_days
    select distinct m.scope, m.day
    from (
      select distinct ${tenant} as tenant_id, (ts at time zone ${config.timeZone})::date as day
      from ${tx(kind)} where ${source} and ts < ${today}
    ) f join metric_days m on ${sees} and m.day >= f.day and m.day <= ${until}
    where ${unmarked(tx)}`
}

/** The same for all that is counted for some users, before it moves to others. */
export async function markOwners(context: FoldContext, owners: string[]): Promise<void> {
  const { tx, config, now } = context
  await tx`
    insert into dirty_metric_days
    select distinct m.scope, m.day
    from (
      select distinct scope, day
      from (
        select scope, day from user_days where user_id = any(${owners}::text[])
        union all ${personDays(context, owners)}
      ) d
      where day < ${dayOf(now, config.timeZone)}::date
    ) f join metric_days m on m.scope = f.scope and m.day >= f.day and m.day <= f.day + ${WINDOW_DAYS}::int
    where ${unmarked(tx)}`
}

/** The same for facts that change, of whose buckets the tenants are not known. */
export async function markBuckets({ tx, config }: FoldContext, buckets: Instant[], stock: boolean): Promise<void> {
  const until = stock ? tx`'infinity'::date` : tx`b.day + ${WINDOW_DAYS}::int`
  await tx`
    insert into dirty_metric_days
    select distinct m.scope, m.day
    from (select distinct (x at time zone ${config.timeZone})::date as day from unnest(${buckets}::timestamptz[]) x) b
      join metric_days m on m.day >= b.day and m.day <= ${until}
    where ${unmarked(tx)}`
}

/** The snapshots of a day that was folded anew are of the settings of now. */
export async function noteFolded({ tx, config }: FoldContext, day: string): Promise<void> {
  await tx`update metric_days set folded = ${foldedOf(config)} where day = ${day}::date`
}

/** Marks are made and taken under the fold lock only: one that is there will be heeded. */
const unmarked = (tx: Tx): Fragment => tx`
  not exists (select from dirty_metric_days d where d.scope = m.scope and d.day = m.day)`
