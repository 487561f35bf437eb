import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../context.ts'
import { HOUR_MS, MINUTE_MS } from './calendar.ts'
import type { DoorsClient } from './client.ts'
import type { SimFact } from './emitter.ts'
import type { ProductLogs } from './logs.ts'
import type { LiveUsers } from './main-app.ts'
import { type DemoState, saveState } from './state.ts'
import type { Timeline } from './timeline.ts'

const TICK_MS = 2000
/** How far ahead the story is told at a time. */
const CHAPTER_MS = 0.5 * HOUR_MS
/** After a pause longer than this the charts keep a gap: a second start must be quick. */
const LONGEST_GAP_MS = 48 * HOUR_MS
const SAVE_EVERY_MS = MINUTE_MS
/** What is told each time is kept until a door has taken it, but not without bound. */
const MOST_WAITING = 50_000

/**
 * Goes on telling the story in real time: what the timeline has for each instant is sent to the doors when that instant
 * has come. The rate is therefore that of the history at this hour of this weekday, and the charts have no seam. After a
 * pause the first tick makes up for it.
 */
export class LiveTraffic {
  #due: SimFact[] = []
  #added: SimFact[] = []
  #toldToMs: number
  #sentToMs: number
  #savedMs = 0
  #troubled = false
  #stopped = new AbortController()
  #running: Promise<void> | undefined

  constructor(
    private readonly deps: Pick<Deps, 'db' | 'log' | 'now'>,
    private readonly timeline: Timeline,
    private readonly client: DoorsClient,
    private readonly state: DemoState,
    private readonly logs?: ProductLogs,
    private readonly users?: LiveUsers,
  ) {
    this.#toldToMs = this.#sentToMs = state.writtenToMs ?? deps.now().getTime()
  }

  start(): void {
    this.#running = this.#run()
  }

  /** What happens beside the story; it may be due later. */
  add(facts: SimFact[]): void {
    this.#added.push(...facts)
  }

  /** Stops, and notes how far the story was told. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
    await this.#save(0).catch(() => undefined)
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        await this.tick()
        if (this.#troubled) this.deps.log.info('the doors take the demo’s traffic again')
        this.#troubled = false
      } catch (error) {
        if (!this.#troubled) this.deps.log.warn({ err: error }, 'live traffic of the demo waits')
        this.#troubled = true
      }
      await sleep(TICK_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined)
    }
  }

  /** Sends what has become due. What a door does not take stays due; ids make a second sending harmless. */
  async tick(): Promise<number> {
    const nowMs = this.deps.now().getTime()
    if (nowMs >= this.#toldToMs) await this.#tellOn(nowMs)
    if (this.#added.length > 0) this.#due = [...this.#due, ...this.#added.splice(0)].sort((a, b) => a.atMs - b.atMs)
    const later = this.#due.findIndex((fact) => fact.atMs > nowMs)
    const due = later === -1 ? this.#due : this.#due.slice(0, later)
    const facts = due.filter((fact) => !this.users?.isOut(fact))
    // A batch may have 5,000 facts; after a long stop there are more.
    for (let sent = 0; sent < facts.length; sent += 1000) await this.client.send(facts.slice(sent, sent + 1000))
    this.#due = later === -1 ? [] : this.#due.slice(later)
    this.#sentToMs = nowMs
    this.logs?.write(facts)
    if (this.users) for (const fact of facts) this.users.saw(fact)
    await this.#save(SAVE_EVERY_MS)
    return facts.length
  }

  async #tellOn(nowMs: number): Promise<void> {
    const window = { fromMs: this.#toldToMs, toMs: nowMs + CHAPTER_MS, live: true }
    // Plans and payments are told in full, so that the ledger stays right after a pause of any length.
    const told = this.timeline.customers(window)
    const fromMs = Math.max(window.fromMs, nowMs - LONGEST_GAP_MS)
    for (const { facts } of this.timeline.activity({ ...window, fromMs })) {
      told.push(...facts)
      // A day takes some 50 ms to simulate: pages are answered in between.
      await sleep(1)
    }
    this.#due = [...this.#due, ...told].sort((a, b) => a.atMs - b.atMs).slice(-MOST_WAITING)
    this.#toldToMs = window.toMs
  }

  async #save(everyMs: number): Promise<void> {
    const nowMs = this.deps.now().getTime()
    if (nowMs - this.#savedMs < everyMs) return
    this.#savedMs = nowMs
    await saveState(this.deps, { ...this.state, writtenToMs: this.#sentToMs })
  }
}
