import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { pino } from 'pino'
import type { Sql } from 'postgres'
import { createApp } from '../../src/app.tsx'
import { beginChain } from '../../src/audit/chain.ts'
import { createAdmin } from '../../src/auth/admins.ts'
import { createKey } from '../../src/auth/keys.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { openRedis } from '../../src/connectors/redis.ts'
import type { Deps } from '../../src/context.ts'
import { connectWriter, type Db } from '../../src/db/connect.ts'
import { createEnricher } from '../../src/enrich/index.ts'
import type { Role } from '../../src/env.ts'
import { createWriter } from '../../src/facts/writer.ts'
import { StateBook } from '../../src/lib/settle.ts'
import { createPriceBook } from '../../src/prices/book.ts'
import { seedPrices } from '../../src/prices/seed.ts'
import { type FoldResult, foldAll } from '../../src/rollups/fold.ts'
import { PATIENCE_S, testDb } from './db.ts'

export interface TestAppOptions {
  /** The clock: an instant that stands still, or a function. */
  now?: Date | (() => Date)
  config?: Partial<Config>
  fetch?: typeof fetch
  /** The URL of the watched product's Redis. */
  redis?: string
}

export interface TestApp {
  deps: Deps
  app: ReturnType<typeof createApp>
  sql: Sql
  db: Db
  /** A request as its sender would make it; paths are of the app. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** A fresh API key. */
  key(scopes: ('read' | 'ingest' | 'act')[], tenants?: string[]): Promise<string>
  /** The cookie header of a fresh admin who has signed in. */
  admin(role: Role): Promise<string>
  /** Folds until nothing is pending. */
  fold(): Promise<FoldResult>
  /** Listens on loopback; answers the base URL. */
  listen(): Promise<string>
  close(): Promise<void>
}

export const TEST_PASSWORD = 'a long enough password'

/** The real app on a real database of its own. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const db = await testDb()
  const config = { ...loadConfig({ BASE_URL: 'http://localhost', SECRET_KEY: 's'.repeat(40) }), ...options.config }
  if (options.redis) config.redisUrl = options.redis
  const now = clockOf(options.now)
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  await beginChain(db.sql, config.secretKey)
  await seedPrices(db.sql)
  const prices = createPriceBook(db.sql, config.currency)
  await prices.load()
  const writerSql = connectWriter(db.url, PATIENCE_S)
  const writer = createWriter({ sql: writerSql, config, log, now, enrich: createEnricher(config), price: prices.price })
  const book = new StateBook(log)
  const redis = openRedis(config, book)
  const deps: Deps = { config, log, db, writer, book, redis, now, fetch: options.fetch ?? fetch }
  const app = createApp(deps)
  let server: ReturnType<typeof serve> | undefined
  let admins = 0

  const request = async (path: string, init?: RequestInit) => app.request(new URL(path, config.baseUrl), init)
  return {
    deps,
    app,
    sql: db.sql,
    db,
    request,
    async key(scopes, tenants) {
      return (await createKey(db.sql, { name: 'test', scopes, ...(tenants ? { tenants } : {}) })).secret
    },
    async admin(role) {
      const email = `${role}${++admins}@admin.example`
      await createAdmin(db.sql, { email, role, password: TEST_PASSWORD })
      return signIn(request, email)
    },
    fold: () => foldAll(deps),
    async listen() {
      server ??= await listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    async close() {
      server?.close()
      redis?.close()
      await writer.close()
      await writerSql.end({ timeout: 5 })
      await db.close()
    },
  }
}

function clockOf(now: TestAppOptions['now']): () => Date {
  if (typeof now === 'function') return now
  return now ? () => now : () => new Date()
}

async function signIn(request: TestApp['request'], email: string): Promise<string> {
  const response = await request('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' },
    body: new URLSearchParams({ email, password: TEST_PASSWORD }).toString(),
  })
  const cookie = response.headers.get('set-cookie')
  if (!cookie) throw new Error(`sign-in answered ${response.status}`)
  return cookie.split(';')[0]!
}

function listening(server: ReturnType<typeof serve>): Promise<ReturnType<typeof serve>> {
  return new Promise((resolve) =>
    server.listening ? resolve(server) : server.once('listening', () => resolve(server)),
  )
}
