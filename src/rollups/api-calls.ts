import type { Tag } from '../db/tag.ts'
import { addUp, list, scopes } from './fragments.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/** How long minutes are kept: they serve the live page and alerts. */
export const MINUTES_KEPT_HOURS = 48

const KINDS = ['provider', 'timeout', 'safety', 'rate_limit', 'client', 'server'] as const
const ERRORS = KINDS.map((kind) => `err_${kind}`)
const SUMS = [
  'calls',
  'requests',
  'errors',
  ...ERRORS,
  'retries',
  'cached',
  'tokens_in',
  'tokens_out',
  'cost',
  'cost_unknown',
  'cost_estimated',
  'latency_n',
  'latency_ms',
]

/** API calls at three grains out of one aggregation: minutes (recent ones), hours, days of the zone. */
export async function foldApiCalls(context: FoldContext, source: Source): Promise<void> {
  const { tx, config, now } = context
  const recent = new Date(now.getTime() - MINUTES_KEPT_HOURS * 3_600_000)
  const zone = config.timeZone
  await tx`
    with f as materialized (${byMinute(context, source)}),
    minutes as (${into(context, 'api_call_minutes', tx`at`, tx`where at > ${recent}`)}),
    hours as (${into(context, 'api_call_hours', tx`date_trunc('hour', at, ${zone})`, tx``)})
    ${into(context, 'api_call_days', tx`(at at time zone ${zone})::date`, tx``)}`
}

/** A rebuilt day's minutes and hours go with it; the minutes are those still kept. */
export async function clearApiCalls({ tx }: FoldContext, day: string, from: Date, to: Date): Promise<void> {
  await tx`delete from api_call_minutes where at >= ${from} and at < ${to}`
  await tx`delete from api_call_hours where at >= ${from} and at < ${to}`
  await tx`delete from api_call_days where at = ${day}`
}

function byMinute({ tx }: FoldContext, source: Source): Fragment {
  return tx`
    select tenant_id, date_trunc('minute', ts) as at, ai, service, provider, model, hist_bucket(latency_ms) as bucket,
      ${callSums(tx)}
    from api_calls where ${source}
    group by 1, 2, 3, 4, 5, 6, 7`
}

/** What calls count as; of a single call, too: the rows beneath a number are weighed by the same words. */
export function callSums(tx: Tag): Fragment {
  return tx`
      count(*) as calls,
      count(*) filter (where first_of_request) as requests,
      count(*) filter (where status = 'error') as errors,
      ${list(tx, KINDS, (kind) => tx`count(*) filter (where error_kind = ${kind}) as ${tx(`err_${kind}`)}`)},
      count(*) filter (where retry) as retries,
      count(*) filter (where cached) as cached,
      coalesce(sum(tokens_in), 0) as tokens_in,
      coalesce(sum(tokens_out), 0) as tokens_out,
      coalesce(sum(cost), 0) as cost,
      count(*) filter (where ai and cost is null) as cost_unknown,
      count(*) filter (where estimate) as cost_estimated,
      count(latency_ms) as latency_n,
      coalesce(sum(latency_ms), 0) as latency_ms`
}

function into({ tx }: FoldContext, table: string, at: Fragment, where: Fragment): Fragment {
  const sums = list(tx, SUMS, (name) => tx`${tx(name)}`)
  return tx`
    insert into ${tx(table)} as t (scope, at, ai, service, provider, model, ${sums}, hist)
    select scope, ${at}, ai, service, provider, model, ${list(tx, SUMS, (name) => tx`sum(${tx(name)})`)},
      hist_of(array_agg(bucket), array_agg(latency_n))
    from (select * from f ${where}) f cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5, 6
    order by 1, 2, 3, 4, 5, 6
    on conflict (scope, at, ai, service, provider, model) do update set
      ${addUp(tx, SUMS)}, hist = hist_add(t.hist, excluded.hist)`
}
