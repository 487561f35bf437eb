import type { Sql, TransactionSql } from 'postgres'
import type { Good, Metric, Unit } from '../metrics/metric.ts'

/** Beyond these a metric is yellow, red; null = never. */
export interface Limits {
  warn: number | null
  crit: number | null
}

/** The setting of a metric's thresholds. */
export const THRESHOLD = 'threshold:'

/** The thresholds that an admin has set, by metric; the others have those of their definition. */
export async function readLimits(sql: Sql | TransactionSql): Promise<Map<string, Limits>> {
  const rows = await sql<{ key: string; value: Limits }[]>`
    select key, value from settings where starts_with(key, ${THRESHOLD}) order by key`
  return new Map(rows.map(({ key, value }) => [key.slice(THRESHOLD.length), value]))
}

/** A metric with other thresholds than those of its definition. */
export function withLimits<M extends Metric>(metric: M, limits: Limits | undefined): M {
  if (!limits) return metric
  const { warn: _, crit: __, ...rest } = metric
  const { warn, crit } = limits
  return { ...rest, ...(warn !== null && { warn }), ...(crit !== null && { crit }) } as M
}

/** The thresholds that a metric has now. */
export const limitsOf = ({ warn, crit }: Pick<Metric, 'warn' | 'crit'>): Limits => ({
  warn: warn ?? null,
  crit: crit ?? null,
})

/** Which side of a threshold is the bad one; a metric that is good neither way is watched for being too high. */
export const badSide = (good: Good): 'under' | 'over' => (good === 'up' ? 'under' : 'over')

const LARGEST = 1e15
/** Units whose values may be less than nothing: changes, margins, balances. */
const SIGNED: readonly Unit[] = ['money', 'percent', 'ratio', 'months']

/** What is wrong with thresholds, by field; undefined = nothing. */
export function limitsProblem(
  { good, unit }: Pick<Metric, 'good' | 'unit'>,
  { warn, crit }: Limits,
): { field: keyof Limits; text: string } | undefined {
  for (const [field, value] of Object.entries({ warn, crit }) as [keyof Limits, number | null][]) {
    if (value === null) continue
    if (!Number.isFinite(value) || Math.abs(value) > LARGEST)
      return { field, text: 'This is not a number that can be.' }
    if (value < 0 && !SIGNED.includes(unit)) return { field, text: `A number of ${unit} is never less than zero.` }
    if (unit === 'score' && value > 100) return { field, text: 'A score is at most 100.' }
  }
  if (warn === null || crit === null) return undefined
  if (good === 'up' && crit > warn) return { field: 'crit', text: 'More is better here: red must not be above yellow.' }
  if (good !== 'up' && crit < warn) return { field: 'crit', text: 'Less is better here: red must not be below yellow.' }
  return undefined
}
