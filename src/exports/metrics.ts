import type { Deps } from '../context.ts'
import { addDays, type Day, daysBetween } from '../lib/time.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { sqlContext } from '../metrics/context.ts'
import { Evaluation } from '../metrics/evaluate.ts'
import type { Cell } from './csv.ts'

/** Days read at a time: memory does not grow with the range. */
const CHUNK_DAYS = 92

export interface MetricsExport {
  keys: MetricKey[]
  scope: string
  from: Day
  to: Day
  by?: string
}

/** `date,<metric>,<metric>`, a row a day; with `by`: `date,<dimension>,<metric> …`, a row a day and value. */
export function metricsHeader({ keys, by }: MetricsExport): string[] {
  return ['date', ...(by ? [by] : []), ...keys]
}

/** The rows, some months at a time; an empty cell is unknown. */
export async function* metricsRows(deps: Deps, asked: MetricsExport): AsyncGenerator<Cell[][]> {
  const { keys, scope, from, to, by } = asked
  for (let first = from; first <= to; first = addDays(first, CHUNK_DAYS)) {
    const days = Math.min(CHUNK_DAYS, daysBetween(first, to) + 1)
    const range = { from: first, to: addDays(first, days - 1) }
    const evaluation = await new Evaluation(sqlContext(deps, deps.db.heavy), scope, keys).load([range], by, false)
    yield by ? groupedRows(evaluation, keys, range) : plainRows(evaluation, keys, range)
  }
}

function plainRows(evaluation: Evaluation, keys: MetricKey[], range: { from: Day; to: Day }): Cell[][] {
  const columns = keys.map((key) => evaluation.get(key, range).points)
  return (columns[0] ?? []).map(({ day }, i) => [day, ...columns.map((points) => points[i]?.value ?? null)])
}

function groupedRows(evaluation: Evaluation, keys: MetricKey[], range: { from: Day; to: Day }): Cell[][] {
  const columns = keys.map((key) => new Map(evaluation.groups(key, range).map((group) => [group.key, group.points])))
  const values = [...new Set(columns.flatMap((groups) => [...groups.keys()]))].sort()
  const days = evaluation.get(keys[0] as MetricKey, range).points
  return days.flatMap(({ day }, i) =>
    values.map((value) => [day, value, ...columns.map((groups) => groups.get(value)?.[i]?.value ?? null)]),
  )
}
