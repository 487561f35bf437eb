import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { asksFor } from '../src/metrics/asks.ts'
import { sqlContext } from '../src/metrics/context.ts'
import { series } from '../src/metrics/query.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { readToday } from '../src/metrics/today.ts'
import { foldAll } from '../src/rollups/fold.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
let t: TestApp
let now = NOW
beforeAll(async () => {
  t = await testApp({ now: () => now })
})
beforeEach(() => {
  now = NOW
})
afterAll(() => t.close())

let n = 0
async function signIn(user: string, tenant: string, at = now): Promise<void> {
  const fact = {
    kind: 'events' as const,
    index: 0,
    row: { id: `e${n++}`, name: 'opened', user_id: user, tenant_id: tenant, ts: at.toISOString() },
  }
  const { rejected } = await t.deps.writer.write([fact], { source: 'test', receivedAt: now })
  expect(rejected).toEqual([])
  await foldAll(t.deps)
}

const read = async (keys: string[], scope = '*', sql = t.deps.db.sql) => {
  const cells = await readToday(t.deps.db, sqlContext(t.deps, sql), asksFor(keys), scope)
  const today = now.toISOString().slice(0, 10)
  return keys.map((key) => cells.get(key, scope, today)?.[0] ?? 0)
}

it('is the same for each who asks, alone or with others, and of each scope', async () => {
  await signIn('ada', 't1')
  await signIn('bob', 't2')
  const together = await Promise.all([
    read(['users.dau', 'users.mau']),
    read(['users.mau', 'users.wau']),
    read(['users.dau'], 't1'),
    read(['users.wau', 'ai.cost_per_user_p90']),
  ])
  expect(together).toEqual([[2, 2], [2, 2], [1], [2, 0]])
  expect(await read(['users.mau', 'users.dau'])).toEqual([2, 2])
  expect(await read(['users.mau'], 'nobody')).toEqual([0])
})

it('is read again after a fold that changed something, and on another day', async () => {
  const [before] = await read(['users.dau'])
  await signIn('cyd', 't1')
  expect(await read(['users.dau'])).toEqual([(before ?? 0) + 1])
  now = new Date('2026-11-21T00:30:00Z')
  expect(await read(['users.dau'])).toEqual([0])
})

it('does not wait for those who use the pool of long work', async () => {
  const busy = Promise.all(
    Array.from({ length: t.deps.db.heavy.options.max }, () => t.deps.db.heavy`select pg_sleep(3)`),
  )
  let waited = true
  const heavy = read(['users.stickiness'], '*', t.deps.db.heavy).then(() => {
    waited = false
  })
  await read(['users.stickiness'])
  expect(waited).toBe(false)
  await Promise.all([busy, heavy])
}, 20_000)

it('what failed is asked again', async () => {
  await signIn('dan', 't1')
  const broken = (() => Promise.reject(new Error('away'))) as never
  const db = { ...t.deps.db, sql: Object.assign(broken, t.deps.db.sql) }
  await expect(readToday(db, sqlContext(t.deps, t.deps.db.sql), asksFor(['users.dau']), '*')).rejects.toThrow('away')
  expect((await read(['users.dau']))[0]).toBeGreaterThan(0)
})

it('the days of a breakdown by plan are the same from the snapshot as from the roll-ups', async () => {
  now = NOW
  await signIn('eve', 't1')
  now = new Date('2026-11-21T12:00:00Z')
  const range = { scope: '*', from: '2026-11-20', to: '2026-11-21', by: 'class' }
  const before = await series(t.deps, 'users.dau', range)
  await closeDays(t.deps, ['2026-11-20'])
  const after = await series(t.deps, 'users.dau', range)
  expect(after.groups).toEqual(before.groups)
  expect(after.groups?.[0]?.points[0]?.value).toBeGreaterThan(0)
  const [days] =
    await t.sql`select count(*)::int as n from metric_dim_days d join metric_dims m using (slot) where m.key = 'users.dau'`
  expect(days?.n).toBe(1)
  const shown = await series(t.deps, 'users.dau', { ...range, totals: false })
  expect(shown.total).toBeNull()
  expect(shown.groups?.map(({ points }) => points)).toEqual(after.groups?.map(({ points }) => points))
})
