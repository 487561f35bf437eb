import { ConfigError } from '../config.ts'
import type { DemoSize } from './state.ts'

/** How large the demo is: only a new one looks at it. @throws ConfigError, with all that is wrong */
export function sizeOf(env: Record<string, string | undefined>): DemoSize {
  const problems: string[] = []
  const read = (name: string, fallback: number, low: number, high: number): number => {
    const text = env[name]?.trim() || String(fallback)
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= low && value <= high))
      problems.push(`${name} must be a whole number from ${low} to ${high} (it is ${JSON.stringify(text)})`)
    return value
  }
  const size = {
    users: read('DEMO_USERS', 1200, 20, 100_000),
    // The doors take facts of the last 400 days.
    days: read('DEMO_DAYS', 90, 7, 390),
    seed: read('DEMO_SEED', 1, 0, 2 ** 31),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return size
}
