import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSourceStats } from '../src/connectors/source-stats.ts'
import { connectSource, readSource } from '../src/connectors/sql-source.ts'
import { takeSamples } from '../src/jobs/samples.ts'
import type { SourceChange } from '../src/lib/state-book.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type SourceDb, sourceDb } from './helpers/source-db.ts'

const ROLE = `guest_${process.pid}_${Math.floor(Math.random() * 1e9)}`

describe('the source database', () => {
  let shop: SourceDb
  let t: TestApp
  const changes: SourceChange[] = []

  const guestUrl = () => {
    const url = new URL(shop.url)
    url.username = ROLE
    url.password = 'guest'
    return url.href
  }

  beforeAll(async () => {
    shop = await sourceDb()
    const { sql } = shop
    await sql`create table orders (id bigint primary key, note text) partition by range (id)`
    await sql`create table orders_1 partition of orders for values from (0) to (500)`
    await sql`create table orders_2 partition of orders for values from (500) to (5000)`
    await sql`create schema billing`
    await sql`create table billing.invoices (id int, paid boolean)`
    await sql`create table fresh (id int)`
    await sql`insert into orders select n, 'a note' from generate_series(1, 1000) n`
    await sql`insert into billing.invoices select n, true from generate_series(1, 30) n`
    await sql`analyze orders_1, orders_2, billing.invoices`
    await sql`create extension pg_stat_statements`
    await sql.unsafe(`create role ${ROLE} login password 'guest'`)
    t = await testApp({ config: { sourceDatabaseUrl: shop.url } })
    t.deps.book.subscribe((change) => changes.push(change))
  })
  afterAll(async () => {
    await t.close()
    await shop.sql.unsafe(`drop role if exists ${ROLE}`)
    await shop.close()
  })

  it('tells its size, its tables with estimated rows, and its connections', async () => {
    const stats = await readSourceStats(t.deps)
    expect(stats?.bytes).toEqual({ value: expect.any(Number) })
    expect(stats?.tables).toEqual({
      value: [
        { name: 'public.orders', rows: 1000, bytes: expect.any(Number) },
        { name: 'billing.invoices', rows: 30, bytes: expect.any(Number) },
        { name: 'public.fresh', rows: null, bytes: 0 },
      ],
    })
    expect(stats?.connections).toEqual({ value: { used: expect.any(Number), max: 200 } })
  })

  it('tells its slowest statements, with no value that was in them', async () => {
    const { sql } = shop
    await sql.unsafe("select pg_sleep(0.6), 'hunter2' as secret_column, 12345 /* comment of hunter3 */")
    await sql.unsafe(`alter role ${ROLE} password 'guest'`)
    const slow = await slowOf(t)
    const sleep = slow.queries.find(({ query }) => query?.includes('pg_sleep'))
    expect(sleep).toMatchObject({ calls: 1, rows: 1, query: 'select pg_sleep($1), $2 as secret_column, $3' })
    expect(sleep?.meanMs).toBeGreaterThanOrEqual(600)
    expect(slow.slow).toBe(1)
    expect(slow.queries.length).toBeLessThanOrEqual(40)
    const texts = JSON.stringify(slow)
    expect(texts).not.toMatch(/hunter|guest/)
    expect(texts).toContain('alter role …')
  })

  it('shows no texts in strict privacy, but the numbers', async () => {
    const strict = { ...t.deps, config: { ...t.deps.config, privacy: 'strict' as const } }
    const slow = await slowOf({ deps: strict })
    expect(slow.note).toMatch(/strict/)
    expect(slow.queries.map(({ query }) => query)).toEqual(slow.queries.map(() => null))
    expect(slow.queries.some(({ meanMs }) => meanMs >= 600)).toBe(true)
  })

  it('says what a role may not see, and what is not installed', async () => {
    const guest = { ...t.deps, config: { ...t.deps.config, sourceDatabaseUrl: guestUrl() } }
    expect(await slowOf({ deps: guest })).toMatchObject({ note: expect.stringMatching(/pg_read_all_stats/) })
    await shop.sql`drop extension pg_stat_statements`
    const stats = await readSourceStats(guest)
    expect(stats?.slow).toEqual({ reason: 'The extension pg_stat_statements is not installed there' })
    expect(stats?.bytes).toHaveProperty('value')
    expect(stats?.tables).toHaveProperty('value')
    await shop.sql`create extension pg_stat_statements`
  })

  it('can write nothing', async () => {
    await readSourceStats(t.deps)
    const source = connectSource(shop.url)
    await expect(readSource(source, (tx) => tx`insert into fresh values (1)`)).rejects.toThrow(/read-only/)
    await source.end()
  })

  it('is sampled each minute; while it is away there is a gap, told once', async () => {
    await takeSamples(t.deps, new Date())
    const names = async () =>
      (await t.sql`select name from gauges where name like 'source.%' order by 1`).map((row) => row.name)
    const four = ['source.connections', 'source.rows', 'source.size', 'source.slow_queries']
    expect(await names()).toEqual(four)
    const [rows] = await t.sql`select value from gauges where name = 'source.rows'`
    expect(rows?.value).toBe(1030)

    const away = { ...t.deps, config: { ...t.deps.config, sourceDatabaseUrl: 'postgres://nobody@127.0.0.1:1/none' } }
    for (let n = 0; n < 2; n++) await expect(readSourceStats(away)).rejects.toMatchObject({ source: 'source-database' })
    await takeSamples(away, new Date(Date.now() + 60_000))
    expect(await names()).toEqual(four)
    await readSourceStats(t.deps)
    expect(changes.map(({ source, state }) => [source, state])).toEqual([
      ['source-database', 'degraded'],
      ['source-database', 'recovered'],
    ])
  })

  it('is not asked where none is configured', async () => {
    expect(await readSourceStats({ ...t.deps, config: { ...t.deps.config, sourceDatabaseUrl: '' } })).toBe(null)
  })
})

async function slowOf({ deps }: Pick<TestApp, 'deps'>) {
  const stats = await readSourceStats(deps)
  if (!stats || !('value' in stats.slow)) throw new Error(`no slow queries: ${JSON.stringify(stats?.slow)}`)
  return stats.slow.value
}
