import { randomUUID } from 'node:crypto'
import type { FactIn } from '../../src/facts/types.ts'
import type { Result } from './report.ts'
import { type Bench, metaNow } from './setup.ts'

const CALLS = 4000
/** Median in milliseconds and spread of each model's latencies: from a cache to a slow model with a long tail. */
const MODELS = [
  { median: 4, sigma: 0.3 },
  { median: 45, sigma: 0.5 },
  { median: 300, sigma: 0.8 },
  { median: 900, sigma: 0.6 },
  { median: 2500, sigma: 1 },
  { median: 12_000, sigma: 0.4 },
]

/** p95 out of folded histograms against the exact one of the raw calls, by model and in all; the worst counts. */
export async function benchPercentiles({ db, writer, fold }: Bench): Promise<Result> {
  for (const { median, sigma } of MODELS) {
    const facts = Array.from({ length: CALLS }, (_, index) =>
      callOf(index, `m${median}`, median * Math.exp(sigma * normal())),
    )
    await writer.write(facts, metaNow())
  }
  await fold()
  const rows = await db.sql<{ exact: number; folded: number }[]>`
    with exact as (
      select model, percentile_disc(0.95) within group (order by latency_ms) as p95
      from api_calls where provider = 'bench' group by rollup (model)
    ),
    folded as (
      select model, hist_quantile(hist_sum(hist), 0.95) as p95
      from api_call_days where scope = '*' and provider = 'bench' group by rollup (model)
    )
    select e.p95 as exact, f.p95 as folded from exact e join folded f on f.model is not distinct from e.model`
  if (rows.length !== MODELS.length + 1) throw new Error(`${rows.length} models were folded`)
  const errors = rows.map(({ exact, folded }) => Math.abs(folded - exact) / exact)
  return {
    name: 'p95 from histograms, error',
    value: Math.max(...errors),
    target: 0.045,
    floor: 0.05,
    better: 'less',
    unit: '%',
    note: `worst of ${rows.length} log-normal distributions, ${MODELS.length * CALLS} calls`,
  }
}

function callOf(index: number, model: string, latencyMs: number): FactIn {
  return {
    kind: 'api_calls',
    index,
    id: randomUUID(),
    row: { provider: 'bench', model, status: 'ok', latency_ms: latencyMs },
  }
}

/** Box-Muller. */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
}
