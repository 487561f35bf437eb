import type { Hono } from 'hono'
import { operation, serve } from '../api/operation.ts'
import { allow, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { CardCache } from '../lib/cache.ts'
import { Forbidden } from '../lib/errors.ts'
import { settle } from '../lib/settle.ts'
import { catalogueFamilies } from './catalogue.ts'
import { intakeFamilies } from './intake.ts'
import { processFamilies } from './process.ts'
import { sourceFamilies } from './sources.ts'
import { CONTENT_TYPE, exposition, type Family } from './text.ts'

const TTL_MS = 5_000
/** Scrapers give up after 10 s. */
const BUDGET_MS = 7_000

export const scrape = operation({
  method: 'get',
  path: '/metrics',
  tag: 'Operation',
  summary: 'For Prometheus: every metric as it is now, the doors, the sources, this process',
  details:
    'In base units (seconds, bytes, ratios of 1), of all tenants together. What is unknown, or whose source is away, has no sample.',
  answer: { type: 'text/plain', doc: 'The text format 0.0.4.' },
})

/** GET /metrics. Of all scrapers within some seconds only one makes the database work. */
export function mountPrometheus(app: Hono<Env>, deps: Deps): void {
  const cache = new CardCache({ now: deps.now, ttlMs: TTL_MS })

  serve(app, scrape, allow({ scope: 'read', role: 'viewer' }), async (c) => {
    if (whoOf(c).tenants !== null)
      throw new Forbidden('These are numbers of all tenants; your access is bound to some.')
    const settling = { cache, log: c.get('log'), requestId: c.get('requestId'), book: deps.book }
    const load = async () => (await Promise.all([catalogueFamilies(deps), intakeFamilies(deps)])).flat()
    const card = await settle<Family[]>(settling, 'prometheus', load, { budgetMs: BUDGET_MS })
    // An old value would be taken for one of now.
    const families = card.state === 'filled' ? card.value : []
    const all = [...families, ...sourceFamilies(deps), ...processFamilies()]
    c.header('Cache-Control', 'private, no-store')
    return c.body(exposition(all), 200, { 'Content-Type': CONTENT_TYPE })
  })
}
