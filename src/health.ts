import type { Hono } from 'hono'
import type { Deps } from './context.ts'
import type { Env } from './env.ts'

/** /healthz: the process lives. /readyz: its database answers too. Both for orchestrators, without a key. */
export function mountHealth(app: Hono<Env>, { db }: Deps): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    try {
      await db.sql`select 1`
      return c.json({ status: 'ready' })
    } catch {
      return c.json({ status: 'unavailable', reason: 'the database does not answer' }, 503, { 'Retry-After': '5' })
    }
  })
}
