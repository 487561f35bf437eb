import { metrics, percentile, perUser, ratio, sum } from './define.ts'
import type { About, Expr } from './metric.ts'

const BY = ['model', 'provider', 'service'] as const
const calls: Expr = ({ sql }) => sql`sum(r.calls)`

/** Whether AI can be relied upon, and how calls and their cost are spread over users. */
export default metrics({
  'ai.success_rate': ratio({
    label: 'AI success',
    unit: 'percent',
    good: 'up',
    definition: 'AI calls that succeeded as a share of all.',
    formula: '1 − ai.error_rate',
    action: 'See AI error rate.',
    warn: 95,
    crit: 85,
    from: 'aiCalls',
    by: BY,
    num: ({ sql }) => sql`sum(r.calls - r.errors)`,
    den: calls,
  }),
  'ai.provider_reliability': ratio({
    label: 'Provider reliability',
    unit: 'percent',
    good: 'up',
    definition:
      'AI calls that did not fail by an error of the provider or of a server, a timeout or a rate limit, as a share of all. What a safety filter refused, or failed because of what was sent, does not count against the provider.',
    formula: '1 − (provider + timeout + server + rate limit) ÷ ai.calls',
    action: 'By provider: move traffic away from the one that is down, and look at its status page.',
    warn: 98,
    crit: 90,
    from: 'aiCalls',
    by: BY,
    num: ({ sql }) => sql`sum(r.calls - r.err_provider - r.err_timeout - r.err_server - r.err_rate_limit)`,
    den: calls,
  }),
  'ai.errors_client': sum({
    label: 'AI errors: client',
    unit: 'calls',
    good: 'down',
    definition: 'AI calls that were refused because of what was sent (HTTP 4xx except 408 and 429).',
    action: 'Look at the prompt’s length and at parameters that the model does not know.',
    from: 'aiCalls',
    by: BY,
    value: ({ sql }) => sql`sum(r.err_client)`,
  }),
  'ai.errors_server': sum({
    label: 'AI errors: server',
    unit: 'calls',
    good: 'down',
    definition:
      'AI calls that failed on the side of the server: HTTP 5xx except 504, or an error of which nothing more was told.',
    action:
      'One provider alone? Look at its status page. All of them? Look at the logs of the service and at its last deploy.',
    from: 'aiCalls',
    by: BY,
    value: ({ sql }) => sql`sum(r.err_server)`,
  }),
  'ai.latency_p90': latency(0.9, {
    label: 'AI latency, p90',
    definition: 'Nine of ten AI calls took no longer. From histograms: exact to 4.4 %.',
    action: 'See AI latency, p95.',
  }),
  'ai.latency_p99': latency(0.99, {
    label: 'AI latency, p99',
    definition: 'Ninety-nine of a hundred AI calls took no longer. From histograms: exact to 4.4 %.',
    action: 'Far above p95? A few calls hang: give them a timeout.',
  }),
  'ai.tokens_per_success': ratio({
    label: 'Tokens per successful call',
    unit: 'tokens',
    good: 'down',
    definition: 'Token efficiency: tokens, sent and written, for each AI call that succeeded.',
    formula: '(ai.tokens_in + ai.tokens_out) ÷ calls without error',
    action: 'Compare models and providers doing the same: the one with fewer tokens is cheaper at the same price.',
    from: 'aiCalls',
    by: BY,
    num: ({ sql }) => sql`sum(r.tokens_in + r.tokens_out)`,
    den: ({ sql }) => sql`sum(r.calls - r.errors)`,
  }),
  'ai.estimated_share': ratio({
    label: 'Costs that are estimates',
    unit: 'percent',
    good: 'down',
    definition:
      'AI calls whose cost is an estimate, as tokens were approximated or hours of a machine were shared out, of those with a cost.',
    formula: 'estimated ÷ calls with a known cost',
    action: 'Send the tokens that the provider counts: they stand in its answer.',
    from: 'aiCalls',
    by: BY,
    num: ({ sql }) => sql`sum(r.cost_estimated)`,
    den: ({ sql }) => sql`sum(r.calls - r.cost_unknown)`,
  }),
  'ai.calls_per_user_p50': ofUser('ai_calls', 0.5, 'calls', {
    label: 'AI calls per user, median',
    definition: 'AI calls of an active user on a day, retries among them: half of the user-days with any have no more.',
    action: 'Falling? Users find it less useful: look at errors and latency.',
  }),
  'ai.calls_per_user_p90': ofUser('ai_calls', 0.9, 'calls', {
    label: 'AI calls per user, p90',
    definition: 'AI calls of an active user on a day: nine of ten user-days with any have no more.',
    action: 'Far above the median? Think of limits by plan.',
  }),
  'ai.calls_per_user_max': ofUser('ai_calls', 'max', 'calls', {
    label: 'AI calls per user, most',
    definition: 'The most AI calls that one active user made on one day.',
    action: 'Hundreds of times the median? Look at that user: a script, or abuse.',
  }),
  'ai.cost_per_user_p50': ofUser('cost', 0.5, 'money', {
    label: 'Cost per user, median',
    definition: 'What an active user cost on a day: half of the user-days with any known cost have no more.',
    action: 'Compare with what a user pays a day.',
  }),
  'ai.cost_per_user_p90': ofUser('cost', 0.9, 'money', {
    label: 'Cost per user, p90',
    definition: 'What an active user cost on a day: nine of ten user-days with any known cost have no more.',
    action: 'Far above the median? A few users carry the cost: think of limits by plan.',
  }),
  'ai.cost_per_user_max': ofUser('cost', 'max', 'money', {
    label: 'Cost per user, most',
    definition: 'The most that one active user cost on one day.',
    action: 'More than that user pays in a month? Look at what they do: a script, or abuse.',
  }),
  'api.calls_per_user_p50': ofUser('api_calls', 0.5, 'calls', {
    label: 'API calls per user, median',
    definition:
      'API calls of an active user on a day, AI calls among them: half of the user-days with any have no more.',
    action: 'A jump at a release? A client asks more often than before.',
  }),
  'api.calls_per_user_p90': ofUser('api_calls', 0.9, 'calls', {
    label: 'API calls per user, p90',
    definition: 'API calls of an active user on a day: nine of ten user-days with any have no more.',
    action: 'Rising alone? Heavy users become heavier: think of rate limits.',
  }),
  'api.calls_per_user_max': ofUser('api_calls', 'max', 'calls', {
    label: 'API calls per user, most',
    definition: 'The most API calls that one active user made on one day.',
    action: 'Far above p90? Look at that user: a loop in a client, or abuse.',
  }),
})

function latency(p: number, about: Pick<About, 'label' | 'definition' | 'action'>) {
  return percentile({
    ...about,
    unit: 'ms',
    good: 'down',
    from: 'aiCalls',
    by: BY,
    value: ({ sql }) => sql`hist_quantile(hist_sum(r.hist), ${p}::float8)`,
  })
}

function ofUser(
  column: 'ai_calls' | 'api_calls' | 'cost',
  stat: number | 'max',
  unit: 'calls' | 'money',
  about: Pick<About, 'label' | 'definition' | 'action'>,
) {
  const good = unit === 'money' ? 'down' : 'neutral'
  return perUser({ ...about, unit, good, from: 'users', each: ({ sql }) => sql`r.${sql(column)}::float8`, stat })
}
