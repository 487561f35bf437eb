import type { Group, Series } from '../metrics/query.ts'
import { valueName } from '../metrics/value-name.ts'

/** A value of a dimension, or all that are not shown by themselves. */
export interface BoardPart {
  name: string
  /** 1-6, or 'other' for the rest. */
  color: 1 | 2 | 3 | 4 | 5 | 6 | 'other'
  total: number | null
  values: (number | null)[]
}

export const REST = 'other'

/** The largest values of a dimension, and with `rest` one part for what remains of the whole. */
export function partsOf(series: Series, top: number, by: string, rest: boolean): BoardPart[] {
  const groups = series.groups ?? []
  const shown = groups.slice(0, top)
  const parts = shown.map((group, i) => partOf(group, by, ((i % 6) + 1) as BoardPart['color']))
  const others = groups.slice(top)
  if (!rest || others.length === 0) return parts
  return [...parts, restOf(series, others)]
}

const partOf = ({ key, total, points }: Group, by: string, color: BoardPart['color']): BoardPart => ({
  name: valueName(by, key),
  color,
  total,
  values: points.map(({ value }) => value),
})

/** A day that is unknown as a whole is unknown in its rest. */
function restOf({ points }: Series, others: readonly Group[]): BoardPart {
  const sum = (values: (number | null | undefined)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0)
  return {
    name: REST,
    color: REST,
    // What has no price is not free.
    total: others.every(({ total }) => total === null) ? null : sum(others.map(({ total }) => total)),
    values: points.map(({ value }, i) => (value === null ? null : sum(others.map((group) => group.points[i]?.value)))),
  }
}
