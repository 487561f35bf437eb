import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { mountMetricsApi } from './metrics.ts'

/** The JSON routes under /api. */
export function mountApi(app: Hono<Env>, deps: Deps): void {
  allowOrigins(app, deps.config.corsOrigins)
  mountMetricsApi(app, deps)
}

/** Pages of the listed origins may call /api with a key; never with a cookie. */
function allowOrigins(app: Hono<Env>, origin: string[]): void {
  if (origin.length === 0) return
  const allowed = cors({ origin, allowMethods: ['GET', 'HEAD'], exposeHeaders: ['ETag', 'Retry-After'], maxAge: 600 })
  app.use((c, next) => (c.req.path.startsWith('/api/') ? allowed(c, next) : next()))
}
