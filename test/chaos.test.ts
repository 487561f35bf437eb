import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { afterEach, describe, expect, test } from 'vitest'
import { createKey } from '../src/auth/keys.ts'
import { connect, type Db } from '../src/db/connect.ts'
import { type Embedded, startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { isAlive } from '../src/db/postgres-process.ts'
import { type Clients, startClients } from './chaos/clients.ts'
import { makeServer, type Server } from './chaos/server.ts'
import { expectNothingLostOrDoubled } from './chaos/verify.ts'

const KILLS = Number(process.env.CHAOS_KILLS ?? 20)
const CLIENTS = 100
/** Acknowledged requests between one kill and the next: everything works again. */
const PROGRESS = 40

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Stage {
  dataDir: string
  postgres: Embedded
  db: Db
  server: Server
  keys: { ingest: string; act: string }
}

/** A Postgres of its own and a server over it, both to be killed. */
async function setStage(ownPostgres: boolean): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-chaos-'))
  // Postgres does not run as root: another user has to reach its files.
  chmodSync(folder, 0o755)
  if (!process.env.CHAOS_KEEP) cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  const postgres = await startEmbedded({ dataDir })
  cleanups.push(() => postgres.stop())
  const db = connect(postgres.url)
  cleanups.push(() => db.close())
  await migrate(postgres.url)
  const settings: Record<string, string> = ownPostgres
    ? { DATA_DIR: dataDir }
    : { DATA_DIR: join(folder, 'app'), DATABASE_URL: postgres.url }
  const server = await makeServer(folder, settings)
  cleanups.push(() => server.stop())
  await server.start()
  const key = async (scope: 'ingest' | 'act') => (await createKey(db.sql, { name: scope, scopes: [scope] })).secret
  return { dataDir, postgres, db, server, keys: { ingest: await key('ingest'), act: await key('act') } }
}

/** Runs the fold over and over, so that kills come in the middle of it. */
function keepFolding({ server, keys }: Stage): () => void {
  let on = true
  void (async () => {
    const headers = { authorization: `Bearer ${keys.act}` }
    for (; on; await sleep(100))
      await fetch(`${server.url}/api/jobs/fold/run`, { method: 'POST', headers })
        .then((response) => response.body?.cancel())
        .catch(() => {})
  })()
  return () => {
    on = false
  }
}

async function killPostgres({ postgres }: Stage): Promise<void> {
  const pid = (await postgres.pid())!
  process.kill(pid, 'SIGKILL')
  while (isAlive(pid)) await sleep(10)
}

async function untilProgress(clients: Clients): Promise<void> {
  const enough = clients.acknowledged() + PROGRESS
  await expect.poll(() => clients.acknowledged(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(enough)
  await sleep(Math.random() * 600)
}

async function untilFolded(sql: Sql): Promise<void> {
  const pending = async () => {
    const [row] = await sql`
      select (select count(*) from fact_batches)::int + (select count(*) from dirty_buckets)::int as n`
    return row!.n as number
  }
  await expect.poll(pending, { timeout: 60_000, interval: 250 }).toBe(0)
}

async function settleAndVerify({ db, server }: Stage, clients: Clients, stopFolding: () => void): Promise<void> {
  const ledger = await clients.finish()
  stopFolding()
  await untilFolded(db.sql)
  expect(ledger.retries).toBeGreaterThan(KILLS)
  expect(ledger.good.length).toBeGreaterThan(KILLS * PROGRESS)
  expect(ledger.poisoned.length).toBeGreaterThan(0)
  await expectNothingLostOrDoubled(db.sql, ledger)
  expect(await server.stop()).toBe(0)
}

describe('kill -9 under 100 clients, some of whose rows are poisoned', () => {
  test(`of Node, ${KILLS} times: every acknowledged fact is there once, folded once, and every poisoned row is reported`, {
    timeout: 300_000,
  }, async () => {
    const stage = await setStage(true)
    const clients = startClients(stage.server.url, stage.keys.ingest, CLIENTS)
    const stopFolding = keepFolding(stage)
    for (let kill = 0; kill < KILLS; kill++) {
      await untilProgress(clients)
      await stage.server.kill()
      await stage.server.start()
    }
    await settleAndVerify(stage, clients, stopFolding)
  })

  test(`of Postgres, ${KILLS} times: the same, and the server under it recovers by itself`, {
    timeout: 300_000,
  }, async () => {
    const stage = await setStage(false)
    const clients = startClients(stage.server.url, stage.keys.ingest, CLIENTS)
    const stopFolding = keepFolding(stage)
    for (let kill = 0; kill < KILLS; kill++) {
      await untilProgress(clients)
      await killPostgres(stage)
      await startEmbedded({ dataDir: stage.dataDir })
    }
    await settleAndVerify(stage, clients, stopFolding)
  })
})
