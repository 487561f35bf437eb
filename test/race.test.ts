import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FactIn } from '../src/facts/types.ts'
import { dayOf } from '../src/lib/time.ts'
import { foldOnce } from '../src/rollups/fold.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { recount } from './helpers/recount.ts'

const now = new Date('2026-11-20T12:00:00Z')
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now })
})
afterAll(() => t.close())

/** A small world, so that the writers meet on the same users, days, requests and ids all the time. */
function someFacts(random: () => number, n: number): FactIn[] {
  const pick = (count: number) => Math.floor(random() * count)
  const ts = () => new Date(now.getTime() - pick(4 * 86_400_000))
  return Array.from({ length: n }, (_, index): FactIn => {
    const user = { user_id: `u${pick(30)}`, tenant_id: pick(3) ? `t${pick(3)}` : undefined }
    const kinds: (() => FactIn)[] = [
      () => ({
        kind: 'events',
        index,
        id: `e${pick(5000)}`,
        row: { ...user, name: `n${pick(5)}`, ts: ts(), session_id: `s${pick(9)}` },
      }),
      () => ({
        kind: 'api_calls',
        index,
        id: randomUUID(),
        row: {
          ...user,
          ts: ts(),
          model: 'm',
          provider: `p${pick(2)}`,
          request_id: `r${pick(2000)}`,
          tokens_in: pick(100),
          latency_ms: pick(5000),
          cost: pick(100) / 1000,
          http_status: pick(5) ? 200 : 500,
        },
      }),
      () => ({
        kind: 'jobs',
        index,
        row: {
          ...user,
          id: `j${pick(300)}`,
          kind: 'build',
          status: ['queued', 'running', 'succeeded', 'failed'][pick(4)],
          enqueued_at: ts(),
        },
      }),
      () => ({ kind: 'gauges', index, row: { name: 'queue.depth', value: pick(50), ts: ts() } }),
      () => ({ kind: 'users', index, row: { id: user.user_id, email: `${user.user_id}@x.example`, created_at: ts() } }),
      () => ({
        kind: 'payments',
        index,
        row: { id: `p${pick(200)}`, ts: ts(), provider: 'stripe', status: 'succeeded', amount: pick(9000) },
      }),
    ]
    return kinds[pick(10) < 5 ? 0 : pick(kinds.length)]!()
  })
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

it('writers, two folds and a rebuilder at once leave roll-ups that equal the facts', async () => {
  const meta = { source: 'test', receivedAt: now }
  let writing = true
  const writers = [1, 2, 3, 4].map(async (seed) => {
    const random = seeded(seed)
    for (let i = 0; i < 40; i++) await t.deps.writer.write(someFacts(random, 1 + Math.floor(random() * 120)), meta)
  })
  const folder = async () => {
    let folded = 0
    while (writing) folded += (await foldOnce(t.deps)).facts
    return folded
  }
  const rebuilder = async () => {
    let rebuilt = 0
    while (writing) {
      await rebuildDay(t.deps, dayOf(new Date(now.getTime() - (rebuilt % 5) * 86_400_000), 'UTC'))
      rebuilt++
    }
    return rebuilt
  }
  const others = Promise.all([folder(), folder(), rebuilder()])
  await Promise.all(writers)
  writing = false
  const [first, second, rebuilt] = await others
  await t.fold()

  expect(first + second).toBeGreaterThan(0)
  expect(rebuilt).toBeGreaterThan(0)
  const [{ n } = { n: 0 }] = await t.sql`select count(*)::int as n from events`
  expect(n).toBeGreaterThan(1000)
  const { folded, counted } = await recount(t.sql, 'UTC')
  expect(folded).toEqual(counted)
}, 120_000)

it('a rebuild of every day changes nothing', async () => {
  const before = await recount(t.sql, 'UTC')
  for (let n = 0; n < 5; n++) await rebuildDay(t.deps, dayOf(new Date(now.getTime() - n * 86_400_000), 'UTC'))
  expect((await recount(t.sql, 'UTC')).folded).toEqual(before.folded)
})
