import type { Context } from 'hono'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import type { CardCache } from '../lib/cache.ts'
import { parseFilters } from '../lib/filters.ts'
import { hrefs, type PageContext } from '../page.ts'
import { pinnedFields } from './filters.ts'

/** What cards are loaded with on the pages where a board is made: its own filters, else the default ones. */
export function boardContext(c: Context<Env>, deps: Deps, cache: CardCache, filters: string | null): PageContext {
  const admin = adminOf(c)
  const search = new URLSearchParams(filters === null ? {} : pinnedFields(filters))
  const parsed = parseFilters(search, { who: admin, now: deps.now(), timeZone: deps.config.timeZone })
  const { path } = c.req
  const settling = { cache, log: c.get('log'), requestId: c.get('requestId'), book: deps.book }
  return {
    deps,
    admin,
    filters: parsed,
    path,
    param: {},
    query: {},
    settling,
    slowly: settling,
    href: hrefs(path, parsed, {}),
  }
}
