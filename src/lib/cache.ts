import { GIVEN_UP_MS } from './shared.ts'

interface Slot {
  value?: unknown
  /** Where its asker wants another life than the cache's. */
  ttlMs?: number
  /** How long `value` took to compute. */
  tookMs?: number
  /** When `value` was computed; undefined = never. */
  at?: Date
  /** The same by the process's clock, which expiry goes by: a test may hold the other one still. */
  tick?: number
  flight?: { started: number; promise: Promise<unknown> }
}

export interface Cached<T> {
  value: T
  at: Date
  tick: number
}

export interface CacheOptions {
  now: () => Date
  /** How long an answer is good; 2.5 s for live cards: together with their fragment's 5 s a poll answers what is news. */
  ttlMs?: number
  /** Whether what takes long is kept longer: see MAX_SHARE. */
  stretch?: boolean
  /** Slots kept; the least recently used goes first. */
  max?: number
}

/**
 * How much of the time an answer may be under way, however many ask for it: a live card that takes more than 60 ms is
 * kept longer than its 2.5 s, up to four times as long. It takes many thousand users to need that, or a busy machine.
 */
const MAX_SHARE = 0.025
const MAX_STRETCH = 4

/**
 * Small cache for cards and fragments. Concurrent askers of one key share one computation, and the last good value
 * outlives its time to live, to be shown (marked) while its source does not answer.
 */
export class CardCache {
  readonly #slots = new Map<string, Slot>()
  readonly #now: () => Date
  readonly #ttlMs: number
  readonly #max: number
  readonly #stretch: boolean

  constructor(options: CacheOptions) {
    this.#now = options.now
    this.#ttlMs = options.ttlMs ?? 2_500
    this.#max = options.max ?? 500
    this.#stretch = options.stretch ?? false
  }

  /** The cached value while it is fresh, else that of `load`, computed once for all who ask meanwhile. */
  async get<T>(key: string, load: () => Promise<T>, ttlMs?: number): Promise<Cached<T>> {
    const fresh = this.fresh<T>(key)
    if (fresh) return fresh
    const slot = this.#touch(key)
    if (ttlMs !== undefined) slot.ttlMs = ttlMs
    if (!slot.flight || performance.now() - slot.flight.started > GIVEN_UP_MS) this.#start(slot, load)
    const value = (await slot.flight?.promise) as T
    return { value, at: slot.at ?? this.#now(), tick: slot.tick ?? performance.now() }
  }

  /** The value if it is younger than the time to live; nothing is computed. */
  fresh<T>(key: string): Cached<T> | undefined {
    const slot = this.#slots.get(key)
    if (slot?.tick === undefined || performance.now() - slot.tick >= this.#lifeOf(slot)) return undefined
    this.#touch(key)
    return kept<T>(slot)
  }

  /** The last value that was ever computed for the key, however old. */
  lastGood<T>(key: string): Cached<T> | undefined {
    const slot = this.#slots.get(key)
    return slot ? kept<T>(slot) : undefined
  }

  get size(): number {
    return this.#slots.size
  }

  #lifeOf({ tookMs = 0, ttlMs = this.#ttlMs }: Slot): number {
    if (!this.#stretch) return ttlMs
    return Math.max(ttlMs, Math.min(MAX_STRETCH * ttlMs, tookMs / MAX_SHARE))
  }

  #start(slot: Slot, load: () => Promise<unknown>): void {
    const flight = { started: performance.now(), promise: Promise.resolve() as Promise<unknown> }
    flight.promise = load().then(
      (value) => {
        // A flight that was given up must not overwrite what its successor brought.
        if (slot.flight !== flight) return value
        slot.value = value
        slot.at = this.#now()
        slot.tick = performance.now()
        slot.tookMs = slot.tick - flight.started
        slot.flight = undefined
        return value
      },
      (error) => {
        if (slot.flight === flight) slot.flight = undefined
        throw error
      },
    )
    slot.flight = flight
  }

  /** Moves the slot to the young end; makes it, and drops the oldest, where there is none. */
  #touch(key: string): Slot {
    const slot = this.#slots.get(key) ?? {}
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    if (this.#slots.size > this.#max) {
      const oldest = this.#slots.keys().next().value
      if (oldest !== undefined) this.#slots.delete(oldest)
    }
    return slot
  }
}

function kept<T>({ value, at, tick }: Slot): Cached<T> | undefined {
  return at && tick !== undefined ? { value: value as T, at, tick } : undefined
}
