import type { Fragment, SqlContext } from './metric.ts'
import { hoursOf, onDays, type Window } from './window.ts'

/** GPU machines that run are sampled under this name and their type. */
export const GPU_GAUGE = 'workers.gpu_running:'

/**
 * Hours of GPU machines by type, at the price of the hour. An hour of which there are samples counts whole, at their
 * mean; the machine's price is the newest of its type, whoever rents it out.
 */
export function gpuRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select h.*, (h.hour at time zone ${q.zone})::date as day, p.per_hour,
        h.hours * p.per_hour as cost, (p.per_hour is null)::int as unpriced
      from (
        select scope, hour, substr(name, ${GPU_GAUGE.length + 1}::int) as instance, total / n as hours
        from gauge_hours where scope = any(${w.scopes}::text[]) and name like ${`${GPU_GAUGE}%`} and ${hoursOf(q, w)}
      ) h ${priceOf(q, sql`h.instance`, sql`h.hour`)}`
}

/** The price an hour of a type of machine. */
function priceOf({ sql, currency }: SqlContext, instance: Fragment, at: Fragment): Fragment {
  return sql`left join lateral (
        select case when upper(m.currency) = upper(${currency}) then m.per_hour end as per_hour from model_prices m
        where lower(m.model) = lower(${instance}) and m.per_hour is not null and m.since <= ${at}
        order by m.since desc, m.provider limit 1
      ) p on true`
}

/** What AI cost, by what is known of it: calls at the price of their tokens, machines at that of their hours. */
export function aiCostRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select scope, at as day, 'calls' as item, model as what, sum(cost) as cost, sum(calls - cost_unknown) as known,
        sum(cost_unknown) as unknown
      from api_call_days where ai and scope = any(${w.scopes}::text[]) and ${onDays(q, sql`at`, w)}
      group by 1, 2, 4
      union all
      select scope, day, 'machines', instance, coalesce(sum(cost), 0)::numeric, sum(1 - unpriced), sum(unpriced)
      from (${gpuRows(q, w)}) g group by 1, 2, 4`
}

/**
 * AI calls for tasks that have a policy on the day: which of them went to another model, and what the policy's model
 * would have cost for the same tokens. A model that the price table does not know leaves that unknown.
 */
export function policyRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  const until = sql`(d.day + 1)::timestamp at time zone ${q.zone}`
  return sql`select d.scope, d.day, d.content_type, d.task, d.provider, d.model, p.model as wanted, d.calls,
        case when o.off then d.calls else 0 end as off_policy,
        case when o.off and d.cost_unknown = 0 and m.input_per_mtok is not null
          then d.cost - (d.tokens_in * m.input_per_mtok + d.tokens_out * coalesce(m.output_per_mtok, 0)) / 1e6 end as lost,
        (o.off and (d.cost_unknown > 0 or m.input_per_mtok is null))::int as unknown
      from content_days d
        cross join lateral (
          select provider, model from model_policies where task = d.task and since < ${until} order by since desc limit 1
        ) p
        cross join lateral (
          select lower(d.model) <> lower(p.model) or p.provider is not null and lower(d.provider) <> lower(p.provider) as off
        ) o
        left join lateral (
          select case when upper(currency) = upper(${q.currency}) then input_per_mtok end as input_per_mtok, output_per_mtok
          from model_prices
          where lower(model) = lower(p.model) and (p.provider is null or lower(provider) in ('', lower(p.provider)))
            and since < ${until} and input_per_mtok is not null
          order by since desc limit 1
        ) m on true
      where d.scope = any(${w.scopes}::text[]) and ${onDays(q, sql`d.day`, w)}`
}
