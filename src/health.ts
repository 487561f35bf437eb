import type { Hono } from 'hono'
import type { Deps } from './context.ts'
import { pendingMigrations } from './db/migrate.ts'
import type { Env } from './env.ts'

const DATABASE_BUDGET_MS = 1800

/** /healthz: the process is alive. /readyz: it can do its work, which takes a migrated database. */
export function mountHealth(app: Hono<Env>, { db, log }: Pick<Deps, 'db' | 'log'>): void {
  let migrated = false

  app.get('/healthz', (c) => c.json({ status: 'ok' }))

  app.get('/readyz', async (c) => {
    c.header('cache-control', 'no-store')
    try {
      // Once migrated, always migrated: after that only the database's answer counts.
      if (migrated) await within(DATABASE_BUDGET_MS, db.sql`select 1`)
      else migrated = (await within(DATABASE_BUDGET_MS, pendingMigrations(db.sql))).length === 0
    } catch (error) {
      log.warn({ err: error }, 'not ready')
      return c.json({ status: 'unavailable', database: 'unreachable' }, 503)
    }
    if (!migrated) return c.json({ status: 'unavailable', database: 'not migrated' }, 503)
    return c.json({ status: 'ok', database: 'ok' })
  })
}

async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the database did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
