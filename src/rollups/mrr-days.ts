import type { Row } from 'postgres'
import { rateOn } from '../rates/convert.ts'
import { addUp, scopes } from './fragments.ts'
import type { FoldContext, Source } from './types.ts'

/** MRR movements by day, plan and kind: their running sum is MRR. */
export async function foldMrrDays(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  const changed = await tx`
    with folded as (
      insert into mrr_days as t (scope, day, plan, kind, currency, policy, n, amount_minor, customers_delta)
      select scope, (ts at time zone ${config.timeZone})::date, plan, kind, currency, policy, count(*), sum(amount_minor),
        sum(customers_delta)
      from mrr_movements cross join ${scopes(tx)}
      where scope is not null and ${source}
      group by 1, 2, 3, 4, 5, 6
      order by 1, 2, 3, 4, 5, 6
      on conflict (scope, day, plan, kind, currency, policy) do update set
        ${addUp(tx, ['n', 'amount_minor', 'customers_delta'])}
      returning scope, plan, currency, policy, day
    )
    select scope, plan, currency, policy, min(day)::text as day from folded where currency <> ${config.currency}
    group by 1, 2, 3, 4`
  await reportMrr(context, changed)
}

/** Works out anew what MRR of other currencies is in the reporting one, from a day on. */
export async function reportMrrFrom(context: FoldContext, day: string, currencies?: string[]): Promise<void> {
  const { tx, config } = context
  const groups = await tx`
    select scope, plan, currency, policy, greatest(min(day), ${day}::date)::text as day from mrr_days
    where currency <> ${config.currency} and ${currencies ? tx`currency = any(${currencies}::text[])` : tx`true`}
    group by 1, 2, 3, 4`
  await reportMrr(context, groups)
}

/**
 * MRR of another currency is its sum at the rate of the day, rounded once for each scope, plan and policy. Every movement
 * is the step from one such level to the next, so that they add up to the change of MRR to the minor unit: first what the
 * day's rate makes of the level of the day before, which is the movement `fx`, then the day's own movements, one kind
 * after the other. A day without a rate has the level 0: with its first rate a currency comes in as `fx`.
 */
async function reportMrr({ tx, config }: FoldContext, groups: readonly Row[]): Promise<void> {
  if (groups.length === 0) return
  const rate = (day: string) => rateOn(tx, config.currency, tx`g.currency`, tx`${tx(day)}::date`)
  const touched = tx`json_to_recordset(${JSON.stringify(groups)}::text::json)
      g (scope text, plan text, currency text, policy text, day date)`
  // What came of rates alone: rates may have gone.
  await tx`
    delete from mrr_days d using ${touched}
    where d.scope = g.scope and d.plan = g.plan and d.currency = g.currency and d.policy = g.policy and d.day >= g.day
      and d.n = 0`
  await tx`
    with told as (
      select g.day as since, d.scope, d.plan, d.currency, d.policy, d.day, d.kind, d.amount_minor, d.customers_delta
      from ${touched} join mrr_days d using (scope, plan, currency, policy)
    ),
    events as (
      select scope, plan, currency, policy, since - 1 as day, 0 as step, '' as kind, sum(amount_minor) as amount,
        sum(customers_delta) as customers
      from told where day < since group by 1, 2, 3, 4, 5
      union all
      select g.scope, g.plan, g.currency, g.policy, x.day, 1, 'fx', 0, 0
      from ${touched} join exchange_rates x on x.base = ${config.currency} and x.currency = g.currency and x.day >= g.day
      union all
      select scope, plan, currency, policy, day, 2, kind, amount_minor, customers_delta from told where day >= since
    ),
    levels as (
      select g.*, ${rate('g.day')} as rate, sum(amount) over w as level, sum(customers) over w as paying
      from events g window w as (partition by scope, plan, currency, policy order by day, step, kind)
    ),
    reported as (
      select *, coalesce(round(level * rate), 0) as amount_reported,
        case when rate is null then 0 else paying end as customers_reported
      from levels
    ),
    steps as (
      select scope, plan, currency, policy, day, step, kind,
        amount_reported - lag(amount_reported, 1, 0) over w as amount_reported,
        customers_reported - lag(customers_reported, 1, 0) over w as customers_reported
      from reported window w as (partition by scope, plan, currency, policy order by day, step, kind)
    )
    insert into mrr_days as t (scope, day, plan, kind, currency, policy, n, amount_minor, customers_delta, amount_reported,
      customers_reported)
    select scope, day, plan, kind, currency, policy, 0, 0, 0, sum(amount_reported), sum(customers_reported)
    from steps where step > 0
    group by scope, day, plan, kind, currency, policy
    having bool_or(step = 2) or sum(amount_reported) <> 0 or sum(customers_reported) <> 0
    on conflict (scope, day, plan, kind, currency, policy) do update set
      amount_reported = excluded.amount_reported, customers_reported = excluded.customers_reported`
}
