import type { Context } from 'hono'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import type { CardCache } from '../lib/cache.ts'
import { parseFilters } from '../lib/filters.ts'
import { settlingNow } from '../lib/settle.ts'
import { hrefs, type PageContext } from '../page.ts'
import { resolveFilters } from '../segments/resolve.ts'
import { pinnedFields } from './filters.ts'

/** What cards are loaded with on the pages where a board is made: its own filters, else the default ones. */
export async function boardContext(
  c: Context<Env>,
  deps: Deps,
  cache: CardCache,
  filters: string | null,
): Promise<PageContext> {
  const admin = adminOf(c)
  const search = new URLSearchParams(filters === null ? {} : pinnedFields(filters))
  const settling = settlingNow(c, deps, cache)
  const asked = parseFilters(search, { who: admin, now: deps.now(), timeZone: deps.config.timeZone })
  const parsed = await resolveFilters(deps, admin, asked, settling)
  const { path } = c.req
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
