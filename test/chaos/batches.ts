import { randomUUID } from 'node:crypto'

/** A request as a client would send it, and what must become of it. */
export interface Batch {
  path: string
  body: string
  rows: number
  /** Each fact carries a mark of its own, by which it is found again in the tables. */
  good: string[]
  /** By place in the request. */
  poisoned: Map<number, string>
}

type Row = Record<string, unknown>
interface Door {
  path: string
  fact: (mark: string, random: Random) => Row
  poisons: ((row: Row) => Row)[]
  body: (rows: Row[]) => unknown
}
export type Random = () => number

const ROWS = 6
const DAY_MS = 86_400_000
const NUL = 'a\0b'
const IMPOSSIBLE_DAY = '2026-02-30T10:00:00Z'
const HUGE = 1e30

/** Random that repeats with its seed (mulberry32), so that a failing run can be looked at again. */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The next request of a client: about every third has a poisoned row or two among its neighbours. */
export function nextBatch(client: number, number: number, random: Random): Batch {
  const door = pick(doors, random)
  const good: string[] = []
  const poisoned = new Map<number, string>()
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const mark = `c${client}-b${number}-r${index}`
    const row = door.fact(mark, random)
    if (random() >= 0.07) {
      good.push(mark)
      return row
    }
    poisoned.set(index, mark)
    return pick(door.poisons, random)(row)
  })
  return { path: door.path, body: JSON.stringify(door.body(rows)), rows: ROWS, good, poisoned }
}

const events: Door = {
  path: '/ingest/events',
  fact: (mark, random) => ({
    // Half of the clients have UUIDs, half ids of their own.
    id: random() < 0.5 ? randomUUID() : mark,
    name: `event ${Math.floor(random() * 8)}`,
    user_id: userOf(random),
    tenant_id: tenantOf(random),
    session_id: `s${Math.floor(random() * 500)}`,
    ts: timeOf(random),
    properties: { mark },
  }),
  poisons: [
    (row) => ({ ...row, name: undefined }),
    (row) => ({ ...row, name: NUL }),
    (row) => ({ ...row, properties: { ...(row.properties as Row), deep: { text: NUL } } }),
    (row) => ({ ...row, ts: IMPOSSIBLE_DAY }),
    (row) => ({ ...row, ts: HUGE }),
  ],
  body: (rows) => rows,
}

const apiCalls: Door = {
  path: '/ingest/api-calls',
  fact: (mark, random) => ({
    id: mark,
    // Two calls of a request: a retry.
    request_id: mark.replace(/\d$/, (digit) => String(Number(digit) >> 1)),
    user_id: userOf(random),
    tenant_id: tenantOf(random),
    service: 'chat',
    provider: 'openai',
    model: 'gpt-4o',
    status: random() < 0.9 ? 'ok' : 'error',
    latency_ms: Math.round(random() * 2000),
    tokens_in: Math.floor(random() * 1000),
    tokens_out: Math.floor(random() * 500),
    ts: timeOf(random),
    properties: { mark },
  }),
  poisons: [
    (row) => ({ ...row, tokens_in: HUGE }),
    (row) => ({ ...row, latency_ms: 'fast' }),
    (row) => ({ ...row, status: 'perhaps' }),
    (row) => ({ ...row, model: NUL }),
    (row) => ({ ...row, ts: IMPOSSIBLE_DAY }),
  ],
  body: (rows) => rows,
}

const segment: Door = {
  path: '/v1/batch',
  fact: (mark, random) => ({
    type: 'track',
    messageId: mark,
    event: `track ${Math.floor(random() * 4)}`,
    userId: userOf(random) || 'someone',
    timestamp: timeOf(random),
    properties: { mark },
    context: { groupId: tenantOf(random) },
  }),
  poisons: [
    (row) => ({ ...row, event: undefined }),
    (row) => ({ ...row, event: NUL }),
    (row) => ({ ...row, timestamp: IMPOSSIBLE_DAY }),
    (row) => ({ ...row, timestamp: HUGE }),
    (row) => ({ ...row, type: 'tracked' }),
  ],
  body: (rows) => ({ batch: rows }),
}

const doors = [events, apiCalls, segment]

const userOf = (random: Random) => (random() < 0.1 ? '' : `user ${Math.floor(random() * 200)}`)
const tenantOf = (random: Random) => pick(['acme', 'globex', 'initech', undefined], random)
const timeOf = (random: Random) => new Date(Date.now() - Math.floor(random() * 3 * DAY_MS)).toISOString()
const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!
