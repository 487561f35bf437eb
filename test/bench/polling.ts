import { setTimeout as sleep } from 'node:timers/promises'
import { livePathOf } from '../../src/page.ts'
import overview from '../../views/pages/overview.tsx'
import { cpuMeter } from './cpu.ts'
import { BODIES, PATHS } from './doors.ts'
import { traffic } from './events.ts'
import type { Result } from './report.ts'
import type { Server } from './server.ts'
import type { Bench } from './setup.ts'

const ADMINS = 50
const EVERY_MS = 30_000
/** Each admin polls twice. */
const WINDOW_MS = 2 * EVERY_MS
const LOOK_MS = 20_000
const MOST_LOOKS = 30
const QUIET_SHARE = 0.1
const WARM_MINUTES = 3
const PATH = livePathOf(overview)
/** What a product of ten million events in 90 days sends in the middle of its day. */
const EVENTS_A_SECOND = 3

/**
 * What 50 admins cost who leave the Overview open while the product sends events: the CPU time of the server and its
 * Postgres while they poll, less what both take when nobody does, in the quieter of the minutes before and after; as a
 * share of one core. Undefined where it cannot be told.
 */
export async function benchPolling({ bench, server }: { bench: Bench; server: Server }): Promise<Result | undefined> {
  const cpu = await cpuMeter(bench.db.sql, server.pid)
  if (!cpu) return undefined
  const admins = Array.from({ length: ADMINS }, () => new Admin(server))
  // Everybody has the page; what follows are polls.
  for (const admin of admins) await admin.poll()
  const stop = trickle(bench, server)
  await untilQuiet(cpu)
  const before = await spent(cpu, () => sleep(WINDOW_MS))
  // They have had it open for a while when it is measured: each connection has its plans by then.
  for (let minute = 0; minute < WARM_MINUTES; minute++) await polling(admins)
  const earlier = unchangedOf(admins)
  const pollingMs = await spent(cpu, () => polling(admins))
  const after = await spent(cpu, () => sleep(WINDOW_MS))
  await stop()
  // The quieter of the two, so that a busy minute without polls never makes polls look cheaper.
  const pollsMs = pollingMs - Math.min(before, after)
  if (pollsMs <= 0) {
    console.log(`What polls cost is lost in the noise: ${pollingMs} ms with them, ${before} and ${after} ms without.`)
    return undefined
  }
  const unchanged = unchangedOf(admins) - earlier
  return {
    name: '50 admins polling, of a core',
    value: pollsMs / WINDOW_MS,
    target: 0.05,
    floor: 0.1,
    better: 'less',
    unit: '%',
    note: `${(2 * ADMINS).toFixed(0)} polls in a minute, ${unchanged} unchanged: ${pollingMs} ms of CPU, ${before} and ${after} ms when nobody polls; Postgres included, ${EVENTS_A_SECOND} events a second coming in`,
  }
}

const unchangedOf = (admins: Admin[]) => admins.reduce((n, admin) => n + admin.unchanged, 0)
const polling = (admins: Admin[]) => Promise.all(admins.map((admin, i) => admin.pollFor((i * EVERY_MS) / ADMINS)))

/** A server that has just started makes up for what its schedules missed; that is none of the polls. */
async function untilQuiet(cpu: () => number): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++)
    if ((await spent(cpu, () => sleep(LOOK_MS))) < QUIET_SHARE * LOOK_MS) return
  console.log('The server did not become quiet: what it makes up for is counted too.')
}

async function spent(cpu: () => number, work: () => Promise<unknown>): Promise<number> {
  const before = cpu()
  await work()
  return cpu() - before
}

/** Sends some events each second until the answer is called. */
function trickle({ users }: Bench, server: Server): () => Promise<void> {
  const stopped = new AbortController()
  const sending = (async () => {
    while (!stopped.signal.aborted) {
      const now = new Date()
      const [facts = []] = traffic({ events: EVENTS_A_SECOND, users, from: new Date(now.getTime() - 1000), until: now })
      const answer = await fetch(server.url + PATHS.typed, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(BODIES.typed(facts)),
      })
      if (!answer.ok) throw new Error(`${PATHS.typed} answered ${answer.status}`)
      await sleep(1000, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  sending.catch(() => undefined)
  return () => {
    stopped.abort()
    return sending
  }
}

/** A browser that has the Overview open. */
class Admin {
  unchanged = 0
  #etag: string | undefined

  constructor(private readonly server: Server) {}

  async pollFor(startMs: number): Promise<void> {
    await sleep(startMs)
    await this.poll()
    await sleep(EVERY_MS)
    await this.poll()
  }

  async poll(): Promise<void> {
    const headers = { cookie: this.server.cookie, ...(this.#etag ? { 'if-none-match': this.#etag } : {}) }
    const answer = await fetch(this.server.url + PATH, { headers })
    await answer.arrayBuffer()
    if (answer.status === 304) this.unchanged++
    else if (answer.ok) this.#etag = answer.headers.get('etag') ?? undefined
    else throw new Error(`${PATH} answered ${answer.status}`)
  }
}
