import { setTimeout as sleep } from 'node:timers/promises'
import { withFoldLock } from '../../src/rollups/lock.ts'
import type { Client, Load } from './client.ts'
import { csvOf } from './copy.ts'
import { type Door, PATHS } from './doors.ts'
import { traffic } from './events.ts'
import { median, medianRatio, ROUNDS, rate, thousands } from './measure.ts'
import type { Result } from './report.ts'
import type { Server } from './server.ts'
import { type Bench, metaNow } from './setup.ts'
import { lastHours, placeOf } from './writing.ts'

const BATCH = 50
const BATCH_EVENTS = 60_000
/** Of the doors that are not measured while folding too. */
const DOOR_EVENTS = 30_000
const SINGLE_EVENTS = 12_000
const HELLO_REQUESTS = 30_000
const BATCH_CONNECTIONS = 16
/** Of hello-world as well: single events come from many clients, each waiting for its commit. */
const SINGLE_CONNECTIONS = 64

interface Serving {
  bench: Bench
  server: Server
  client: Client
  helloUrl: string
}

const DOORS = Object.keys(PATHS) as Door[]
/** How a door's measure is called, what is counted in it, and what it should reach. */
const MEASURES: Record<Door, { name: string; units: string; target: number; floor: number }> = {
  typed: { name: 'HTTP batches of 50 ÷ COPY', units: 'events', target: 0.35, floor: 0.2 },
  segment: { name: "Segment's batches of 50 ÷ COPY", units: 'events', target: 0.3, floor: 0.18 },
  posthog: { name: 'PostHog events/s ÷ COPY', units: 'events', target: 0.3, floor: 0.18 },
  otlp: { name: 'OTLP spans/s ÷ COPY', units: 'spans', target: 0.25, floor: 0.15 },
}

/**
 * Ingest over HTTP against COPY and against hello-world, all from another process on the same cores. The fold, which
 * has its own measure, waits during the rounds; one more round shows what it takes when it does not.
 */
export async function benchServing({ bench, server, client, helloUrl }: Serving): Promise<Result[]> {
  const speeds: Record<Door | 'copy' | 'singles' | 'hello', number[]> = {
    typed: [],
    segment: [],
    posthog: [],
    otlp: [],
    copy: [],
    singles: [],
    hello: [],
  }
  const batches = (door: Door) => client.send(postsTo(server, bench, door, eventsOf(door), BATCH, BATCH_CONNECTIONS))
  const singles = () => client.send(postsTo(server, bench, 'typed', SINGLE_EVENTS, 1, SINGLE_CONNECTIONS))
  // Once each unmeasured: a server that runs has been compiled.
  await whileFoldWaits(bench, async () => {
    for (const door of DOORS) await batches(door)
    await singles()
    await client.send(hello(helloUrl))
  })
  await untilFolded(bench)
  for (let round = 0; round < ROUNDS; round++) {
    await whileFoldWaits(bench, async () => {
      const csv = csvOf([...traffic(lastHours(BATCH_EVENTS, bench.users))].flat(), metaNow(), placeOf(bench))
      speeds.copy.push(rate(BATCH_EVENTS, await bench.copy(csv)))
      for (const door of DOORS) speeds[door].push(rate(eventsOf(door), (await batches(door)).ms))
      speeds.hello.push(rate(HELLO_REQUESTS, (await client.send(hello(helloUrl))).ms))
      speeds.singles.push(rate(SINGLE_EVENTS, (await singles()).ms))
    })
    await untilFolded(bench)
  }
  const folding = rate(BATCH_EVENTS, (await batches('typed')).ms)
  await untilFolded(bench)
  const per = (all: number[]) => `${thousands(median(all))}/s`
  const notes: Partial<Record<Door, string>> = {
    typed: ` (${thousands(folding)}/s while folding too); COPY by ${bench.copiedBy} ${per(speeds.copy)}`,
  }
  const ofDoor = (door: Door): Result => {
    const { name, units, target, floor } = MEASURES[door]
    const value = medianRatio(speeds[door], speeds.copy)
    return { name, value, target, floor, better: 'more', note: `${per(speeds[door])} ${units}${notes[door] ?? ''}` }
  }
  return [
    ...DOORS.map(ofDoor),
    {
      name: 'single events ÷ hello-world',
      value: medianRatio(speeds.singles, speeds.hello),
      target: 0.3,
      floor: 0.2,
      better: 'more',
      note: `${per(speeds.singles)} committed; hello ${per(speeds.hello)}`,
    },
  ]
}

const eventsOf = (door: Door): number => (door === 'typed' ? BATCH_EVENTS : DOOR_EVENTS)
const hello = (url: string): Load => ({ url, connections: SINGLE_CONNECTIONS, requests: HELLO_REQUESTS })

function postsTo(server: Server, bench: Bench, door: Door, events: number, batch: number, connections: number): Load {
  const { from, until, ...post } = lastHours(events, bench.users)
  const headers = { Authorization: `Bearer ${server.key}`, 'User-Agent': metaNow().userAgent! }
  const sent = { ...post, from: from.toISOString(), until: until.toISOString(), batch, door }
  return { url: `${server.url}${PATHS[door]}`, connections, headers, post: sent }
}

/** The server's fold queues behind ours and goes on as soon as the work is done. */
function whileFoldWaits(bench: Bench, work: () => Promise<void>): Promise<void> {
  return withFoldLock(bench.db.heavy, async (tx) => {
    // No statement runs for a minute or more, which the pool would take for a forgotten transaction.
    await tx`set local idle_in_transaction_session_timeout = 0`
    await work()
  })
}

export async function untilFolded({ db }: Bench): Promise<void> {
  for (;;) {
    const [pending] = await db.sql`select exists (select from fact_batches) as any`
    if (!pending?.any) return
    await sleep(200)
  }
}
