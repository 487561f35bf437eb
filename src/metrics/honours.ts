import type { Look } from './asks.ts'
import type { AnyKey } from './catalogue.ts'
import type { Metric, RollupMetric } from './metric.ts'
import type { Rollup } from './rollup-kit.ts'
import { rollups } from './rollups.ts'

/** The filters by which people are chosen, and what they are called. */
export const PEOPLE_FILTERS = ['plan', 'segment'] as const
export type PeopleFilter = (typeof PEOPLE_FILTERS)[number]

/** Whether a metric can be told of the people of a plan, or of a segment; the one place that decides it. */
export function honours(look: Look, key: AnyKey, filter: PeopleFilter, by?: string): boolean {
  return isToldOf(look, look(key), [filter], by)
}

/** Which of the filters that are set a metric honours; with `by` broken down by that dimension. */
export function honoured(look: Look, key: AnyKey, asked: readonly PeopleFilter[], by?: string): PeopleFilter[] {
  const sets: PeopleFilter[][] = [[...asked], ['segment'], ['plan']]
  const metric = look(key)
  return sets.find((set) => set.every((one) => asked.includes(one)) && isToldOf(look, metric, set, by)) ?? []
}

/**
 * How a metric of a roll-up is told of some people: by its own rows, or through another roll-up which has them person by
 * person. undefined: neither.
 */
export function toldThrough(
  metric: RollupMetric,
  filters: readonly PeopleFilter[],
  by?: string,
): RollupMetric | undefined {
  if (filters.length === 0) return metric
  return [metric, ...through(metric)].find(
    (one) => filters.every((filter) => isCut(one, filter)) && (!by || Object.hasOwn(rollups[one.from].dims, by)),
  )
}

/** A formula is told of some people where all of its parts are; a reading of the moment never is. */
function isToldOf(look: Look, metric: Metric, filters: readonly PeopleFilter[], by?: string): boolean {
  if (filters.length === 0) return true
  if (metric.kind === 'live') return false
  if (metric.kind === 'derived') return metric.of.every((of) => isToldOf(look, look(of as AnyKey), filters, by))
  return toldThrough(metric, filters, by) !== undefined
}

/** The metrics as they are told of some people. */
export function lookAmong(look: Look, filters: readonly PeopleFilter[], by?: string): Look {
  return (key) => {
    const metric = look(key)
    if (metric.kind === 'live' || metric.kind === 'derived') return metric
    return toldThrough(metric, filters, by) ?? metric
  }
}

function isCut({ from, by, running }: RollupMetric, filter: PeopleFilter): boolean {
  const { people }: Rollup = rollups[from]
  if (!people) return false
  if (filter === 'segment') return people.segment
  // A running sum of what happened on a plan is not who is on it now; rows with a plan of their own say both.
  return people.plan === 'day' ? !running : by.includes('plan')
}

function through(metric: RollupMetric): RollupMetric[] {
  if (!metric.through) return []
  const { from, parts, by = [] } = metric.through
  return [{ ...metric, from, parts, by, knownBy: metric.from }]
}
