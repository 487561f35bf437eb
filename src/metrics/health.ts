import type { Deps } from '../context.ts'
import { sqlContext } from './context.ts'
import type { Fragment, SqlContext } from './metric.ts'

/** Platform health of 24 hours with what it is made of: the factors, in percent, multiply to the score. */
export interface HealthReading {
  score: number | null
  uptime: number | null
  success: number | null
  speed: number | null
  p95: number | null
}

/** Speed, in percent, of a p95 latency; unknown where that is, which `least` alone would take for full speed. */
export const speedOf = ({ sql, targetP95Ms }: SqlContext, p95: Fragment): Fragment =>
  sql`case when ${p95} is not null then 100 * least(1, ${targetP95Ms}::float8 / ${p95}) end`

/** One row: score and factors of the 24 hours up to now. */
export function healthReading(q: SqlContext, scope: string): Fragment {
  const { sql, now } = q
  return sql`select *, uptime * success * speed / 10000 as score from (
      select p.uptime, c.success, c.p95, ${speedOf(q, sql`c.p95`)} as speed
      from (select 100 * sum(ok)::float8 / nullif(sum(n), 0) as uptime from probe_hours
          where hour > ${now} - interval '24 hours' and hour <= ${now}) p,
        (select 100 * sum(calls - errors)::float8 / nullif(sum(calls), 0) as success,
            hist_quantile(hist_sum(hist), 0.95) as p95
          from api_call_hours
          where scope = ${scope} and at > ${now} - interval '24 hours' and at <= ${now}) c) f`
}

/** Platform health of the 24 hours up to an instant. */
export async function readHealth(deps: Deps, scope: string, until: Date): Promise<HealthReading> {
  const q = { ...sqlContext(deps, deps.db.sql), now: until }
  const [row] = await deps.db.sql<HealthReading[]>`
    select score::float8 as score, uptime::float8 as uptime, success::float8 as success, speed::float8 as speed,
      p95::float8 as p95
    from (${healthReading(q, scope)}) h`
  return row ?? { score: null, uptime: null, success: null, speed: null, p95: null }
}
