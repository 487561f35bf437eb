import type { Tag } from '../db/tag.ts'
import type { Tx } from '../facts/types.ts'
import { addUp, list, localDay, scopes } from './fragments.ts'
import { knownNames } from './known-names.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

const FACET_SUMS = ['calls', 'errors', 'err_client', 'err_server', 'latency_n', 'latency_ms']

/** What a call counts as in each facet; the rows beneath a number say the same. */
function facetSums(tx: Tx): Fragment {
  return tx`
    count(*) as calls, count(*) filter (where status = 'error') as errors,
    count(*) filter (where error_kind = 'client') as err_client, count(*) filter (where error_kind = 'server') as err_server,
    count(latency_ms) as latency_n, coalesce(sum(latency_ms), 0) as latency_ms`
}

/** Calls by endpoint, with what tells one thing from the next taken out of it. */
export async function foldEndpoints(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  await tx`
    with raw as materialized (${byFacet(context, tx`endpoint`, tx`endpoint <> '' and ${source}`)}),
    ${knownNames(tx, 'endpoint', tx`raw`)}
    ${into(tx, 'endpoint', tx`(select raw.*, name as value from raw join named using (path))`)}`
}

/** Calls by the country of the caller. */
export async function foldCallCountries(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  await tx`
    with raw as materialized (${byFacet(context, tx`country`, tx`country is not null and country <> '' and ${source}`)})
    ${into(tx, 'country', tx`(select raw.*, path as value from raw)`)}`
}

function byFacet({ tx, config }: FoldContext, path: Fragment, where: Fragment): Fragment {
  return tx`
    select tenant_id, ${localDay(tx, 'ts', config.timeZone)} as day, ai, ${path} as path, hist_bucket(latency_ms) as bucket,
      ${facetSums(tx)}
    from api_calls where ${where}
    group by 1, 2, 3, 4, 5`
}

function into(tx: Tx, facet: string, rows: Fragment): Fragment {
  const sums = list(tx, FACET_SUMS, (name) => tx`${tx(name)}`)
  return tx`
    insert into call_facet_days as t (scope, day, facet, value, ai, ${sums}, hist)
    select scope, day, ${facet}, value, ai, ${list(tx, FACET_SUMS, (name) => tx`sum(${tx(name)})`)},
      hist_of(array_agg(bucket), array_agg(latency_n))
    from ${rows} r cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5
    order by 1, 3, 2, 4, 5
    on conflict (scope, facet, day, value, ai) do update set
      ${addUp(tx, FACET_SUMS)}, hist = hist_add(t.hist, excluded.hist)`
}

const CONTENT_SUMS = [
  'calls',
  'requests',
  'errors',
  'retries',
  'tokens_in',
  'tokens_out',
  'cost',
  'cost_unknown',
  'cost_estimated',
  'latency_n',
  'latency_ms',
]

/** AI calls by what they made, for which task. */
export async function foldContentDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  const sums = list(tx, CONTENT_SUMS, (name) => tx`${tx(name)}`)
  await tx`
    with raw as (
      select tenant_id, ${localDay(tx, 'ts', config.timeZone)} as day, content_type, feature as task, provider, model,
        hist_bucket(latency_ms) as bucket,
        count(*) as calls, count(*) filter (where first_of_request) as requests,
        count(*) filter (where status = 'error') as errors, count(*) filter (where retry) as retries,
        coalesce(sum(tokens_in), 0) as tokens_in, coalesce(sum(tokens_out), 0) as tokens_out,
        coalesce(sum(cost), 0) as cost, count(*) filter (where cost is null) as cost_unknown,
        count(*) filter (where estimate) as cost_estimated, count(latency_ms) as latency_n,
        coalesce(sum(latency_ms), 0) as latency_ms
      from api_calls where ai and ${source}
      group by 1, 2, 3, 4, 5, 6, 7
    )
    insert into content_days as t (scope, day, content_type, task, provider, model, ${sums}, hist)
    select scope, day, content_type, task, provider, model, ${list(tx, CONTENT_SUMS, (name) => tx`sum(${tx(name)})`)},
      hist_of(array_agg(bucket), array_agg(latency_n))
    from raw cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5, 6
    order by 1, 2, 3, 4, 5, 6
    on conflict (scope, day, content_type, task, provider, model) do update set
      ${addUp(tx, CONTENT_SUMS)}, hist = hist_add(t.hist, excluded.hist)`
}

/** Each parameter of a call `api_calls` with the step it falls into: a tenth, or the power of two that is enough. */
export function parameterParts(tx: Tag): Fragment {
  return tx`
    lateral (values
      ('temperature', round(temperature::numeric, 1)::float8, temperature),
      ('top_p', round(top_p::numeric, 1)::float8, top_p),
      ('max_tokens', 2::float8 ^ length(ltrim((greatest(max_tokens, 1) - 1)::bit(64)::text, '0')), max_tokens::float8)
    ) p(name, step, value)`
}

/** With which parameters AI calls were made. */
export async function foldParameterDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into parameter_days as t (scope, day, name, step, n, total)
    select scope, ${localDay(tx, 'ts', config.timeZone)}, p.name, p.step, count(*), sum(p.value)
    from api_calls cross join ${parameterParts(tx)} cross join ${scopes(tx)}
    where ai and num_nonnulls(temperature, top_p, max_tokens) > 0 and p.value is not null and scope is not null and ${source}
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (scope, day, name, step) do update set ${addUp(tx, ['n', 'total'])}`
}
