import { z } from 'zod'
import type { IconName } from '../../../views/parts/index.ts'
import { COMPARES, type Compare, type Filters, peopleOf, presetBounds, RANGES, type Range } from '../../lib/filters.ts'
import type { Metric } from '../../metrics/metric.ts'
import type { PageContext } from '../../page.ts'
import type { QueryInput } from '../../saved-queries/store.ts'

/** Columns of twelve. */
export const WIDTHS = [3, 4, 6, 8, 12] as const
export type Width = (typeof WIDTHS)[number]
/** Small is a tile, medium two of them above each other, large three. */
export const HEIGHTS = ['s', 'm', 'l'] as const
export type Height = (typeof HEIGHTS)[number]

/** What is wrong with a card's settings, and where. */
export interface Issue {
  path: (string | number)[]
  message: string
}

/** A kind of card. It is a file here, and a component of the same name in views/pages/board. */
export interface CardKind<S extends z.ZodRawShape = z.ZodRawShape, V = unknown> {
  label: string
  /** What it shows, in a sentence. */
  about: string
  icon: IconName
  /** Its settings. Unknown ones are refused. */
  fields: S
  /** Those that make sense; the first is what it begins with. */
  widths: readonly Width[]
  heights: readonly Height[]
  metrics: (config: Config<S>) => readonly string[]
  /** What the shape cannot say; metrics that do not exist are told before. */
  check?: (config: Config<S>, find: (key: string) => Metric) => Issue[]
  /** What stands above it where nobody gave it a title. */
  title: (config: Config<S>, find: (key: string) => Metric) => string
  load: (context: PageContext, config: Config<S>) => Promise<V>
  /** What of it can be kept as a saved query; absent where nothing is asked that another card could show. */
  question?: (config: Config<S>) => Question
  budgetMs?: number
}

/** What a saved query asks, without the name under which it is kept. */
export type Question = Omit<QueryInput, 'name'>

export type Config<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>

/** Keeps the types of a kind's fields and value. */
export const defineKind = <S extends z.ZodRawShape, V>(kind: CardKind<S, V>): CardKind<S, V> => kind

const words = (name: string, all: readonly string[]) => ({ error: `${name} is one of ${all.join(', ')}.` })

export const metricField = z.string({ error: 'A metric is named by its key.' }).min(1, 'Name a metric.').max(120)
export const metricsField = (most: number) =>
  z
    .array(metricField, { error: 'A list of metrics.' })
    .min(1, 'Name at least one metric.')
    .max(most, `At most ${most} metrics.`)
    .refine((all) => new Set(all).size === all.length, 'A metric is named twice.')

export const choice = <const T extends readonly [string, ...string[]]>(name: string, all: T) =>
  z.enum(all, words(name, all))

export const wholeNumber = (least: number, most: number) =>
  z.number({ error: 'A number.' }).int('A whole number.').min(least, `At least ${least}.`).max(most, `At most ${most}.`)

/** A card may look over other days than its board. */
export const CARD_RANGES = RANGES.filter((range): range is Exclude<Range, 'custom'> => range !== 'custom')
export const period = {
  range: z.enum(CARD_RANGES, words('The range', CARD_RANGES)).optional(),
  compare: z.enum(COMPARES, words('The comparison', COMPARES)).optional(),
}
export type Period = { range?: Range | undefined; compare?: Compare | undefined }

/** The filters of the board, with the days of the card where it has its own. */
export function filtersOf(filters: Filters, { range, compare }: Period): Filters {
  const days = range === undefined ? {} : { range, ...presetBounds(range, filters.today) }
  return { ...filters, ...days, compare: compare ?? filters.compare }
}

/** The days of a question; null follows the page on which it is shown. */
export const askedPeriod = ({
  range = null,
  compare = null,
}: {
  range?: Question['range'] | undefined
  compare?: Question['compare'] | undefined
}) => ({ range, compare })

/** What the catalogue is asked with: of whom, and over which days. */
export const daysOf = (filters: Filters) => ({ ...peopleOf(filters), from: filters.from, to: filters.to })
export const askOf = (filters: Filters) => ({ ...daysOf(filters), compare: filters.compare })

/** Whether values of a dimension add up to the whole of a day, so that they can lie on each other. */
export const addsUp = ({ kind }: Metric): boolean => kind === 'sum' || kind === 'last' || kind === 'distinct'
/** Whether they add up to that of a range as well. */
export const addsOverRange = ({ kind }: Metric): boolean => kind === 'sum' || kind === 'last'

/** "the dimensions of x are …", or that it has none. */
export function checkDimension(
  by: string | undefined,
  keys: readonly string[],
  find: (key: string) => Metric,
): Issue[] {
  if (by === undefined) return []
  const bad = keys.find((key) => !find(key).by.includes(by))
  if (bad === undefined) return []
  const known = find(bad).by
  const hint = known.length > 0 ? `it can be split by ${known.join(', ')}.` : 'it cannot be split.'
  return [{ path: ['by'], message: `${bad} has no dimension “${by.slice(0, 60)}”; ${hint}` }]
}
