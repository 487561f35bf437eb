import type { Deps } from '../context.ts'

/** How a provider has answered lately. */
export interface ProviderStatus {
  provider: string
  callsPerMinute: number
  /** 0-100. */
  errorRate: number
  p95Ms: number | null
  /** The kind of error that came most, and how often. */
  worst: { kind: string; n: number } | null
  /** off = too few calls to judge by. */
  state: 'up' | 'degraded' | 'down' | 'off'
}

export const WINDOW_MINUTES = 15
/** With fewer calls a single error would paint a provider red. */
const ENOUGH_CALLS = 5
const DEGRADED_PERCENT = 5
const DOWN_PERCENT = 50

interface Row {
  provider: string
  calls: number
  errors: number
  p95Ms: number | null
  kinds: Record<string, number>
}

/** Providers by their calls of the last 15 minutes, the busiest first. */
export async function providerStatus({ db: { sql }, now }: Deps, scope: string): Promise<ProviderStatus[]> {
  const at = now()
  const rows = await sql<Row[]>`
    select provider, sum(calls)::float8 as calls, sum(errors)::float8 as errors,
      hist_quantile(hist_sum(hist), 0.95) as "p95Ms",
      jsonb_build_object('provider', sum(err_provider), 'timeout', sum(err_timeout), 'safety', sum(err_safety),
        'rate limit', sum(err_rate_limit), 'client', sum(err_client), 'server', sum(err_server)) as kinds
    from api_call_minutes
    where scope = ${scope} and provider <> ''
      and at > ${at}::timestamptz - ${WINDOW_MINUTES} * interval '1 minute' and at <= ${at}
    group by provider
    order by calls desc, provider
    limit 12`
  return rows.map(statusOf)
}

function statusOf({ provider, calls, errors, p95Ms, kinds }: Row): ProviderStatus {
  const errorRate = calls > 0 ? (100 * errors) / calls : 0
  const [kind, n] = Object.entries(kinds).sort(([, a], [, b]) => b - a)[0] ?? ['', 0]
  return {
    provider,
    callsPerMinute: calls / WINDOW_MINUTES,
    errorRate,
    p95Ms,
    worst: n > 0 ? { kind, n } : null,
    state: calls < ENOUGH_CALLS ? 'off' : stateOf(errorRate),
  }
}

function stateOf(errorRate: number): 'up' | 'degraded' | 'down' {
  if (errorRate >= DOWN_PERCENT) return 'down'
  return errorRate >= DEGRADED_PERCENT ? 'degraded' : 'up'
}
