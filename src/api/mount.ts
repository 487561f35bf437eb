import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import { mountActionsApi } from '../actions/api.ts'
import { mountAlertsApi } from '../alerts/api.ts'
import { mountRulesApi } from '../alerts/rules-api.ts'
import { mountAnnotationsApi } from '../annotations/api.ts'
import { mountAuditApi } from '../audit/api.ts'
import { mountTenantCheck } from '../auth/tenants.ts'
import { mountBoardsApi } from '../boards/api.ts'
import { mountCohortsApi } from '../cohorts/api.ts'
import type { Deps } from '../context.ts'
import { mountCustomMetricsApi } from '../custom-metrics/api.ts'
import { mountDeliveryApi } from '../delivery/api.ts'
import { mountEmailsApi } from '../email/api.ts'
import type { Env } from '../env.ts'
import { mountFinance } from '../finance/routes.ts'
import { mountHealthApi } from '../health/api.ts'
import { mountPricesApi } from '../prices/api.ts'
import { mountPrivacyApi } from '../privacy/api.ts'
import { mountRatesApi } from '../rates/api.ts'
import { mountSegmentsApi } from '../segments/api.ts'
import { mountUsersApi } from '../users/api.ts'
import { mountActivityApi } from './activity.ts'
import { mountMetricsApi } from './metrics.ts'
import { acceptSignedUrls, mountSignedUrls } from './signed-urls.ts'
import { mountTablesApi } from './tables.ts'

/** The JSON routes under /api. Before the exports: the addresses that are signed open both. */
export function mountApi(app: Hono<Env>, deps: Deps): void {
  allowOrigins(app, deps.config.corsOrigins)
  acceptSignedUrls(app, deps)
  mountTenantCheck(app, deps)
  mountMetricsApi(app, deps)
  mountCohortsApi(app, deps)
  mountTablesApi(app, deps)
  mountActivityApi(app, deps)
  mountActionsApi(app, deps)
  mountAlertsApi(app, deps)
  mountRulesApi(app, deps)
  mountAnnotationsApi(app, deps)
  mountBoardsApi(app, deps)
  mountCustomMetricsApi(app, deps)
  mountFinance(app, deps)
  mountRatesApi(app, deps)
  mountSegmentsApi(app, deps)
  mountUsersApi(app, deps)
  mountPrivacyApi(app, deps)
  mountDeliveryApi(app, deps)
  mountEmailsApi(app, deps)
  mountHealthApi(app, deps)
  mountPricesApi(app, deps)
  mountSignedUrls(app, deps)
  mountAuditApi(app, deps)
}

/** Pages of the listed origins may call /api with a key; never with a cookie. */
function allowOrigins(app: Hono<Env>, origin: string[]): void {
  if (origin.length === 0) return
  const allowed = cors({ origin, allowMethods: ['GET', 'HEAD'], exposeHeaders: ['ETag', 'Retry-After'], maxAge: 600 })
  app.use((c, next) => (c.req.path.startsWith('/api/') ? allowed(c, next) : next()))
}
