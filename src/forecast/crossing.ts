import type { Ahead } from './forecast.ts'

/** When a forecast passes a limit, in days from the last known one. */
export interface Crossing {
  likely: number
  /** The edges of the 80 % interval pass it then; null: not within what was looked at. */
  first: number
  last: number | null
}

/** The first day on which the forecast is beyond a limit; undefined: on none of them. */
export function crossingOf(days: readonly Ahead[], op: 'above' | 'below', limit: number): Crossing | undefined {
  const dayOf = (pick: (day: Ahead) => number): number | undefined => {
    const i = days.findIndex((day) => (op === 'above' ? pick(day) > limit : pick(day) < limit))
    return i < 0 ? undefined : i + 1
  }
  const likely = dayOf(({ value }) => value)
  if (likely === undefined) return undefined
  const [near, far] = op === 'above' ? (['high80', 'low80'] as const) : (['low80', 'high80'] as const)
  return { likely, first: dayOf((day) => day[near]) ?? likely, last: dayOf((day) => day[far]) ?? null }
}
