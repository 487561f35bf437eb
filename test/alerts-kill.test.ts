import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import type { Deps } from '../src/context.ts'
import { connect } from '../src/db/connect.ts'
import { ALERTS_LOCK } from '../src/db/locks.ts'
import { deliverAll, hookTo, later } from './delivery-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Gate, gate } from './helpers/gate.ts'
import { type Receiver, receiver } from './helpers/receiver.ts'
import { sender } from './helpers/send.ts'

/**
 * The process that dies runs the product as it is. It is brought to a stand at one of its steps by what it has to wait
 * for there (a lock that somebody else holds in Postgres, a receiver that does not answer) and killed while it waits.
 */
const SCRIPT = fileURLToPath(new URL('./helpers/alert-process.ts', import.meta.url))
const TICKETS = 5

let t: TestApp
let other: Deps
let http: Receiver
let door: Gate
let send: Awaited<ReturnType<typeof sender>>
let rule: number
beforeAll(async () => {
  ;[t, http] = await Promise.all([testApp({ config: { allowPrivateWebhooks: true } }), receiver()])
  other = { ...t.deps, db: connect(t.db.url) }
  door = await gate(http.url)
  send = await sender(t)
  await hookTo(t, 'Ops', `${door.url}/hook`)
  // The rules that are shipped have nothing to say here.
  await evaluateAlerts(t.deps, t.deps.now())
  await t.sql`update alert_rules set enabled = false`
  rule = await makeRule()
})
afterAll(async () => {
  await Promise.all([t?.close(), other?.db.close(), door?.close()])
  await http?.close()
})
beforeEach(() => {
  http.posted.length = 0
  http.answer = (response) => void response.end('ok')
  door.open()
})

async function makeRule(): Promise<number> {
  const made = await t.request('/api/alert-rules', {
    method: 'POST',
    headers: { authorization: `Bearer ${await t.key(['act'])}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Tickets',
      metric: 'support.tickets_open',
      when: { kind: 'threshold', op: 'above', limit: TICKETS - 1 },
      window: 'today',
      quiet: 0,
      severity: 'critical',
    }),
  })
  expect(made.status, await made.clone().text()).toBe(201)
  return ((await made.json()) as { id: number }).id
}

/** What is true when an alert fires, and when it ends. */
async function ticketsAre(status: 'open' | 'closed'): Promise<void> {
  await send(
    'tickets',
    Array.from({ length: TICKETS }, (_, n) => ({ id: `t${n}`, status, updated_at: new Date().toISOString() })),
  )
  await t.fold()
}

const locked = (table: string) => (tx: TransactionSql) => tx`lock table ${tx(table)} in share mode`

interface Point {
  /** What the process had done when it died. */
  after: string
  /** What it waits for next: a lock, from its start or from when the post has come. */
  lock?: (tx: TransactionSql) => PromiseLike<unknown>
  from?: 'start' | 'post'
  /** Or a receiver that reads nothing, or does not answer. */
  receiver?: 'shut' | 'silent'
  /** How many posts had come by then, and how many came in all. */
  posts: [then: number, all: number]
}

const POINTS: Point[] = [
  {
    after: 'read the metric',
    lock: (tx) => tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`,
    posts: [0, 1],
  },
  { after: 'changed the alert', lock: locked('alert_events'), posts: [0, 1] },
  { after: 'written its history', lock: locked('notifications'), posts: [0, 1] },
  // The rule's own state is the last that is written.
  {
    after: 'written the notice',
    lock: (tx) => tx`select from alert_rules where id = ${rule} for update`,
    posts: [0, 1],
  },
  { after: 'committed', lock: locked('notification_attempts'), posts: [0, 1] },
  { after: 'claimed the notice', receiver: 'shut', posts: [0, 1] },
  { after: 'sent it', receiver: 'silent', posts: [1, 2] },
  { after: 'got the answer', lock: locked('notifications'), from: 'post', posts: [1, 2] },
  { after: 'begun to note the answer', lock: locked('notification_attempts'), from: 'post', posts: [1, 2] },
  { after: 'noted the answer', posts: [1, 1] },
]

/** Checks and delivers in a process of its own, and kills that (SIGKILL) where it comes to a stand. */
async function killAt({ after, lock, from = 'start', receiver }: Point): Promise<void> {
  const held: Hold[] = []
  const posted = new Promise<void>((resolve) => {
    http.answer = async (response) => {
      if (lock && from === 'post') held.push(await hold(lock))
      if (receiver !== 'silent') response.end('ok')
      resolve()
    }
  })
  if (lock && from === 'start') held.push(await hold(lock))
  const knocked = receiver === 'shut' ? door.shut() : undefined
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, DATABASE_URL: t.db.url, SECRET_KEY: t.deps.config.secretKey, ALLOW_PRIVATE_WEBHOOKS: '1' }
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const delivered = once(createInterface(child.stdout), 'line')
  const stood = lock ? stands() : (knocked ?? (receiver === 'silent' ? posted : delivered))
  const early = [exited, ...(stood === delivered ? [] : [delivered])].map(async (ended) => {
    throw new Error(`it came to ${JSON.stringify(await ended)} and should have stood still when it had ${after}`)
  })
  try {
    await Promise.race([stood, ...early])
  } finally {
    await end(child, exited)
    await Promise.all(held.map((one) => one.release()))
  }
  // Postgres learns of the death when it next looks: what had been begun is undone by then, or done.
  await expect.poll(() => others(t.sql`state <> 'idle'`), { timeout: 20_000 }).toBe(0)
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await exited
  door.open()
}

interface Hold {
  release: () => Promise<void>
}

/** Takes a lock, and keeps it until it is released. */
async function hold(lock: NonNullable<Point['lock']>): Promise<Hold> {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  let ended: Promise<unknown> = Promise.resolve()
  await new Promise<void>((taken, failed) => {
    ended = other.db.heavy
      .begin(async (tx) => {
        await lock(tx)
        taken()
        await released
      })
      .catch(failed)
  })
  return {
    async release() {
      release()
      await ended
    },
  }
}

const others = async (which: ReturnType<TestApp['sql']>): Promise<number> => {
  const [row] = await t.sql<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and ${which}`
  return row?.n ?? 0
}

const stands = () =>
  expect.poll(() => others(t.sql`wait_event_type = 'Lock'`), { timeout: 30_000, interval: 25 }).toBe(1)

/** The minute after: two processes check and deliver, twice. */
async function goOn(): Promise<void> {
  http.answer = (response) => void response.end('ok')
  for (let minute = 0; minute < 2; minute++) {
    await Promise.all([evaluateAlerts(t.deps, t.deps.now()), evaluateAlerts(other, other.now())])
    await later(t)
    await Promise.all([deliverAll(t), deliverAll({ deps: other })])
  }
}

interface Post {
  type: string
  data: { dedupe_key: string }
}
const postsOf = (type: string) =>
  http.posted
    .map(({ headers, body }) => ({ id: headers['webhook-id'], ...(JSON.parse(body) as Post) }))
    .filter((post) => post.type === type)
const alerts = () => t.sql<{ id: number; state: string }[]>`select id::int, state from alerts order by id`

describe.each(POINTS)('killed when it had $after', (point) => {
  const [then, all] = point.posts

  it('a firing arrives under one key, and one alert is open', async () => {
    const before = await alerts()
    await ticketsAre('open')
    await killAt(point)
    expect(http.posted).toHaveLength(then)
    await goOn()
    const [alert, ...more] = (await alerts()).slice(before.length)
    expect([alert?.state, more]).toEqual(['firing', []])
    const posts = postsOf('alert.firing')
    expect(posts.map(({ data }) => data.dedupe_key)).toEqual(Array(all).fill(`alert-${alert?.id}-fired`))
    expect(new Set(posts.map(({ id }) => id)).size).toBe(1)
    expect(http.posted).toHaveLength(all)
  }, 90_000)

  it('a resolution arrives under one key, and nothing is open', async () => {
    const before = await alerts()
    await ticketsAre('closed')
    await killAt(point)
    expect(http.posted).toHaveLength(then)
    await goOn()
    const after = await alerts()
    expect(after.map(({ state }) => state)).toEqual(before.map(() => 'resolved'))
    const posts = postsOf('alert.resolved')
    expect(posts.map(({ data }) => data.dedupe_key)).toEqual(Array(all).fill(`alert-${after.at(-1)?.id}-resolved`))
    expect(new Set(posts.map(({ id }) => id)).size).toBe(1)
    expect(http.posted).toHaveLength(all)
  }, 90_000)
})
