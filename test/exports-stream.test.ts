import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Sql } from '../src/db/connect.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const ROWS = 200_000

let t: TestApp
let key: string
/** That have been read. */
let pages = 0

beforeAll(async () => {
  t = await testApp({ now: NOW })
  key = await t.key(['read'])
  await t.sql`insert into tenants (tenant_id, created_at, updated_at) values ('t1', now(), now())`
  await t.sql`select ensure_partition('events', ${NOW}), ensure_partition('events', '2026-10-31')`
  // A million ties: 500 rows share each instant, over two partitions. Every 1,000th is of t1.
  await t.sql`
    insert into events (ts, received_at, batch_id, user_id, tenant_id, type, name, source, properties)
    select '2026-10-31T12:00:00Z'::timestamptz + (n / 500) * interval '3 minutes 0.000001 seconds', ${NOW}, 1, 'u' || n,
      case when n % 1000 = 0 then 't1' else 't2' end, 'track', 'click', 'test', json_build_object('n', n)
    from generate_series(0, ${ROWS - 1}) n`
  t.deps.db.heavy = counted(t.deps.db.heavy)
})
afterAll(() => t?.close())

/** Pages are transactions of the heavy pool. */
const counted = (sql: Sql): Sql =>
  new Proxy(sql, {
    get(target, name) {
      if (name === 'begin') pages++
      return Reflect.get(target, name)
    },
  })

const get = (path: string) => t.request(path, { headers: { authorization: `Bearer ${key}` } })

/** Waits until the heavy pool has nothing to do and holds nothing: neither a cursor nor a transaction. */
async function idle(): Promise<void> {
  await expect
    .poll(
      async () => {
        const rows = await t.sql<{ state: string }[]>`
        select distinct state from pg_stat_activity
        where datname = current_database() and application_name = 'quarterdeck heavy'`
        return rows.map(({ state }) => state)
      },
      { timeout: 20_000 },
    )
    .toEqual(['idle'])
}

it('sends rows while most of them are not read yet, and holds nothing in between', async () => {
  pages = 0
  const reader = (await get('/exports/events.csv')).body!.getReader()
  await reader.read()
  const { value } = await reader.read()
  expect(Buffer.from(value!).toString().split('\r\n').length).toBeLessThan(2_100)
  await idle()
  expect(pages).toBeLessThan(5)
  await reader.cancel()
})

it('stops when the client goes away', async () => {
  pages = 0
  const reader = (await get('/exports/events.csv')).body!.getReader()
  await reader.read()
  await reader.cancel()
  await idle()
  const read = pages
  expect(read).toBeLessThan(5)
  // What would go on by itself has had the time for many more.
  for (let turn = 0; turn < 500; turn++) await t.sql`select 1`
  expect(pages).toBe(read)
})

it('has every row once, though hundreds share an instant', async () => {
  const seen = new Uint8Array(ROWS)
  let rest = ''
  let rows = 0
  for await (const chunk of (await get('/exports/events.csv')).body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + Buffer.from(chunk).toString()).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const n = /""n"": ?(\d+)/.exec(line)?.[1]
      if (n === undefined) continue
      seen[Number(n)]!++
      rows++
    }
  }
  expect(rows).toBe(ROWS)
  expect(seen.every((times) => times === 1)).toBe(true)
})

it('finds the few rows of a tenant in short pages', async () => {
  pages = 0
  const rows: string[][] = parse(await (await get('/exports/events.csv?tenant=t1')).text())
  expect(rows).toHaveLength(1 + ROWS / 1_000)
  expect(pages).toBe(ROWS / 20_000 + 1)
})

it('pages through the same rows as JSON', async () => {
  const found: number[] = []
  let after = ''
  do {
    const { rows, next } = await (await get(`/api/tables/events?tenant=t1&limit=70${after}`)).json()
    found.push(...rows.map(({ properties }: { properties: { n: number } }) => properties.n))
    after = next === null ? '' : `&after=${next}`
  } while (after)
  expect(found).toEqual(Array.from({ length: ROWS / 1_000 }, (_, i) => i * 1_000))
})
