import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import { valueName } from '../metrics/value-name.ts'
import { looksDown } from './conditions/index.ts'
import { type Answer, type Request, readWindows } from './read.ts'
import { metricOfRule, type Rule } from './rule.ts'
import { isSliding } from './windows.ts'
import { wordingOf } from './words.ts'

/** Dimensions that are asked for who drove an alert. */
const MOST_DIMENSIONS = 2
/** Below this share of the whole a value drives nothing. */
const LEAST_SHARE = 0.25
/** A share of fewer things than this part of all says nothing about them. */
const LEAST_PART = 0.05

/** One value of a dimension is its own driver. */
export const hasDrivers = ({ by, when }: Rule): boolean => by === undefined && when.kind !== 'source'

/** Who or what contributed most: "openai: 14 of 23", dimension by dimension, then the tenant. '' = nobody stands out. */
export async function driversOf(deps: Deps, rule: Rule, at: Date): Promise<string> {
  const metric = metricOfRule(catalogueOf(deps), rule)
  if (!metric || metric.kind === 'live' || metric.kind === 'derived' || !hasDrivers(rule)) return ''
  const { metric: key, scope, window } = rule
  const dims: string[] = metric.by.slice(0, MOST_DIMENSIONS)
  if (scope === '*' && isSliding(window)) dims.push('tenant')
  if (dims.length === 0) return ''
  const whole: Request = { key: key as AnyKey, scope, window, earlier: [] }
  const requests = dims.map((by): Request => ({ ...whole, by }))
  const { answers } = await readWindows(deps, [whole, ...requests], at)
  const total = answers.get(whole)?.get('')?.[0]
  const parts = requests.flatMap((request) => {
    const answer = answers.get(request)
    return answer && total ? (driverOf(deps, rule, request.by ?? '', answer, total) ?? []) : []
  })
  return parts.join('; ')
}

function driverOf(
  deps: Deps,
  rule: Rule,
  by: string,
  answer: Answer,
  total: { value: number | null; of: number | null },
): string | undefined {
  const { value: text } = wordingOf(deps, rule)
  const values = [...answer].flatMap(([name, [held]]) =>
    held?.value == null ? [] : [{ name: valueName(by, name), value: held.value, of: held.of }],
  )
  if (values.length < 2 || total.value === null) return undefined
  const metric = metricOfRule(catalogueOf(deps), rule)
  if (metric?.kind === 'sum') {
    const top = values.reduce((a, b) => (b.value > a.value ? b : a))
    return top.value >= LEAST_SHARE * total.value
      ? `${top.name}: ${text(top.value)} of ${text(total.value)}`
      : undefined
  }
  // A share or a percentile: the value that is furthest from the whole, on the side that fired, and not too small.
  const heavy = values.filter(({ of }) => of === null || total.of === null || of >= LEAST_PART * total.of)
  const far = heavy.toSorted((a, b) => Math.abs(b.value - (total.value ?? 0)) - Math.abs(a.value - (total.value ?? 0)))
  const above = total.value >= 0 && rule.when.kind !== 'nodata' && !looksDown(rule.when)
  const top = far.find(({ value }) => (above ? value > (total.value ?? 0) : value < (total.value ?? 0)))
  if (!top) return undefined
  return `${top.name}: ${text(top.value)}${top.of === null ? '' : ` of ${Math.round(top.of).toLocaleString('en-US')}`}`
}
