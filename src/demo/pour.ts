import { setTimeout as sleep } from 'node:timers/promises'
import type { FactKind, Meta } from '../facts/types.ts'
import { type Writer, WriterBusy } from '../facts/writer.ts'
import type { SimFact } from './emitter.ts'

const BATCH = 2500
const CONCURRENT = 3

export interface Poured {
  accepted: number
  duplicate: number
  rejected: number
  byKind: Partial<Record<FactKind, number>>
  /** The first reasons, for whoever has to find out why. */
  reasons: string[]
}

/**
 * Pours simulated facts into the writer, the same validated path that the doors take: batches by kind, four at once,
 * but those of subscriptions one after the other, because the ledger is told in time order.
 */
export class Pourer {
  readonly poured: Poured = { accepted: 0, duplicate: 0, rejected: 0, byKind: {}, reasons: [] }
  readonly #waiting = new Map<FactKind, SimFact[]>()
  readonly #underWay = new Set<Promise<void>>()
  #ledger: Promise<void> = Promise.resolve()

  constructor(
    private readonly writer: Writer,
    private readonly now: () => Date,
  ) {}

  /** Takes facts; waits when enough of them are under way. */
  async add(facts: Iterable<SimFact>): Promise<void> {
    for (const fact of facts) {
      const batch = this.#waiting.get(fact.kind) ?? []
      this.#waiting.set(fact.kind, batch)
      if (batch.push(fact) >= BATCH) await this.#send(fact.kind)
    }
  }

  /** Resolves when everything has committed. */
  async flush(): Promise<Poured> {
    for (const kind of [...this.#waiting.keys()]) await this.#send(kind)
    await Promise.all(this.#underWay)
    return this.poured
  }

  async #send(kind: FactKind): Promise<void> {
    const facts = this.#waiting.get(kind) ?? []
    this.#waiting.delete(kind)
    if (facts.length === 0) return
    const sent = kind === 'subscriptions' ? this.#ledger.then(() => this.#write(kind, facts)) : this.#write(kind, facts)
    if (kind === 'subscriptions') this.#ledger = sent
    const tracked = sent.finally(() => this.#underWay.delete(tracked))
    // Whoever waits for it hears of a failure; nobody waiting yet is no reason to end the process.
    tracked.catch(() => undefined)
    this.#underWay.add(tracked)
    while (this.#underWay.size >= CONCURRENT) await Promise.race(this.#underWay)
  }

  async #write(kind: FactKind, facts: SimFact[]): Promise<void> {
    const meta: Meta = { source: 'demo', receivedAt: this.now() }
    const rows = facts.map(({ row, id }, index) => ({ kind, row, index, id }))
    const outcome = await this.#writeWhenFree(rows, meta)
    const { poured } = this
    poured.accepted += outcome.accepted
    poured.duplicate += outcome.duplicate
    poured.rejected += outcome.rejected.length
    poured.byKind[kind] = (poured.byKind[kind] ?? 0) + outcome.accepted
    for (const { reason } of outcome.rejected.slice(0, 5 - poured.reasons.length))
      poured.reasons.push(`${kind}: ${reason}`)
  }

  async #writeWhenFree(...args: Parameters<Writer['write']>): ReturnType<Writer['write']> {
    for (;;) {
      try {
        return await this.writer.write(...args)
      } catch (error) {
        if (!(error instanceof WriterBusy)) throw error
        await sleep(100)
      }
    }
  }
}
