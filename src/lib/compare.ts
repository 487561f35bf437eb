import { addDays, type Day, daysBetween } from './time.ts'

/** What a period can be compared with. */
export const COMPARES = ['previous', 'matched', 'year', 'none'] as const
export type Compare = (typeof COMPARES)[number]

/** First and last day, both included. */
export interface DayRange {
  from: Day
  to: Day
}

/**
 * The period to compare with: as many days right before; the same, moved back by whole weeks so that each day meets its
 * own weekday; or the same days a year ago.
 */
export function comparedRange(range: DayRange, compare: Compare): DayRange | undefined {
  if (compare === 'none') return undefined
  if (compare === 'year') return { from: yearBefore(range.from), to: yearBefore(range.to) }
  const back = daysBack(range, compare)
  return { from: addDays(range.from, -back), to: addDays(range.to, -back) }
}

/**
 * The day of the other period that stands beside a day of this one. A year is counted by the calendar, so that after a
 * 29 February the days still meet; that day itself has none.
 */
export function comparedDay(day: Day, range: DayRange, compare: Compare): Day | undefined {
  if (compare === 'none') return undefined
  if (compare === 'year') return day.endsWith('-02-29') ? undefined : yearBefore(day)
  return addDays(day, -daysBack(range, compare))
}

/** Points of the other period, one for each day of this one; null where no day stands beside it. */
export function alignPoints(
  days: readonly Day[],
  others: readonly { day: Day; value: number | null }[],
  range: DayRange,
  compare: Compare,
): { day: Day; value: number | null }[] {
  const values = new Map(others.map(({ day, value }) => [day, value]))
  return days.map((day) => {
    const other = comparedDay(day, range, compare)
    return other === undefined
      ? { day: yearBefore(day), value: null }
      : { day: other, value: values.get(other) ?? null }
  })
}

function daysBack({ from, to }: DayRange, compare: 'previous' | 'matched'): number {
  const days = daysBetween(from, to) + 1
  return compare === 'matched' ? Math.ceil(days / 7) * 7 : days
}

function yearBefore(day: Day): Day {
  const before = `${String(Number(day.slice(0, 4)) - 1).padStart(4, '0')}${day.slice(4)}`
  return before.endsWith('02-29') ? before.replace('02-29', '02-28') : before
}
