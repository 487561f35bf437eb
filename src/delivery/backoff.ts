const FIRST_MS = 10_000
const LONGEST_MS = 3_600_000

/**
 * How long to wait after the nth attempt: twice as long each time up to an hour, somewhere in the upper half of that, so
 * that what failed together does not come back together.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 30))
  return Math.round(whole * (0.5 + random() / 2))
}
