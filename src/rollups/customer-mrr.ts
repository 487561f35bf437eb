import type { Row } from 'postgres'
import type { Tag } from '../db/tag.ts'
import { addUp, scopes } from './fragments.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/**
 * MRR movements by customer and day, and with them who of those that paid a month or twelve before still pays what. That
 * is kept as changes by day: asked of 100,000 customers anew, each day of a chart would cost a second. All of it in the
 * customer's own currency: a sum of one currency needs no more than the rate of a day to be read.
 */
export async function foldCustomerMrrDays(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  const payers = await tx`
    select distinct scope, customer_id from mrr_movements cross join ${scopes(tx)} where scope is not null and ${source}`
  await changingRetention(context, payers, async () => {
    await tx`
      insert into customer_mrr_days as t (scope, customer_id, currency, policy, day, amount_minor, fx_minor)
      select scope, customer_id, currency, policy, (ts at time zone ${config.timeZone})::date, sum(amount_minor),
        coalesce(sum(amount_minor) filter (where kind = 'fx'), 0)
      from mrr_movements cross join ${scopes(tx)}
      where scope is not null and ${source}
      group by 1, 2, 3, 4, 5
      order by 1, 2, 3, 4, 5
      on conflict (scope, customer_id, currency, policy, day) do update set ${addUp(tx, ['amount_minor', 'fx_minor'])}`
  })
  // Of tenants nobody is marked: no user has their id.
  await tx`insert into dirty_user_stats select distinct unnest(${column(payers, 'customer_id')}::text[])`
}

/** What a rebuild of a day begins with. */
export async function clearCustomerMrrDay(context: FoldContext, day: string): Promise<void> {
  const { tx } = context
  const payers = await tx`select distinct scope, customer_id from customer_mrr_days where day = ${day}`
  await changingRetention(context, payers, async () => {
    await tx`delete from customer_mrr_days where day = ${day}`
  })
}

/** Counts all customers anew, of a ledger that was folded before customers of several currencies were told apart. */
export async function recountRetention(context: FoldContext): Promise<void> {
  const { tx } = context
  const payers = await tx`select distinct scope, customer_id from customer_mrr_days`
  await tx`delete from retention_days`
  await markMixed(context, payers)
  if (payers.length > 0) await countPayers(context, payers, 1)
}

/** Takes out what the payers were counted as, and counts them as they are after the change. */
async function changingRetention(
  context: FoldContext,
  payers: readonly Row[],
  change: () => Promise<void>,
): Promise<void> {
  if (payers.length > 0) await countPayers(context, payers, -1)
  await change()
  await markMixed(context, payers)
  if (payers.length > 0) await countPayers(context, payers, 1)
}

const column = (payers: readonly Row[], name: string) => payers.map((row) => row[name] as string)
const listed = ({ tx }: FoldContext, payers: readonly Row[]): Fragment => tx`
  unnest(${column(payers, 'scope')}::text[], ${column(payers, 'customer_id')}::text[]) p (scope, customer_id)`

/** Once somebody pays in two currencies, what is left of it depends on their rates. */
async function markMixed(context: FoldContext, payers: readonly Row[]): Promise<void> {
  if (payers.length === 0) return
  await context.tx`
    insert into mixed_payers
    select scope, customer_id from ${listed(context, payers)} join customer_mrr_days d using (scope, customer_id)
    group by 1, 2
    having min(d.currency) <> max(d.currency)
    on conflict do nothing`
}

/** A change of exchange rates is no change of what somebody pays; of those who pay nothing, nothing is left. */
export const leftOf = (tx: Tag, now: Fragment, fx: Fragment): Fragment =>
  tx`case when ${now} > 0 then greatest(${now} - ${fx}, 0) else 0 end`

const COUNTS = ['customers', 'lost', 'start_minor', 'end_minor', 'kept_minor']

/**
 * A movement changes what a customer pays at the end of the periods that end on its day or later, and what at the start
 * of those that end a month (or twelve) after it or later: months_before(d, n) >= day where d >= day + n months.
 * Customers, policies and periods go by number: sorted by their texts, a first import of 100,000 took five times as long.
 */
async function countPayers(context: FoldContext, payers: readonly Row[], sign: 1 | -1): Promise<void> {
  const { tx } = context
  // A first import sorts hundreds of thousands of rows: in memory, not on disk.
  if (payers.length > 5_000) await tx`set local work_mem = '128MB'`
  const each = (of: (name: string) => Fragment) => COUNTS.map(of).reduce((all, one) => tx`${all}, ${one}`)
  const moved = each((name) => tx`${tx(name)} - lag(${tx(name)}, 1, 0) over w as ${tx(name)}`)
  await tx`
    with payers as materialized (
      select scope, customer_id, (row_number() over ())::int as payer from ${listed(context, payers)}
      where not exists (select from mixed_payers m where m.scope = p.scope and m.customer_id = p.customer_id)
    ),
    own as materialized (
      -- Floats are exact up to 2^53 minor units, and faster.
      select payer, scope, currency, case policy when '' then 0 when 'stripe' then 1 else 2 end as policy, day,
        amount_minor::float8 as amount_minor, fx_minor::float8 as fx_minor
      from payers join customer_mrr_days d using (scope, customer_id)
    ),
    kinds as materialized (
      select payer, min(scope) as scope, min(currency) as currency, max(policy) > 0 as differs from own group by payer
    ),
    places as materialized (
      select scope, currency, (row_number() over ())::int as place from kinds group by scope, currency
    ),
    events as (
      select payer, p.policy, v.months, v.at, sum(v.now_minor) as now_minor, sum(v.then_minor) as then_minor, sum(v.fx) as fx
      from own join kinds using (payer)
        cross join lateral unnest(case when differs then '{1,2}' else '{0}' end::int[]) p (policy)
        cross join lateral (values
          (1, day, amount_minor, 0::float8, fx_minor),
          (1, (day + interval '1 month')::date, 0, amount_minor, -fx_minor),
          (12, day, amount_minor, 0, fx_minor),
          (12, (day + interval '12 months')::date, 0, amount_minor, -fx_minor)
        ) v (months, at, now_minor, then_minor, fx)
      where own.policy in (0, p.policy)
      group by 1, 2, 3, 4
    ),
    levels as (
      select payer, policy, months, at, sum(now_minor) over w as now_minor, sum(then_minor) over w as then_minor,
        sum(fx) over w as fx
      from events window w as (partition by payer, policy, months order by at)
    ),
    held as (
      select *, ${leftOf(tx, tx`now_minor`, tx`fx`)} as left_minor from levels
    ),
    counted as (
      select payer, policy, months, at, (then_minor > 0)::int as customers,
        (then_minor > 0 and now_minor <= 0)::int as lost, greatest(then_minor, 0) as start_minor,
        case when then_minor > 0 then left_minor else 0 end as end_minor,
        case when then_minor > 0 then least(then_minor, left_minor) else 0 end as kept_minor
      from held
    ),
    changes as (
      select payer, policy, months, at, ${moved}
      from counted window w as (partition by payer, policy, months order by at)
    ),
    sums as materialized (
      select place, at, months, policy, ${each((name) => tx`${sign}::int * sum(${tx(name)}) as ${tx(name)}`)}
      from changes join (select payer, place from kinds join places using (scope, currency)) k using (payer)
      group by 1, 2, 3, 4
    )
    insert into retention_days as t (scope, day, period, currency, policy, ${tx(COUNTS)})
    select scope, at, case months when 1 then 'month' else 'year' end, currency, ('{"",stripe,chartmogul}'::text[])[policy + 1],
      ${each((name) => tx`${tx(name)}`)}
    from sums join places using (place)
    where ${COUNTS.map((name) => tx`${tx(name)} <> 0`).reduce((all, one) => tx`${all} or ${one}`)}
    order by 1, 2, 3, 4, 5
    on conflict (scope, day, period, currency, policy) do update set ${addUp(tx, COUNTS)}`
}
