import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, connectWriter, type Db } from '../src/db/connect.ts'
import { MigrationError, migrate, pendingMigrations, readMigrations } from '../src/db/migrate.ts'
import { testDb } from './helpers/db.ts'

let db: Db
beforeAll(async () => {
  db = await testDb()
})
afterAll(() => db.close())

/** An empty database beside the test's own. */
async function empty(name: string): Promise<string> {
  await db.sql`create database ${db.sql(name)}`
  const url = new URL(db.url)
  url.pathname = `/${name}`
  return url.href
}

const drop = (name: string) => db.sql`drop database ${db.sql(name)} with (force)`
const named = (suffix: string) => `${new URL(db.url).pathname.slice(1)}_${suffix}`

describe('migrations', () => {
  it('are applied once', async () => {
    const url = await empty(named('twice'))
    expect(await migrate(url)).toEqual(readMigrations().map(({ name }) => name))
    expect(await migrate(url)).toEqual([])
    expect(await pendingMigrations(db.sql)).toEqual([])
    await drop(named('twice'))
  })

  it('of several processes that start at once take turns', async () => {
    const url = await empty(named('race'))
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    expect(applied.flat()).toEqual(readMigrations().map(({ name }) => name))
    await drop(named('race'))
  })

  it('that were edited after they had been applied are refused', async () => {
    const edited = readMigrations().map((one, n) => (n === 0 ? { ...one, checksum: 'other' } : one))
    await expect(migrate(db.url, edited)).rejects.toThrow(/0001_facts\.sql was edited/)
  })

  it('of a newer version are not run over', async () => {
    await expect(migrate(db.url, readMigrations().slice(1))).rejects.toThrow(/newer/)
  })

  it('that fail leave nothing behind and say which it was', async () => {
    const bad = { name: '9999_bad.sql', text: 'create table half (a int); select 1 / 0;', checksum: 'x' }
    await expect(migrate(db.url, [...readMigrations(), bad])).rejects.toThrow(MigrationError)
    await expect(migrate(db.url, [...readMigrations(), bad])).rejects.toThrow(/9999_bad\.sql failed: division by zero/)
    expect(await db.sql`select from pg_class where relname = 'half'`).toHaveLength(0)
  })
})

describe('connections', () => {
  it('read counts and money as numbers, and days as text', async () => {
    const [row] = await db.sql`
      select 9007199254740991::bigint as n, 12.5::numeric as money, '2024-03-31'::date as day, array[1, 2]::bigint[] as list`
    expect(row).toEqual({ n: 9007199254740991, money: 12.5, day: '2024-03-31', list: [1, 2] })
  })

  it('take days as text and instants as Date', async () => {
    const [row] = await db.sql`select ${'2024-03-31'}::date + 1 as next, ${new Date(0)}::timestamptz as at`
    expect(row).toEqual({ next: '2024-04-01', at: new Date(0) })
  })

  it('of the writer commit safely whatever the server says', async () => {
    await db.sql.unsafe(`alter database ${new URL(db.url).pathname.slice(1)} set synchronous_commit = off`)
    const fresh = connect(db.url)
    const writer = connectWriter(db.url)
    const [[ordinary], [safe]] = await Promise.all([
      fresh.sql`show synchronous_commit`,
      writer`show synchronous_commit`,
    ])
    expect([ordinary!.synchronous_commit, safe!.synchronous_commit]).toEqual(['off', 'on'])
    await Promise.all([fresh.close(), writer.end()])
  })

  it('are kept by transactions that come while all of them are in use', async () => {
    const queries = Promise.all(Array.from({ length: 9 }, () => db.heavy`select pg_sleep(0.2)`))
    const ids = Array.from({ length: 6 }, () =>
      db.heavy.begin(async (tx) => {
        const id = async () => (await tx`select pg_current_xact_id()::text as id`)[0]?.id as string
        return [await id(), await id()]
      }),
    )
    const found = (await Promise.all(ids)) as string[][]
    for (const [first, second] of found) expect(second).toBe(first)
    expect(new Set(found.flat()).size).toBe(6)
    await queries
  })

  it('that work long hold up nothing behind them while another one is free', async () => {
    const ended: string[] = []
    const long = db.heavy`select pg_sleep(3)`.then(() => ended.push('long'))
    await Promise.all(Array.from({ length: 8 }, () => db.heavy`select pg_sleep(0.1)`))
    expect(ended).toEqual([])
    await long
  })

  it('to nobody fail soon, so that a page can say so', async () => {
    const away = connect('postgres://nobody:x@127.0.0.1:1/none')
    await expect(away.sql`select 1`).rejects.toThrow(/ECONNREFUSED/)
    await away.close()
  })
})
