import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdmin } from '../../src/auth/admins.ts'
import { createKey } from '../../src/auth/keys.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import { type Embedded, startEmbedded } from '../../src/db/embedded.ts'
import { makeServer, type Server } from '../chaos/server.ts'
import { TEST_PASSWORD } from '../helpers/app.ts'
import { testDb } from '../helpers/db.ts'
import { type TestRedis, testRedis } from '../helpers/redis.ts'

/** A server in a process of its own over a product of its own, each part of which can be taken away and given back. */
export interface SourcesStage {
  db: Db
  server: Server
  redis: TestRedis
  /** The log that the product writes. */
  log: { path: string; write: (message: string) => void; remove: () => void }
  source: {
    query: (text: string) => Promise<void>
    stop: () => Promise<void>
    start: () => Promise<void>
    /** It hangs with its connections open; answers how to thaw it. */
    freeze: () => Promise<() => void>
  }
  /** The session cookie of an admin. */
  cookie: string
  send: (kind: string, rows: object[]) => Promise<void>
  act: (path: string) => Promise<void>
  post: (path: string, body: object) => Promise<Response>
  /** What the server has logged of its sources: [event, source]. */
  told: () => [string, string][]
  close: () => Promise<void>
}

/** Starts everything; the server reads the hivesync fixture, and finds sessions, a queue and a worker in Redis. */
export async function setSources(): Promise<SourcesStage> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-sources-'))
  // Postgres does not run as root: another user has to reach its files.
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'product')
  const path = join(folder, 'ai-events.log')
  const write = (message: string) =>
    appendFileSync(path, `${JSON.stringify({ time: new Date().toISOString(), level: 'error', msg: message })}\n`)
  write('the model is overloaded')
  const [db, redis, first] = await Promise.all([testDb(), testRedis(), startEmbedded({ dataDir, unsafe: true })])
  let postgres: Embedded = first
  const query = async (text: string) => {
    const { sql, close } = connect(postgres.url)
    await sql.unsafe(text).simple()
    await close()
  }
  const server = await makeServer(folder, {
    DATA_DIR: join(folder, 'app'),
    DATABASE_URL: db.url,
    REDIS_URL: redis.url,
    WORKER_TIMEOUT_S: '3600',
    LOG_FILES: path,
    LOG_FROM: 'start',
    SOURCE_DATABASE_URL: postgres.url,
    PRESET: 'hivesync',
    SYNC_EVERY: '5s',
  })
  const close = async () => {
    await server.stop()
    await redis.close()
    await postgres.stop()
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await fillSource(query)
    await fillRedis(redis, 3)
    await server.start()
  } catch (error) {
    await close()
    throw error
  }
  const { secret } = await createKey(db.sql, { name: 'stage', scopes: ['ingest', 'act'] })
  const send = (address: string, body: object) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    return fetch(server.url + address, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const post = async (address: string, body: object) => {
    const answer = await send(address, body)
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
    await answer.body?.cancel()
  }
  return {
    db,
    server,
    redis,
    log: { path, write, remove: () => rmSync(path) },
    source: {
      query,
      stop: () => postgres.stop(),
      async start() {
        postgres = await startEmbedded({ dataDir, unsafe: true })
      },
      async freeze() {
        const { sql, close } = connect(postgres.url)
        const backends = await sql<{ pid: number }[]>`
          select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
        await close()
        const pids = [(await postgres.pid())!, ...backends.map(({ pid }) => pid)]
        const all = (signal: 'SIGSTOP' | 'SIGCONT') => {
          for (const pid of pids) {
            try {
              process.kill(pid, signal)
            } catch {
              // A connection that has ended meanwhile.
            }
          }
        }
        all('SIGSTOP')
        return () => all('SIGCONT')
      },
    },
    cookie: await signIn(db, server.url),
    send: (kind, rows) => post(`/ingest/${kind}`, rows),
    act: (address) => post(address, {}),
    post: send,
    told: () => toldIn(join(folder, 'server.log')),
    close,
  }
}

async function fillSource(query: SourcesStage['source']['query']): Promise<void> {
  for (const name of ['schema', 'rows'])
    await query(readFileSync(new URL(`../fixtures/presets/hivesync/${name}.sql`, import.meta.url), 'utf8'))
}

/** What the product keeps in Redis: two users, a worker, and so many jobs that wait. */
export async function fillRedis({ client }: TestRedis, waiting: number): Promise<void> {
  await client.hset('ws_sessions:1', { user_id: 'ada', device: 'desktop' })
  await client.hset('ws_sessions:2', { user_id: 'bob', device: 'phone' })
  await client.hset('worker:cpu-7', { status: 'healthy', last_heartbeat: new Date().toISOString() })
  for (let n = 0; n < waiting; n++) await client.lpush('ai_queue:gpu', JSON.stringify({ id: n }))
}

async function signIn(db: Db, url: string): Promise<string> {
  const email = 'ada@admin.example'
  await createAdmin(db.sql, { email, role: 'owner', password: TEST_PASSWORD })
  const response = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password: TEST_PASSWORD }),
  })
  return response.headers.get('set-cookie')!.split(';')[0]!
}

function toldIn(path: string): [string, string][] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line): [string, string][] => {
    if (!/system\.analytics\.(degraded|recovered)/.test(line)) return []
    const { event, source } = JSON.parse(line) as { event: string; source: string }
    return [[event.replace('system.analytics.', ''), source]]
  })
}
