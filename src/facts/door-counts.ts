/** What a source sent in a minute, and what came of it. */
export interface DoorMinute {
  source: string
  minute: Date
  accepted: number
  duplicate: number
  rejected: number
  /** When something of it was last taken; undefined where all was rejected. */
  lastFactAt: Date | undefined
}

/** The same of one kind of facts. */
export type KindMinute = Omit<DoorMinute, 'lastFactAt'> & { kind: string }

type Counted = Partial<Pick<DoorMinute, 'accepted' | 'duplicate' | 'rejected'>>

const MINUTE_MS = 60_000
/** Minutes of sources that wait to be written down; of more, the oldest are given up. */
const MOST_WAITING = 5_000

/** Counts in memory, as a request must not cost a statement more; written down every few seconds by the sources. */
export class DoorCounts {
  #minutes = new Map<string, DoorMinute>()
  #kinds = new Map<string, KindMinute>()

  constructor(private readonly now: () => Date) {}

  /** Adds what came of a request. */
  add(source: string, { accepted = 0, duplicate = 0, rejected = 0 }: Counted): void {
    if (accepted + duplicate + rejected === 0) return
    const at = this.now()
    const minute = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS)
    const lastFactAt = accepted + duplicate > 0 ? at : undefined
    this.#merge({ source, minute, accepted, duplicate, rejected, lastFactAt })
  }

  /** Adds what came of the facts of a kind. */
  addKind(source: string, kind: string, { accepted = 0, duplicate = 0, rejected = 0 }: Counted): void {
    const minute = new Date(Math.floor(this.now().getTime() / MINUTE_MS) * MINUTE_MS)
    this.#mergeKind({ source, kind, minute, accepted, duplicate, rejected })
  }

  /** Hands over what was counted by kind since the last time. */
  takeKinds(): KindMinute[] {
    const taken = [...this.#kinds.values()]
    this.#kinds = new Map()
    return taken
  }

  /** Takes back what could not be written down. */
  putBackKinds(kinds: KindMinute[]): void {
    for (const kind of kinds) this.#mergeKind(kind)
  }

  #mergeKind(more: KindMinute): void {
    const key = `${more.minute.getTime()} ${more.source} ${more.kind}`
    const known = this.#kinds.get(key)
    if (!known) {
      this.#kinds.set(key, { ...more })
      if (this.#kinds.size > MOST_WAITING) this.#kinds.delete(this.#kinds.keys().next().value as string)
      return
    }
    known.accepted += more.accepted
    known.duplicate += more.duplicate
    known.rejected += more.rejected
  }

  /** Hands over what was counted since the last time. */
  take(): DoorMinute[] {
    const taken = [...this.#minutes.values()]
    this.#minutes = new Map()
    return taken
  }

  /** Takes back what could not be written down. */
  putBack(minutes: DoorMinute[]): void {
    for (const minute of minutes) this.#merge(minute)
  }

  #merge(more: DoorMinute): void {
    const key = `${more.minute.getTime()} ${more.source}`
    const known = this.#minutes.get(key)
    if (!known) {
      this.#minutes.set(key, { ...more })
      if (this.#minutes.size > MOST_WAITING) this.#minutes.delete(this.#minutes.keys().next().value as string)
      return
    }
    known.accepted += more.accepted
    known.duplicate += more.duplicate
    known.rejected += more.rejected
    if (more.lastFactAt && (!known.lastFactAt || known.lastFactAt < more.lastFactAt)) known.lastFactAt = more.lastFactAt
  }
}
