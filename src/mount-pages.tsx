import type { Context, Hono } from 'hono'
import { raw } from 'hono/html'
import { Layout } from '../views/layout.tsx'
import { WithSections } from '../views/pages/settings/sections.tsx'
import { type FilterBarProps, LiveRegion, Note, Sources } from '../views/parts/index.ts'
import { alertBadges } from './alerts/badge.ts'
import { authOf } from './auth/auth.ts'
import { adminOf, requireRole } from './auth/guards.ts'
import { listBoards } from './boards/read.ts'
import type { Deps } from './context.ts'
import { freshCatalogue } from './custom-metrics/catalogue.ts'
import type { Env } from './env.ts'
import { CardCache } from './lib/cache.ts'
import { NotFound } from './lib/errors.ts'
import { within } from './lib/every.ts'
import { parseFilters } from './lib/filters.ts'
import { type Fragment, FragmentCache, sendFragment } from './lib/fragment.ts'
import { sendHtml } from './lib/pack.ts'
import { settlingNow } from './lib/settle.ts'
import { hrefs, livePathOf, type Page, type PageContext } from './page.ts'
import { filterBar, frameAdmin, navOf, sourceStates } from './page-frame.ts'
import { pages } from './pages.ts'
import { paletteOf } from './palette.ts'
import { answerKnownPolls, fragmentKey } from './polls.ts'
import { listViews } from './saved-views/store.ts'
import { resolveFilters } from './segments/resolve.ts'
import { productText } from './settings/registry.ts'
import { freshSettings } from './settings/store.ts'

interface Services {
  deps: Deps
  cards: CardCache
  slowCards: CardCache
  fragments: FragmentCache
}

const PALETTE_BUDGET_MS = 500

/** The pages, their live fragments, and what the command palette finds. */
export function mountPages(app: Hono<Env>, fast: Hono<Env>, deps: Deps): void {
  const services = {
    deps,
    cards: new CardCache({ now: deps.now, stretch: true }),
    slowCards: new CardCache({ now: deps.now, ttlMs: 60_000 }),
    fragments: new FragmentCache(deps.now),
  }
  app.get('/', (c) => c.redirect('/dashboard'))
  app.get('/dashboard/palette.json', requireRole('viewer'), async (c) => {
    c.header('Cache-Control', 'private, no-cache')
    // Pages and metrics are found without the database too.
    const views = await within(PALETTE_BUDGET_MS, listViews(deps, adminOf(c))).catch(() => [])
    const own = await within(PALETTE_BUDGET_MS, listBoards(deps, adminOf(c))).catch(() => [])
    return c.json(paletteOf(pages, adminOf(c), await freshCatalogue(deps), views, own))
  })
  for (const page of pages) mountPage(app, fast, services, page)
  answerKnownPolls(fast, authOf(deps).sessions, services.fragments)
}

function mountPage(app: Hono<Env>, fast: Hono<Env>, services: Services, page: Page): void {
  const guard = requireRole(page.role)
  if (page.every)
    fast.get(livePathOf(page), guard, async (c) =>
      sendFragment(c, await fragmentOf(c, services, page, () => contextOf(c, services, page))),
    )
  app.get(page.path, guard, async (c) => {
    const context = await contextOf(c, services, page)
    // At the same time: with the database away each waits for its budget, and the page answers within 2 s.
    const [fragment, filters, badges] = await Promise.all([
      fragmentOf(c, services, page, async () => context),
      page.filters === 'none' ? undefined : filterBar(context, page),
      alertBadges(services.deps, context.admin),
      freshSettings(services.deps),
    ])
    c.header('Cache-Control', 'private, no-store')
    return sendHtml(c, String(await frame(services, page, context, fragment, { filters, badges })))
  })
}

/** What the handlers of a page know of a request. */
async function contextOf(c: Context<Env>, services: Services, page: Page): Promise<PageContext> {
  const { deps } = services
  const admin = adminOf(c)
  const search = new URL(c.req.url).searchParams
  const parsed = parseFilters(withoutOwn(search, page), { who: admin, now: deps.now(), timeZone: deps.config.timeZone })
  const query = Object.fromEntries((page.params ?? []).map((name) => [name, (search.get(name) ?? '').slice(0, 1_000)]))
  const param = c.req.param() as Record<string, string>
  const settling = settlingNow(c, deps, services.cards)
  const path = withParams(page.path, param)
  const slowly = { ...settling, cache: services.slowCards }
  // Cards are kept by the catalogue that they were made with.
  const [filters] = await Promise.all([resolveFilters(deps, admin, parsed, settling), freshCatalogue(deps)])
  return { deps, admin, filters, param, query, settling, slowly, path, href: hrefs(path, filters, query) }
}

/** A page whose own days are in the address has no range that they could be of. */
function withoutOwn(search: URLSearchParams, { params = [] }: Page): URLSearchParams {
  return new URLSearchParams([...search].filter(([name]) => !params.includes(name)))
}

function withParams(path: string, param: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(param[name] ?? ''))
}

/**
 * The live part, rendered once for all who ask within the interval. By the address as it stands, and all that the page
 * may know of who asks: a poll that changed nothing does not even parse its filters.
 */
async function fragmentOf(
  c: Context<Env>,
  services: Services,
  page: Page,
  contextOf: () => Promise<PageContext>,
): Promise<Fragment> {
  const [, search] = c.req.url.split('?', 2)
  const address = withParams(livePathOf(page), c.req.param())
  const shared = fragmentKey(adminOf(c), search ? `${address}?${search}` : address)
  const key = page.personal ? `${page.personal(adminOf(c))} ${shared}` : shared
  const render = async () => {
    const context = await contextOf()
    const data = await page.load(context)
    if (data === undefined) return undefined
    const html = String(await (<page.Live data={data} context={context} />))
    const own = page.Aside ? String(await (<page.Aside data={data} context={context} />)) : ''
    return { data, html, aside: String(<SourcesAside sources={sourceStates(services.deps)} />) + own }
  }
  const fragment = await services.fragments.get(key, render, page.every)
  if (!fragment) throw new NotFound(`There is no ${page.title.toLowerCase()} of this name.`)
  return fragment
}

/** A poll mends the foot of the rail as well: it tells of sources that have gone or come since the page was loaded. */
const SourcesAside = (props: Parameters<typeof Sources>[0]) => (
  <hx-partial hx-target="#sources" hx-swap="outerMorph">
    <Sources {...props} />
  </hx-partial>
)

/** What stands around the page, and was loaded with it. */
interface Around {
  filters: FilterBarProps | undefined
  badges: Awaited<ReturnType<typeof alertBadges>>
}

async function frame(
  services: Services,
  page: Page,
  context: PageContext,
  { data, html, etag, at }: Fragment,
  { filters: filterBarProps, badges }: Around,
) {
  const { filters, param, query } = context
  const liveHref = hrefs(withParams(livePathOf(page), param), filters, query)
  const named = productText(await freshSettings(services.deps))
  const live = page.every ? (
    <LiveRegion src={liveHref()} every={page.every} etag={`W/${etag}`}>
      {raw(html)}
    </LiveRegion>
  ) : (
    raw(html)
  )
  return (
    <Layout
      title={page.title}
      page={page.under ?? page.path}
      admin={frameAdmin(context.admin)}
      nav={navOf(pages, context.admin, filters, badges)}
      product={named}
      filters={filterBarProps}
      pins={filterBarProps?.views?.pins}
      freshness={{ at, every: page.every }}
      sources={sourceStates(services.deps)}
      {...page.frame?.({ data, context })}
    >
      <div class="q-page">
        {context.filters.notice && <Note tone="warn">{context.filters.notice}</Note>}
        {filterBarProps?.notice && <Note tone="warn">{filterBarProps.notice}</Note>}
        <WithSections page={page} context={context}>
          {page.View ? <page.View data={data} context={context} live={live} /> : live}
        </WithSections>
      </div>
    </Layout>
  )
}
