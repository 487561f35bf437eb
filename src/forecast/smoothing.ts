/** A week. */
export const SEASON = 7

/** How a series is taken to move: with a trend that goes on, that fades, or none; with a pattern of the week or without. */
export interface Shape {
  trend: 'none' | 'fading' | 'steady'
  season: boolean
}

export const SHAPES: readonly Shape[] = [false, true].flatMap((season) =>
  (['none', 'fading', 'steady'] as const).map((trend) => ({ trend, season })),
)

/** How fast level, trend and pattern follow, and how fast the trend fades. */
export interface Weights {
  alpha: number
  beta: number
  gamma: number
  phi: number
}

/** Where a series stands; `week[0]` is the part of the next day. */
export interface Standing {
  level: number
  trend: number
  week: number[]
}

/**
 * Weights out of numbers without bounds, within those that keep the smoothing stable: 0 < β < α < 1, 0 < γ < 1 − α,
 * 0.8 < φ < 0.98.
 */
export function weightsOf({ trend, season }: Shape, free: readonly number[]): Weights {
  const [a = 0, ...rest] = free.map((x) => 1 / (1 + Math.exp(-x)))
  const alpha = between(0.0001, 0.9999, a)
  const beta = trend === 'none' ? 0 : between(0.0001, alpha, rest.shift() ?? 0)
  const gamma = season ? between(0.0001, Math.max(0.0001, 1 - alpha), rest.shift() ?? 0) : 0
  return { alpha, beta, gamma, phi: trend === 'fading' ? between(0.8, 0.98, rest.shift() ?? 0) : 1 }
}

const between = (low: number, high: number, share: number): number => low + (high - low) * share

/** The numbers to begin the search with: as many as the shape has weights. */
export const startOf = ({ trend, season }: Shape): number[] => [
  -0.8,
  ...(trend === 'none' ? [] : [-2]),
  ...(season ? [-2] : []),
  ...(trend === 'fading' ? [1] : []),
]

export interface Walk {
  end: Standing
  /** Of the errors of each day's forecast from the day before: their squares, and how many. */
  squares: number
  n: number
}

/**
 * Walks through a series, forecasting each day from the one before and correcting by the error: additive exponential
 * smoothing in the form of its errors (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition,
 * sections 8.3 and 8.5). A day that is not known corrects nothing. `told` hears the errors of those that are.
 */
export function walk(
  values: readonly (number | null)[],
  from: Standing,
  weights: Weights,
  told?: (error: number, i: number) => void,
): Walk {
  const { alpha, beta, gamma, phi } = weights
  const week = [...from.week]
  let { level, trend } = from
  let [squares, n] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const part = week[i % SEASON] as number
    const expected = level + phi * trend
    const value = values[i]
    const error = value === null || value === undefined ? 0 : value - expected - part
    if (value !== null && value !== undefined) {
      squares += error * error
      n++
      told?.(error, i)
    }
    level = expected + alpha * error
    trend = phi * trend + beta * error
    week[i % SEASON] = part + gamma * error
  }
  const turn = values.length % SEASON
  return { end: { level, trend, week: [...week.slice(turn), ...week.slice(0, turn)] }, squares, n }
}

/** So many days at the beginning tell where the walk begins. */
const FIRST_DAYS = 56

/**
 * Where to begin: the pattern by classical decomposition (what is left of each weekday beside the mean of the seven days
 * around it), level and trend by a straight line through the rest.
 */
export function beginning(values: readonly (number | null)[], { trend, season }: Shape): Standing {
  const first = values.slice(0, FIRST_DAYS)
  const week = season ? patternOf(first) : Array<number>(SEASON).fill(0)
  const points = first
    .slice(0, season ? FIRST_DAYS / 2 : SEASON * 2)
    .flatMap((value, i) => (value === null ? [] : [{ x: i + 1, y: value - (week[i % SEASON] as number) }]))
  const mean = (pick: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / Math.max(1, points.length)
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)]
  const spread = mean((p) => (p.x - x) ** 2)
  const slope = trend === 'none' || spread === 0 ? 0 : mean((p) => (p.x - x) * (p.y - y)) / spread
  return { level: y - slope * (trend === 'none' ? 0 : x), trend: slope, week }
}

function patternOf(values: readonly (number | null)[]): number[] {
  const left: number[][] = Array.from({ length: SEASON }, () => [])
  for (let i = 3; i < values.length - 3; i++) {
    const around = values.slice(i - 3, i + 4).filter((one) => one !== null)
    const value = values[i]
    if (value === null || value === undefined || around.length < SEASON) continue
    left[i % SEASON]?.push(value - around.reduce((sum, one) => sum + one, 0) / SEASON)
  }
  const parts = left.map((all) => all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length))
  const mean = parts.reduce((sum, one) => sum + one, 0) / SEASON
  return parts.map((part) => part - mean)
}

/** What the error of a day does to the value of the day `ahead` days later (ibid., section 8.7). */
export function echo({ alpha, beta, gamma, phi }: Weights, ahead: number): number {
  const faded = phi === 1 ? ahead : (phi * (1 - phi ** ahead)) / (1 - phi)
  return alpha + beta * faded + (ahead % SEASON === 0 ? gamma : 0)
}
