import type { Row } from 'postgres'
import { addUp, scopes } from './fragments.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/**
 * MRR movements by customer and day, and with them who of those that paid a month or twelve before still pays what. That
 * is kept as changes by day: asked of 100,000 customers anew, each day of a chart would cost a second.
 */
export async function foldCustomerMrrDays(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  const payers = await tx`
    select distinct scope, customer_id, currency from mrr_movements cross join ${scopes(tx)}
    where scope is not null and ${source}`
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
}

/** What a rebuild of a day begins with. */
export async function clearCustomerMrrDay(context: FoldContext, day: string): Promise<void> {
  const { tx } = context
  const payers = await tx`select distinct scope, customer_id, currency from customer_mrr_days where day = ${day}`
  await changingRetention(context, payers, async () => {
    await tx`delete from customer_mrr_days where day = ${day}`
  })
}

/** Takes out what the payers were counted as, and counts them as they are after the change. */
async function changingRetention(
  context: FoldContext,
  payers: readonly Row[],
  change: () => Promise<void>,
): Promise<void> {
  if (payers.length > 0) await countPayers(context, payers, -1)
  await change()
  if (payers.length > 0) await countPayers(context, payers, 1)
}

const COUNTS = ['customers', 'lost', 'start_minor', 'end_minor', 'kept_minor']

/**
 * A movement changes what a customer pays at the end of the periods that end on its day or later, and what at the start
 * of those that end a month (or twelve) after it or later: months_before(d, n) >= day where d >= day + n months.
 */
async function countPayers({ tx }: FoldContext, payers: readonly Row[], sign: 1 | -1): Promise<void> {
  const column = (name: string) => payers.map((row) => row[name] as string)
  const each = (of: (name: string) => Fragment) => COUNTS.map(of).reduce((all, one) => tx`${all}, ${one}`)
  const moved = each((name) => tx`${tx(name)} - lag(${tx(name)}, 1, 0) over w as ${tx(name)}`)
  await tx`
    with own as (
      -- Floats are exact up to 2^53 minor units; with them and bytewise order 100,000 customers take a quarter less.
      select scope collate "C" as scope, customer_id collate "C" as customer_id, currency collate "C" as currency,
        policy collate "C" as policy, day, amount_minor::float8 as amount_minor, fx_minor::float8 as fx_minor,
        bool_or(policy <> '') over (partition by scope, customer_id, currency) as differs
      from unnest(${column('scope')}::text[], ${column('customer_id')}::text[], ${column('currency')}::text[])
        p (scope, customer_id, currency) join customer_mrr_days d using (scope, customer_id, currency)
    ),
    events as (
      select scope, customer_id, currency, p.policy, period, at, sum(now_minor) as now_minor,
        sum(then_minor) as then_minor, sum(fx) as fx
      from own
        cross join lateral unnest(case when differs then '{stripe,chartmogul}' else '{""}' end::text[]) p (policy)
        cross join lateral (values
          ('month', day, amount_minor, 0::float8, fx_minor),
          ('month', (day + interval '1 month')::date, 0, amount_minor, -fx_minor),
          ('year', day, amount_minor, 0, fx_minor),
          ('year', (day + interval '12 months')::date, 0, amount_minor, -fx_minor)
        ) v (period, at, now_minor, then_minor, fx)
      where own.policy in ('', p.policy)
      group by 1, 2, 3, 4, 5, 6
    ),
    levels as (
      select scope, customer_id, currency, policy, period, at, sum(now_minor) over w as now_minor,
        sum(then_minor) over w as then_minor, sum(fx) over w as fx
      from events window w as (partition by scope, customer_id, currency, policy, period order by at)
    ),
    held as (
      -- A change of exchange rates is no change of what somebody pays; of those who pay nothing, nothing is left.
      select *, case when now_minor > 0 then greatest(now_minor - fx, 0) else 0 end as left_minor from levels
    ),
    counted as (
      select scope, customer_id, currency, policy, period, at, (then_minor > 0)::int as customers,
        (then_minor > 0 and now_minor <= 0)::int as lost, greatest(then_minor, 0) as start_minor,
        case when then_minor > 0 then left_minor else 0 end as end_minor,
        case when then_minor > 0 then least(then_minor, left_minor) else 0 end as kept_minor
      from held
    ),
    changes as (
      select scope, currency, policy, period, at, ${moved}
      from counted window w as (partition by scope, customer_id, currency, policy, period order by at)
    )
    insert into retention_days as t (scope, day, period, currency, policy, ${tx(COUNTS)})
    select scope, at, period, currency, policy, ${each((name) => tx`${sign}::int * sum(${tx(name)})`)}
    from changes
    group by 1, 2, 3, 4, 5
    having ${COUNTS.map((name) => tx`sum(${tx(name)}) <> 0`).reduce((all, one) => tx`${all} or ${one}`)}
    order by 1, 2, 3, 4, 5
    on conflict (scope, day, period, currency, policy) do update set ${addUp(tx, COUNTS)}`
}
