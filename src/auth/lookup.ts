import { outageOf } from '../lib/settle.ts'

interface Slot<T> {
  value: T
  at: number
}

interface LookupOptions {
  /** How long an answer is trusted without asking again. */
  freshMs: number
  /** How long an answer counts while the database is away. */
  staleMs?: number
  max?: number
  /** How long "nobody" is remembered, so that asking for it again and again costs nothing; 0 = not at all. */
  nobodyMs?: number
}

/** With an older answer at hand nobody waits longer for a newer one: pages answer within 2 s whatever happens. */
const PATIENCE_MS = 400
/** After the database was found away, older answers are used at once for so long. */
const AWAY_MS = 2_000

class Impatient extends Error {}

/**
 * Remembers who a key or a session belongs to, so that ingest does not ask the database on each request, and so that
 * those who were known go on being known while Postgres is away. "Nobody" is forgotten
 * within `nobodyMs`.
 */
export class Lookups<T> {
  readonly #slots = new Map<string, Slot<T>>()
  readonly #nobody = new Map<string, number>()
  readonly #flights = new Map<string, Promise<T | null>>()
  readonly #options: Required<LookupOptions>
  #awayUntil = 0

  constructor(options: LookupOptions) {
    this.#options = { staleMs: 15 * 60_000, max: 10_000, nobodyMs: 0, ...options }
  }

  /** What `load` answers for the key, or answered lately; null = nobody. Throws what `load` throws if nothing is known. */
  async get(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const slot = this.#slots.get(key)
    const now = performance.now()
    if (slot && now - slot.at < this.#options.freshMs) return slot.value
    if (now - (this.#nobody.get(key) ?? Number.NEGATIVE_INFINITY) < this.#options.nobodyMs) return null
    if (!slot || now - slot.at > this.#options.staleMs) return this.#load(key, load)
    if (now < this.#awayUntil) return slot.value
    try {
      return await withPatience(this.#load(key, load))
    } catch (error) {
      if (!(error instanceof Impatient) && !outageOf(error)) throw error
      this.#awayUntil = performance.now() + AWAY_MS
      return slot.value
    }
  }

  /** What is known without asking, while it is fresh. */
  fresh(key: string): T | undefined {
    const slot = this.#slots.get(key)
    return slot && performance.now() - slot.at < this.#options.freshMs ? slot.value : undefined
  }

  /** Forgets a key: what was revoked here ends here at once. */
  drop(key: string): void {
    this.#slots.delete(key)
    this.#flights.delete(key)
  }

  clear(): void {
    this.#slots.clear()
    this.#nobody.clear()
    this.#flights.clear()
  }

  #load(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const running = this.#flights.get(key)
    if (running) return running
    const flight = load().then(
      (value) => {
        // An answer that was asked for before a revocation must not come back after it.
        if (this.#flights.get(key) === flight) this.#keep(key, value)
        return value
      },
      (error) => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
        throw error
      },
    )
    this.#flights.set(key, flight)
    return flight
  }

  #keep(key: string, value: T | null): void {
    this.#flights.delete(key)
    this.#slots.delete(key)
    this.#nobody.delete(key)
    if (value !== null) keepNewest(this.#slots, key, { value, at: performance.now() }, this.#options.max)
    else if (this.#options.nobodyMs > 0) keepNewest(this.#nobody, key, performance.now(), this.#options.max)
  }
}

/** A Map keeps the order of insertion, so the first key is the oldest. */
function keepNewest<V>(map: Map<string, V>, key: string, value: V, max: number): void {
  map.set(key, value)
  if (map.size > max) map.delete(map.keys().next().value!)
}

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Impatient()), PATIENCE_MS)
  })
  try {
    return await Promise.race([work, alarm])
  } finally {
    clearTimeout(timer)
    // It goes on and renews the slot when it comes; nobody waits for its failure.
    work.catch(() => {})
  }
}
