import type { Hono } from 'hono'
import { mountApi } from './api/mount.ts'
import { mountAssets } from './assets.ts'
import { baseApp } from './auth/base.ts'
import { mountAuth } from './auth/routes.tsx'
import type { Deps } from './context.ts'
import { mountDoors } from './doors/mount.ts'
import type { Env } from './env.ts'
import { mountExports } from './exports/mount.ts'
import { mountHealth } from './health.ts'
import { mountJobs } from './jobs/routes.ts'
import { mountPages } from './pages.tsx'

/** The whole application over its dependencies; nothing listens yet. */
export function createApp(deps: Deps): Hono<Env> {
  const app = baseApp(deps)
  mountHealth(app, deps)
  mountAssets(app, deps)
  mountDoors(app, deps)
  mountAuth(app, deps)
  mountApi(app, deps)
  mountExports(app, deps)
  mountJobs(app, deps)
  mountPages(app, deps)
  return app
}
