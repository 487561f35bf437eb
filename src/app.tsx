import './lib/jsx-context.ts'
import type { Hono } from 'hono'
import { mountActions } from './actions/routes.tsx'
import { mountAlerts } from './alerts/routes.tsx'
import { mountAnnotations } from './annotations/routes.tsx'
import { mountDocs } from './api/docs.tsx'
import { mountApi } from './api/mount.ts'
import { mountAssets } from './assets.ts'
import { baseApp } from './auth/base.ts'
import { fastApp } from './auth/fast.ts'
import { rulesOf } from './auth/guards.ts'
import { mountAuth } from './auth/routes.tsx'
import { mountBackfill } from './backfill/routes.tsx'
import { mountBoards } from './boards/routes.tsx'
import type { Deps } from './context.ts'
import { mountCustomMetrics } from './custom-metrics/routes.tsx'
import { mountDataPage } from './data-page/routes.tsx'
import { mountChannels } from './delivery/routes.tsx'
import { keepRules } from './docs/rules.ts'
import { mountDocumented } from './documented/mount.ts'
import { mountBrowserScript } from './doors/browser-script.ts'
import { mountDoors } from './doors/mount.ts'
import { mountEmails } from './email/routes.tsx'
import type { Env } from './env.ts'
import { mountExports } from './exports/mount.ts'
import { mountHealthPage } from './health/routes.ts'
import { mountHealth } from './health.ts'
import { mountJobs } from './jobs/routes.ts'
import { mountMetricRows } from './metrics-rows/routes.ts'
import { mountPages } from './mount-pages.tsx'
import { mountPrices } from './prices/routes.ts'
import { mountPrivacy } from './privacy/routes.tsx'
import { mountPrometheus } from './prometheus/mount.ts'
import { mountRates } from './rates/routes.tsx'
import { mountSavedQueries } from './saved-queries/routes.tsx'
import { mountSavedViews } from './saved-views/routes.tsx'
import { mountSchedules } from './schedules/routes.ts'
import { mountSegments } from './segments/routes.tsx'
import { mountSettings } from './settings/routes.ts'
import { mountUsers } from './users/routes.tsx'

/** The whole application over its dependencies; nothing listens yet. */
export function createApp(deps: Deps): Hono<Env> {
  const fast = fastApp(deps)
  const app = baseApp(deps)
  mountHealth(app, deps)
  mountAssets(app, deps)
  mountBrowserScript(app)
  mountDoors(fast, deps)
  mountAuth(app, deps)
  mountApi(app, deps)
  mountExports(app, deps)
  mountMetricRows(app, deps)
  mountPrometheus(app, deps)
  mountDocumented(app, deps)
  mountDocs(app, fast, deps)
  mountJobs(app, deps)
  mountDataPage(app, deps)
  mountAlerts(app, deps)
  mountAnnotations(app, deps)
  mountCustomMetrics(app, deps)
  mountSavedViews(app, deps)
  mountSegments(app, deps)
  mountSavedQueries(app, deps)
  mountBoards(app, deps)
  mountActions(app, fast, deps)
  mountSettings(app, deps)
  mountUsers(app, deps)
  mountPrivacy(app, deps)
  mountChannels(app, deps)
  mountEmails(app, deps)
  keepRules(deps, () => rulesOf(fast))
  mountBackfill(app, deps)
  mountHealthPage(app, deps)
  mountSchedules(app, deps)
  mountRates(app, deps)
  mountPrices(app, deps)
  mountPages(app, fast, deps)
  // Whatever the fast routes do not know goes on to the rest.
  fast.all('*', (c) => app.fetch(c.req.raw, c.env))
  // Whoever walks the routes (tests of roles and keys) finds all of them.
  fast.routes.push(...app.routes)
  return fast
}
