import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect, connectWriter, type Db, type Sql } from '../src/db/connect.ts'
import { type Embedded, startEmbedded } from '../src/db/embedded.ts'

/** What the patch in .patches/ is for: postgres.js as published dies of this, or keeps dead connections for ever. */
const KILLS = 20

let folder: string
let server: Embedded
let db: Db
let writer: Sql

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quarterdeck-crash-'))
  server = await startEmbedded({ dataDir: folder, unsafe: true })
  db = connect(server.url)
  writer = connectWriter(server.url)
  await db.sql`create table pairs (id int, half int)`
})
afterAll(async () => {
  await writer.end({ timeout: 5 })
  await db.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Keeps a pool busy until told to stop; failures are what the test is about. */
function load(lanes: number, work: (n: number) => Promise<unknown>): { stop: () => Promise<void> } {
  let on = true
  let n = 0
  const lane = async () => {
    while (on) await work(n++).catch(() => sleep(5))
  }
  const all = Promise.all(Array.from({ length: lanes }, lane))
  return {
    async stop() {
      on = false
      await all
    },
  }
}

/** Both halves or none: with a pause between, in which the connection may die and its slot be used by another. */
const writePair = (id: number) =>
  writer.begin(async (tx) => {
    await tx`insert into pairs values (${id}, 1)`
    await sleep(id % 3)
    await tx`insert into pairs values (${id}, 2)`
  })

it(`pools recover after Postgres was killed ${KILLS} times under load, and no transaction was torn`, async () => {
  const unexpected: unknown[] = []
  const note = (error: unknown) => unexpected.push(error)
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  const text = 'x'.repeat(3000)
  const loads = [
    load(20, (n) => db.sql`select ${n}::int as n, ${text} as text, pg_sleep(0.001)`),
    load(6, (n) => db.heavy`select count(*) from generate_series(1, ${20_000 + (n % 7)}::int)`),
    load(6, writePair),
  ]
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(20 + ((kill * 37) % 120))
    process.kill((await server.pid())!, 'SIGKILL')
    server = await startEmbedded({ dataDir: folder, unsafe: true })
  }
  await Promise.all(loads.map(({ stop }) => stop()))
  for (const pool of [db.sql, db.heavy, writer]) await expectEverySlotAlive(pool)
  const torn = await db.sql`select id from pairs group by id having count(distinct half) <> 2`
  expect(torn).toHaveLength(0)
  expect((await db.sql`select count(*) as n from pairs`)[0]!.n).toBeGreaterThan(KILLS)
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  expect(unexpected).toEqual([])
}, 240_000)

/** More queries at once than the pool has connections: a dead one would let some of them wait for ever. */
async function expectEverySlotAlive(pool: Sql): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => pool`select ${n}::int as n, pg_sleep(0.02)`))
  expect(answers.map(([row]) => row!.n)).toEqual(answers.map((_, n) => n))
}

it('a transaction whose connection was lost touches nobody else’s session', async () => {
  let before = 0
  let after: unknown
  const lost = writer.begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid`
    before = row!.pid
    await db.sql`select pg_terminate_backend(${before})`
    await expect.poll(() => db.sql`select from pg_stat_activity where pid = ${before}`).toHaveLength(0)
    // By now the slot is connected again, for these.
    await Promise.all([writer`select 1`, writer`select 1`, writer`select 1`])
    after = await tx`insert into pairs values (-1, 1)`.catch((error: unknown) => error)
  })
  await expect(lost).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_CLOSED|57P01/) })
  await expect.poll(() => after).toBeInstanceOf(Error)
  expect(await db.sql`select from pairs where id = -1`).toHaveLength(0)
})
