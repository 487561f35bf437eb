/** Rounds whose kinds of work take turns, so that a busy minute of the machine hits all of them alike. */
export const ROUNDS = 5

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The median of the rounds' own ratios: both sides of each were measured within seconds of each other. */
export function medianRatio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((value, round) => value / below[round]!))
}

/** Units a second. */
export const rate = (units: number, ms: number): number => (units / ms) * 1000

export const thousands = (value: number): string => `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)}k`
