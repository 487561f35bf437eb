import { isFailedSignIn } from '../metrics/failed-sign-ins.ts'
import type { Fragment, RollupMetric, SqlContext } from '../metrics/metric.ts'
import type { RollupName } from '../metrics/rollups.ts'
import { jobTimes } from '../rollups/buckets.ts'

/** The rows of a roll-up within a sliding window: the window stands beside them as `w`, with `low` and `high`. */
export interface SlidingRows {
  /** Rows with `scope`, `at` and the columns of the roll-up, by the minute or finer. */
  minutes: (q: SqlContext, scopes: Scopes) => Fragment
  /** The same by the hour, for what is older than the minutes that are kept. */
  hours: (q: SqlContext, scopes: Scopes) => Fragment
  /** Hours back that minutes are good for. */
  keptHours: number
  /** Nothing is nothing even before there was ever any: our own records. */
  always?: true
  /** Whether the rows have what a metric is made of. */
  holds: (key: string, metric: RollupMetric) => boolean
}
/** Some scopes, or each tenant's own. */
export type Scopes = readonly string[] | 'tenants'

const adds = ({ kind }: RollupMetric): boolean => kind === 'sum' || kind === 'ratio'
const RAW_HOURS = 31 * 24

const inScopes = ({ sql }: SqlContext, scopes: Scopes, column = sql`scope`): Fragment =>
  scopes === 'tenants' ? sql`${column} <> '*'` : sql`${column} = any(${[...scopes]}::text[])`

/** A fact counts for all tenants and for its own. */
const scoped = (q: SqlContext, scopes: Scopes, facts: Fragment): Fragment => q.sql`
  select s.scope, f.* from (${facts}) f
    cross join lateral (values ('*'), (nullif(f.tenant_id, ''))) s (scope)
  where ${inScopes(q, scopes, q.sql`s.scope`)}`

function calls(where: (q: SqlContext) => Fragment): SlidingRows {
  const of =
    (table: string) =>
    (q: SqlContext, scopes: Scopes): Fragment =>
      q.sql`select * from ${q.sql(table)}
        where ${inScopes(q, scopes)} and at > w.low and at <= w.high ${where(q)}`
  return {
    minutes: of('api_call_minutes'),
    hours: of('api_call_hours'),
    // A little less than is kept: the oldest hour may just be pruned.
    keptHours: 46,
    holds: (_, metric) => adds(metric) || metric.kind === 'percentile',
  }
}

/** Of facts that are no aggregate of many: a short range of an index is read as it is. */
function facts(select: (q: SqlContext) => Fragment, holds: SlidingRows['holds']): SlidingRows {
  const rows: SlidingRows['minutes'] = (q, scopes) => scoped(q, scopes, select(q))
  return { minutes: rows, hours: rows, keptHours: RAW_HOURS, holds }
}

const PAYMENT_COUNTS = [
  'revenue.transactions',
  'revenue.payments_succeeded',
  'revenue.payments_failed',
  'revenue.payment_success_rate',
]
const SIGN_INS = ['security.failed_logins', 'security.oauth_failures']
const within = ({ sql }: SqlContext, column: Fragment): Fragment => sql`${column} > w.low and ${column} <= w.high`

/** The roll-ups whose metrics can be known over minutes and hours. */
export const SLIDING: Partial<Record<RollupName, SlidingRows>> = {
  calls: calls(({ sql }) => sql``),
  aiCalls: calls(({ sql }) => sql`and ai`),
  jobs: {
    ...facts(
      (q) => q.sql`
        select j.tenant_id, j.enqueued_at as at, j.kind, 1 as enqueued, 0 as succeeded, 0 as failed, 0 as cancelled,
          0 as run_n, 0::float8 as run_ms, 0 as wait_n, 0::float8 as wait_ms
        from jobs j where ${within(q, q.sql`j.enqueued_at`)}
        union all
        select j.tenant_id, j.finished_at, j.kind, 0, (j.status = 'succeeded')::int, (j.status = 'failed')::int,
          (j.status = 'cancelled')::int, (r.run_ms is not null)::int, coalesce(r.run_ms, 0),
          (r.wait_ms is not null)::int, coalesce(r.wait_ms, 0)
        from jobs j, ${jobTimes(q.sql)} r where ${within(q, q.sql`j.finished_at`)}`,
      (_, metric) => adds(metric),
    ),
    hours: (q, scopes) => q.sql`select *, hour as at from job_hours
      where ${inScopes(q, scopes)} and hour > w.low and hour <= w.high`,
    keptHours: 46,
  },
  payments: facts(
    (q) => q.sql`select p.tenant_id, p.ts as at, p.provider, p.status, p.currency, 1 as n
      from payments p where ${within(q, q.sql`p.ts`)}`,
    (key) => PAYMENT_COUNTS.includes(key),
  ),
  events: facts(
    (q) => q.sql`select e.tenant_id, e.ts as at, e.name, 1 as n from events e
      where ${within(q, q.sql`e.ts`)} and ${isFailedSignIn(q)}`,
    (key) => SIGN_INS.includes(key),
  ),
  signInFailures: {
    ...facts(
      (q) => q.sql`select '' as tenant_id, f.at, 1 as n from login_failures f
        where f.kind <> 'reset' and ${within(q, q.sql`f.at`)}`,
      () => true,
    ),
    always: true,
  },
}
