/** Dimensions whose values are words of Quarterdeck or of a fixed list; the others hold names that somebody gave. */
const WORDED: ReadonlySet<string> = new Set([
  'item',
  'reason',
  'status',
  'kind',
  'class',
  'channel',
  'priority',
  'origin',
])

/** Money of which a part may have no price. */
const PRICED: ReadonlySet<string> = new Set(['ai.cost', 'ai.cost_per_request', 'ai.cost_per_success'])

/** Whether a part of a metric has no price: that is "unknown", and neither nothing nor a gap. */
export const isUnpriced = (metric: string, total: number | null | undefined): boolean =>
  PRICED.has(metric) && (total ?? null) === null

/** The value of a dimension as people read it: "other costs" of other_costs; '' = `none`. */
export function valueName(by: string, value: string, none = `no ${by}`): string {
  if (value === '') return none
  return WORDED.has(by) ? value.replaceAll('_', ' ') : value
}
