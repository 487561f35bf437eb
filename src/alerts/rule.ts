import { z } from 'zod'
import type { Catalogue } from '../custom-metrics/catalogue.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { type Condition, conditionSchema, kindOf } from './conditions/index.ts'
import { isComparable, isSliding, WINDOW_NAMES, WINDOWS, type WindowName, windowsOf } from './windows.ts'

export const SEVERITIES = ['critical', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]
export const NO_DATA = { keep: 'keep the state', alert: 'count it as bad', resolve: 'count it as well' } as const
export type OnNoData = keyof typeof NO_DATA

export const MAX_NAME = 80
export const MAX_CHANNELS = 20
const MAX_MINUTES = 7 * 24 * 60

const minutes = (what: string, description: string) =>
  z
    .int(`${what} is a whole number of minutes.`)
    .min(0, `${what} is not negative.`)
    .max(MAX_MINUTES, `${what} is a week at most.`)
    .default(0)
    .meta({ description })

/** A rule as it is written: in the database, in a request, in a file. */
export const ruleSchema = z.strictObject({
  name: z
    .string({ error: 'A name is a text.' })
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .refine((text) => text !== '', 'Give the rule a name.')
    .refine((text) => text.length <= MAX_NAME, `A name has at most ${MAX_NAME} characters.`)
    .refine((text) => !/\p{Cc}/u.test(text), 'A name is text that can be read.'),
  enabled: z.boolean().default(true),
  severity: z.enum(SEVERITIES, { error: `One of ${SEVERITIES.join(', ')}.` }).default('warning'),
  metric: z
    .string()
    .max(100)
    .default('')
    .meta({ description: 'A key of /api/metrics; none for a source that is away.' }),
  when: conditionSchema.meta({
    description: 'threshold, change, anomaly, forecast, nodata or source, with what each needs.',
    example: { kind: 'threshold', op: 'above', limit: 15 },
  }),
  window: z
    .enum(WINDOW_NAMES as [WindowName, ...WindowName[]], { error: `One of ${WINDOW_NAMES.join(', ')}.` })
    .default('now')
    .meta({ description: 'Over what it looks, as far as the metric is kept so finely.' }),
  least: z.number({ error: 'The least is a number.' }).min(0, 'The least is not negative.').optional().meta({
    description: 'Over a sliding window, of a share or of an amount that is compared: of fewer nothing is said.',
  }),
  by: z
    .string()
    .max(60)
    .optional()
    .meta({ description: 'A dimension of the metric: an alert for each of its values.' }),
  scope: z.string().max(200).default('*').meta({ description: '* = all tenants as one, or the id of a tenant.' }),
  for: minutes('The time it has to last', 'Minutes that it has to last before the alert fires.'),
  recover: minutes('The time to recover', 'Minutes that it has to be well before the alert ends.'),
  quiet: minutes('The quiet time', 'Minutes after an alert in which no other one of the rule fires.'),
  nodata: z
    .enum(Object.keys(NO_DATA) as [OnNoData, ...OnNoData[]], { error: `One of ${Object.keys(NO_DATA).join(', ')}.` })
    .default('keep')
    .meta({ description: 'What an unknown value means.' }),
  needs: z
    .string()
    .max(200)
    .default('')
    .meta({ description: 'A source: while it is away the rule is held back. Empty = none.' }),
  channels: z
    .union([z.literal('all'), z.array(z.string().min(1).max(80)).max(MAX_CHANNELS)], {
      error: 'all, or a list of channels.',
    })
    .default('all')
    .meta({ description: 'Who is told: all channels, or some by name.' }),
})
export type Rule = z.output<typeof ruleSchema>

export type RuleField = keyof Rule | 'limit' | 'end' | 'change' | 'base' | 'times' | 'source'
export interface RuleProblem {
  field: string
  message: string
}

/** What is wrong with a rule beyond its shape: metrics that are not there, windows they are not kept by. */
export function problemsOf(catalogue: Catalogue, rule: Rule): RuleProblem[] {
  const { when, window } = rule
  if (when.kind === 'source') return rule.by ? [{ field: 'by', message: 'A source has no dimensions.' }] : []
  if (!catalogue.has(rule.metric)) return [{ field: 'metric', message: noMetric(catalogue, rule.metric) }]
  const metric = catalogue.of(rule.metric)
  const windows = windowsOf(rule.metric, metric)
  const found: RuleProblem[] = []
  const { daily } = kindOf(when)
  if (!windows.includes(window)) found.push({ field: 'window', message: notKept(windows) })
  else if (daily && !dailyWindows(metric, windows).includes(window)) found.push({ field: 'window', message: DAILY })
  else if (kindOf(when).compares && !isComparable(window))
    found.push({ field: 'window', message: 'Compared are windows of an hour or more.' })
  else if (kindOf(when).compares && window === 'today' && !isStock(metric))
    found.push({
      field: 'window',
      message: 'A day that is not over cannot be compared with whole ones: take yesterday.',
    })
  const by = whyNotBy(metric, rule)
  if (by) found.push({ field: 'by', message: by })
  if (rule.least !== undefined && !takesLeast(metric, rule)) found.push({ field: 'least', message: LEAST })
  return found
}

function noMetric(catalogue: Catalogue, key: string): string {
  if (key === '') return 'Choose a metric.'
  const [like] = catalogue.similar(key, 1)
  return `There is no metric “${key.slice(0, 80)}”.${like ? ` Did you mean ${like}?` : ''}`
}

const notKept = (windows: readonly WindowName[]): string =>
  `It is kept ${windows.map((name) => WINDOWS[name].label).join(', ')}: a window of it is ${windows.map((name) => `“${name}”`).join(' or ')}.`

const DAILY = 'A forecast is made of days: take yesterday, or today where the metric is a level.'

/** The windows that are one day: yesterday, and of a level today. */
export const dailyWindows = (metric: Metric, windows: readonly WindowName[]): WindowName[] =>
  windows.filter((window) => window === '1d' || (window === 'today' && isStock(metric)))

/** The windows of which there are earlier ones to compare with: an hour or more, and of today only a level. */
export const comparedWindows = (metric: Metric, windows: readonly WindowName[]): WindowName[] =>
  windows.filter((window) => isComparable(window) && (window !== 'today' || isStock(metric)))

/** Each tenant by itself, as if it were a dimension. */
export const BY_TENANT = 'tenant'

/** The dimensions by whose values a rule can raise alerts of their own. */
export function dimsFor(metric: Metric, { when, window, scope }: DimRule): readonly string[] {
  if (metric.kind === 'live' || when.kind === 'forecast') return []
  return isSliding(window) && scope === '*' ? [...metric.by, BY_TENANT] : metric.by
}
type DimRule = { when: { kind: string }; window: WindowName; scope: string }

function whyNotBy(metric: Metric, rule: Rule): string | undefined {
  const { by, when } = rule
  if (by === undefined || dimsFor(metric, rule).includes(by)) return undefined
  if (when.kind === 'forecast') return 'A forecast is of the whole: choose a tenant, or no dimension.'
  if (by === BY_TENANT)
    return 'Each tenant by itself is watched over minutes and hours, and of all tenants; over days make a rule of one tenant.'
  return `It is not kept by ${by}.`
}

/** A level, which a day has at any time of it. */
const isStock = (metric: Metric): boolean => metric.kind === 'last'
const LEAST = 'Only a share, or an amount that is compared, has a least number: over a sliding window.'

/** A share is of a number of things; an amount that is compared with others is one itself. */
export const takesLeast = (metric: Metric, { window, when }: { window: WindowName; when: { kind: string } }): boolean =>
  isSliding(window) && (metric.kind === 'ratio' || (metric.kind === 'sum' && ['change', 'anomaly'].includes(when.kind)))

/** A rule that is kept, with who made it and what it found last. */
export interface StoredRule {
  id: number
  slug: string
  rule: Rule
  preset: string | null
  state: RuleState
  /** Since when its metric cannot be read, and why. */
  unreadSince: Date | null
  unreadWhy: string | null
  version: number
  updatedAt: Date
  updatedBy: string
}
export const RULE_STATES = ['ok', 'pending', 'firing', 'nodata', 'held', 'unread'] as const
export type RuleState = (typeof RULE_STATES)[number]

/** The metric of a rule, where there still is one. */
export function metricOfRule(catalogue: Catalogue, { metric }: Pick<Rule, 'metric'>): Metric | undefined {
  return catalogue.has(metric) ? catalogue.of(metric as AnyKey) : undefined
}

export type { Condition }
