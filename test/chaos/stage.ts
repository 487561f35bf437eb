import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { expect } from 'vitest'
import { createKey } from '../../src/auth/keys.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import { type Embedded, startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { isAlive } from '../../src/db/postgres-process.ts'
import { makeServer, type Server } from './server.ts'

/** A Postgres of its own and a server over it, both of which may be killed. */
export interface Stage {
  db: Db
  server: Server
  keys: Record<'ingest' | 'act' | 'read', string>
  killPostgres: () => Promise<void>
  stopPostgres: () => Promise<void>
  startPostgres: () => Promise<void>
  /** Nothing of it runs any more, and nothing is closed: as on a host that has lost its disk. Answers how to thaw it. */
  freezePostgres: () => Promise<() => void>
  close: () => Promise<void>
}

/** @param embedded whether the server finds its Postgres in DATA_DIR, or is told by DATABASE_URL and cannot start it */
export async function setStage({ embedded }: { embedded: boolean }): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-chaos-'))
  // Postgres does not run as root: another user has to reach its files.
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'data')
  let postgres: Embedded = await startEmbedded({ dataDir })
  await migrate(postgres.url)
  const db = connect(postgres.url)
  const server = await makeServer(
    folder,
    embedded ? { DATA_DIR: dataDir } : { DATA_DIR: join(folder, 'app'), DATABASE_URL: postgres.url },
  )
  const close = async () => {
    await server.stop()
    await db.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await server.start()
    const key = async (scope: 'ingest' | 'act' | 'read') =>
      (await createKey(db.sql, { name: scope, scopes: [scope] })).secret
    return {
      db,
      server,
      keys: { ingest: await key('ingest'), act: await key('act'), read: await key('read') },
      async killPostgres() {
        const pid = (await postgres.pid())!
        process.kill(pid, 'SIGKILL')
        while (isAlive(pid)) await sleep(10)
      },
      stopPostgres: () => postgres.stop(),
      async startPostgres() {
        postgres = await startEmbedded({ dataDir })
      },
      async freezePostgres() {
        const pid = (await postgres.pid())!
        // First, so that no connection is made while the others are counted.
        process.kill(pid, 'SIGSTOP')
        const clients = await db.sql<{ pid: number }[]>`
          select pid from pg_stat_activity where backend_type = 'client backend' order by pid = pg_backend_pid()`
        const pids = [pid, ...clients.map((client) => client.pid)]
        for (const one of pids) process.kill(one, 'SIGSTOP')
        return () => {
          for (const one of pids) process.kill(one, 'SIGCONT')
        }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Resolves when everything that was stored is folded. */
export async function untilFolded(sql: Sql): Promise<void> {
  const pending = async () => {
    const [row] = await sql`
      select (select count(*) from fact_batches)::int + (select count(*) from dirty_buckets)::int as n`
    return row!.n as number
  }
  await expect.poll(pending, { timeout: 60_000, interval: 250 }).toBe(0)
}
