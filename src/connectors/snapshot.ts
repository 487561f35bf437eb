import { SourceUnavailable } from '../lib/settle.ts'
import { OverBudget, REDIS_BUDGET_MS, withinBudget } from './budget.ts'

/** A snapshot costs at most a tenth of the time it is looked at: one that took 800 ms is good for 8 s. */
const MAX_SHARE = 0.1
const LONGEST_GOOD_MS = 30_000
/** An older one is not shown for the present, whatever the new one waits for. */
const LONGEST_SHOWN_MS = 90_000

export interface Taken<T> {
  value: T
  ageMs: number
}

/**
 * What takes too long to be read while somebody waits. Whoever asks gets the last snapshot while it is young enough for
 * what it costs; else a new one is begun, once for all who ask, and goes on when their budget is over.
 */
export class Snapshot<T> {
  readonly #load: () => Promise<T>
  #last: { value: T; tick: number; goodMs: number } | undefined
  #flight: Promise<void> | undefined

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  /** @throws SourceUnavailable when the source is away, or when the first reading is not finished within the budget */
  async get(): Promise<Taken<T>> {
    if (this.#last && performance.now() - this.#last.tick < this.#last.goodMs) return this.#taken(this.#last)
    this.#flight ??= this.#take().finally(() => {
      this.#flight = undefined
    })
    try {
      await withinBudget(REDIS_BUDGET_MS, this.#flight)
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error
      if (!this.#last || performance.now() - this.#last.tick > LONGEST_SHOWN_MS)
        throw new SourceUnavailable('redis', 'The keys in Redis are still being read', { cause: error })
    }
    return this.#taken(this.#last!)
  }

  async #take(): Promise<void> {
    const began = performance.now()
    const value = await this.#load()
    const tick = performance.now()
    this.#last = { value, tick: began, goodMs: Math.min((tick - began) / MAX_SHARE, LONGEST_GOOD_MS) }
  }

  #taken({ value, tick }: { value: T; tick: number }): Taken<T> {
    return { value, ageMs: performance.now() - tick }
  }
}
