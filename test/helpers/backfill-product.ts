import type { FactIn } from '../../src/facts/types.ts'
import { addDays } from '../../src/lib/time.ts'
import { tidy } from '../../src/metrics/total.ts'
import type { TestApp } from './app.ts'

/** Three tenants who do a little more each day, at costs that do not add up exactly as floats. */
export function product(first: string, days: number): FactIn[] {
  const facts: Omit<FactIn, 'index'>[] = []
  for (let n = 0; n < days; n++) {
    const ts = `${addDays(first, n)}T10:00:00Z`
    for (const tenant_id of ['t1', 't2', 't3']) {
      const user_id = `${tenant_id}-${n % 7}`
      const of = { ts, user_id, tenant_id }
      facts.push({ kind: 'events', row: { ...of, name: n % 3 ? 'view' : 'save', session_id: `${user_id}-${n}` } })
      for (const model of ['m1', 'm2']) {
        const told = { service: 'chat', provider: 'p', model, status: n % 5 ? 'ok' : 'error', latency_ms: 90 + 7 * n }
        facts.push({ kind: 'api_calls', row: { ...of, ...told, cost: 0.1 + n / 30, ai: true, tokens_in: 10 + n } })
      }
      if (n < 5) facts.push({ kind: 'users', row: { id: user_id, tenant_id, created_at: ts } })
    }
  }
  return facts.map((fact, index) => ({ ...fact, index }))
}

/** All that a backfill writes, without when. Floats to the digit that numbers are told to. */
export async function written({ sql }: TestApp) {
  const days = await sql<{ v: (number | null)[] }[]>`
    select scope, day::text, to_jsonb(v) as v, definitions, folded from metric_days order by day, scope`
  const dims = await sql<{ v: number | null; den: number | null }[]>`
    select day::text, key, dim, place, value, v, den from metric_dim_values order by day, key, dim, place`
  const stored = await sql`
    select day::text, array(select unnest(slots) order by 1) as slots from metric_dim_stored order by day`
  const usage = await sql`select * from usage_analytics_daily order by date, tenant`
  return {
    days: days.map((row) => ({ ...row, v: row.v.map(tidy) })),
    dims: dims.map((row) => ({ ...row, v: tidy(row.v), den: tidy(row.den) })),
    stored: [...stored],
    usage: [...usage],
  }
}
