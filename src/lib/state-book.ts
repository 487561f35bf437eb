import type { Logger } from 'pino'

/** The source that most cards live on. */
export const DATABASE = 'database'
export const DATABASE_AWAY = 'The database does not answer'

/** How a source is doing, as far as anyone has reported it. */
export interface SourceHealth {
  source: string
  state: 'up' | 'degraded'
  reason?: string
  since: Date
}

/** A source has gone away or has come back. */
export interface SourceChange {
  source: string
  state: 'degraded' | 'recovered'
  reason?: string
  at: Date
  downMs?: number
}

export type ChangeListener = (change: SourceChange) => void

interface Outage {
  reason: string
  since: Date
  /** The same by the process's clock, which what is computed later is compared with. */
  tick: number
  /** Somebody in this process has met it; false for what was only taken over. */
  met: boolean
}

/**
 * Which sources are degraded now. Whoever reads a source reports here, as often as it likes: a change is logged and told
 * once, however many requests meet it.
 */
export class StateBook {
  readonly #outages = new Map<string, Outage>()
  readonly #upSince = new Map<string, Date>()
  readonly #slowCards = new Map<string, number>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #log: Logger
  readonly #now: () => Date

  constructor(log: Logger, now: () => Date = () => new Date()) {
    this.#log = log
    this.#now = now
  }

  /** The source does not answer; the first report counts, later ones bring only a newer reason. */
  degraded(source: string, reason: string): void {
    const known = this.#outages.get(source)
    if (known) {
      known.reason = reason
      known.met = true
      return
    }
    const since = this.#now()
    this.#begin(source, reason, since, true)
    this.#log.warn({ event: 'system.analytics.degraded', source, reason }, 'analytics degraded')
    this.#tell({ source, state: 'degraded', reason, at: since })
  }

  /**
   * The source answers. Only an answer younger than the failure proves that it is over; a cached one proves nothing.
   * @param computedTick performance.now() of the answer
   */
  recovered(source: string, computedTick = performance.now()): void {
    const outage = this.#outages.get(source)
    if (outage && computedTick <= outage.tick) return
    const at = this.#now()
    if (!this.#upSince.has(source)) this.#upSince.set(source, at)
    if (!outage) return
    this.#outages.delete(source)
    const downMs = Math.max(0, at.getTime() - outage.since.getTime())
    this.#log.info({ event: 'system.analytics.recovered', source, downMs }, 'analytics recovered')
    this.#tell({ source, state: 'recovered', reason: outage.reason, at, downMs })
  }

  /** Takes over what another process, or this one before its restart, has told already: nothing is told again. */
  adopt({ source, state, reason = '', at }: SourceChange): void {
    if (state === 'degraded') {
      if (!this.#outages.has(source)) this.#begin(source, reason, at, false)
    } else if (this.#outages.delete(source)) this.#upSince.set(source, at)
  }

  /** Whether somebody in this process has met the outage, and not only heard of it. */
  hasMet(source: string): boolean {
    return this.#outages.get(source)?.met ?? false
  }

  /** A card that is slow by itself, while its sources answer, is logged and no source's trouble. */
  cardSlow(card: string, reason: string): void {
    if (this.#slowCards.has(card)) return
    this.#slowCards.set(card, performance.now())
    this.#log.warn({ event: 'system.analytics.slow', card, reason }, 'a card is slow')
  }

  cardAnswered(card: string, computedTick: number): void {
    const since = this.#slowCards.get(card)
    if (since === undefined || computedTick <= since) return
    this.#slowCards.delete(card)
    this.#log.info({ event: 'system.analytics.fast', card }, 'a card is fast again')
  }

  isDegraded(source: string): boolean {
    return this.#outages.has(source)
  }

  /** What is known of a source; undefined while nobody has reported on it. */
  stateOf(source: string): SourceHealth | undefined {
    const outage = this.#outages.get(source)
    if (outage) return { source, state: 'degraded', reason: outage.reason, since: outage.since }
    const since = this.#upSince.get(source)
    return since && { source, state: 'up', since }
  }

  /** Every source that has been reported on. */
  states(): SourceHealth[] {
    const names = new Set([...this.#outages.keys(), ...this.#upSince.keys()])
    return [...names].sort().flatMap((source) => this.stateOf(source) ?? [])
  }

  /** The degraded ones. */
  get sources(): string[] {
    return [...this.#outages.keys()]
  }

  get slowCards(): string[] {
    return [...this.#slowCards.keys()]
  }

  /** Hears of every change from now on; answers how to stop listening. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #begin(source: string, reason: string, since: Date, met: boolean): void {
    this.#outages.set(source, { reason, since, tick: performance.now(), met })
    this.#upSince.delete(source)
  }

  #tell(change: SourceChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
