import { median, spread } from '../lib/stats.ts'
import { leastOf } from './simplex.ts'
import {
  beginning,
  echo,
  SEASON,
  SHAPES,
  type Shape,
  type Standing,
  startOf,
  type Walk,
  type Weights,
  walk,
  weightsOf,
} from './smoothing.ts'

/** Fewer days do not tell a trend from chance, nor a week from another. */
export const LEAST_DAYS = 28

/** A way in which a series may go on. */
interface Model {
  from: Standing
  weights: Weights
  standing: Standing
  /** The standard deviation of the error one day ahead. */
  sigma: number
  /** How well it does for what it takes: less is better. */
  criterion: number
}

/** A day to come, with the interval that holds it four times of five, and 19 times of 20. */
export interface Ahead {
  value: number
  /** The standard deviation of what the day will be from `value`. */
  deviation: number
  low80: number
  high80: number
  low95: number
  high95: number
}

/** Quantiles of the normal distribution. */
const Z80 = 1.2816
const Z95 = 1.96
/** A model whose criterion is that much above the best one's has hardly anything in its favour (Burnham and Anderson). */
const RULED_OUT = 10
/** So many robust deviations away, an error is not the kind that the others are; and how many of them may be such. */
const STRANGE = 4
const MOST_STRANGE = 0.1
/** Of the whole range of a series: less is nothing that anybody would call strange. */
const LEAST_STRANGE = 0.01

/**
 * What the days to come are, tomorrow first, from a series of days, the oldest first; null is unknown. undefined: there is
 * not enough history.
 *
 * The method is additive exponential smoothing (ETS) with a pattern of the week, after Hyndman and Athanasopoulos,
 * Forecasting: Principles and Practice, 3rd edition, chapter 8. Each of six shapes (a trend that is steady, fades, or is
 * none; with or without the week) gets the weights that make its errors one day ahead least. The forecast is the mean of
 * those that the data do not rule out by the corrected information criterion (AICc), as section 13.4 there advises; their
 * disagreement belongs to its variance. The best shape alone is too sure of its trend: of 84 simulated days its interval
 * of 80 % held the 14th day ahead 68 to 71 times of 100, that of the mean 75 to 82 times.
 */
export function forecast(values: readonly (number | null)[], days: number): Ahead[] | undefined {
  const history = knownOf(values)
  return history && mixed(modelsOf(history), days)
}

/**
 * What the day after a history is, if it is one like the others: days that were far from what was to be expected of them
 * (an outage, a campaign) are taken for unknown, or they would widen the interval for weeks. undefined: there is not
 * enough history.
 */
export function usualNext(values: readonly (number | null)[]): Ahead | undefined {
  const history = knownOf(values)
  if (!history) return undefined
  const models = modelsOf(history)
  const strange = strangeDays(
    history,
    models.reduce((a, b) => (b.criterion < a.criterion ? b : a)),
  )
  const usual = strange.size > 0 ? modelsOf(history.map((value, i) => (strange.has(i) ? null : value))) : models
  return mixed(usual, 1)[0]
}

/** From the first day that is known. */
function knownOf(values: readonly (number | null)[]): (number | null)[] | undefined {
  const first = values.findIndex((value) => value !== null)
  const history = first < 0 ? [] : values.slice(first)
  return history.filter((value) => value !== null).length < LEAST_DAYS ? undefined : history
}

/** Those that the data do not rule out. */
function modelsOf(history: readonly (number | null)[]): Model[] {
  const n = history.filter((value) => value !== null).length
  // What never moved is taken to stay, for certain; the weights would be those of rounding.
  const least = n * Math.max(Number.MIN_VALUE, (scaleOf(history) * 1e-9) ** 2)
  const models = SHAPES.map((shape) => fitted(history, shape, least))
  const best = Math.min(...models.map(({ criterion }) => criterion))
  return models.filter(({ criterion }) => criterion <= best + RULED_OUT)
}

function scaleOf(history: readonly (number | null)[]): number {
  const known = history.filter((value) => value !== null)
  return Math.max(...known) - Math.min(...known)
}

/** Days whose error is far from those of the others. Of many, none is: such is the series. */
function strangeDays(history: readonly (number | null)[], { from, weights }: Model): Set<number> {
  const errors: { error: number; i: number }[] = []
  walk(history, from, weights, (error, i) => errors.push({ error, i }))
  const all = errors.map(({ error }) => error)
  const middle = median(all)
  // What hardly ever errs has no deviation, and its one strange day all the same.
  const far = Math.max(STRANGE * spread(all), LEAST_STRANGE * scaleOf(history))
  const strange = errors.filter(({ error }) => Math.abs(error - middle) > far)
  return new Set(strange.length > MOST_STRANGE * errors.length ? [] : strange.map(({ i }) => i))
}

function fitted(days: readonly (number | null)[], shape: Shape, least: number): Model {
  const from = beginning(days, shape)
  const found = leastOf((free) => walk(days, from, weightsOf(shape, free)).squares, startOf(shape))
  const weights = weightsOf(shape, found.at)
  const walked = walk(days, from, weights)
  const parameters = startOf(shape).length + 1 + (shape.trend === 'none' ? 0 : 1) + (shape.season ? SEASON - 1 : 0)
  return {
    from,
    weights,
    standing: walked.end,
    sigma: Math.sqrt(walked.squares / (walked.n - parameters)),
    criterion: criterionOf(walked, parameters + 1, least),
  }
}

/** Akaike's criterion, corrected for few days: more parameters have to earn their place. */
const criterionOf = ({ squares, n }: Walk, k: number, least: number): number =>
  n * Math.log(Math.max(squares, least) / n) + 2 * k + (2 * k * (k + 1)) / (n - k - 1)

function mixed(models: readonly Model[], days: number): Ahead[] {
  const paths = models.map((model) => pathOf(model, days))
  const mean = (of: (path: ReturnType<typeof pathOf>) => number) =>
    paths.reduce((sum, path) => sum + of(path), 0) / paths.length
  return Array.from({ length: days }, (_, i) => {
    const value = mean((path) => path[i]?.value ?? 0)
    const wide = Math.sqrt(mean((path) => (path[i]?.variance ?? 0) + ((path[i]?.value ?? 0) - value) ** 2))
    return {
      value,
      deviation: wide,
      low80: value - Z80 * wide,
      high80: value + Z80 * wide,
      low95: value - Z95 * wide,
      high95: value + Z95 * wide,
    }
  })
}

/** The days to come by one model. */
function pathOf({ weights, standing, sigma }: Model, days: number): { value: number; variance: number }[] {
  let [trend, echoes] = [0, 0]
  return Array.from({ length: days }, (_, i) => {
    trend += standing.trend * weights.phi ** (i + 1)
    echoes += i === 0 ? 1 : echo(weights, i) ** 2
    const value = standing.level + trend + (standing.week[i % SEASON] as number)
    return { value, variance: sigma ** 2 * echoes }
  })
}
