import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { peopleOf } from '../lib/filters.ts'
import { type Card, shownOf } from '../lib/settle.ts'
import type { Summaries } from '../metric-view.ts'
import { type AnyKey, isCustomKey } from '../metrics/catalogue.ts'
import { type Summary, summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'
import { limitsOf } from '../settings/limits.ts'
import { DOMAINS, type Domain, domainFor, domainOfSlug } from './domains.ts'
import { findMetrics } from './find.ts'

/** What the list can be narrowed to. */
export const SHOWS = {
  custom: 'Custom',
  limits: 'With thresholds',
  over: 'Beyond a threshold',
  none: 'No data',
} as const
export type Show = keyof typeof SHOWS

/** Rows of a search that have their numbers; who wants the others types a word more. */
export const MOST_FOUND = 60

export interface MetricsGroup {
  domain: Domain
  keys: AnyKey[]
  card: Card<Summaries>
}

export interface MetricsData {
  search: string
  show: Show | undefined
  /** The one that is open; 'all' = each below the other. */
  domain: Domain | 'all' | undefined
  /** How many metrics each domain has of what is searched and shown. */
  index: { domain: Domain; count: number }[]
  /** Found in all domains together, and in the open one. */
  found: number
  shown: number
  groups: MetricsGroup[]
  /** The numbers that a choice is made by; without them nothing can be chosen. */
  judged?: Card<Summaries>
  /** The numbers that stand for each domain, where nothing is chosen yet. */
  heads?: Card<Summaries>
  /** What was meant, where nothing is found. */
  similar: AnyKey[]
}

/** The handbook: its domains, or the metrics of one of them, or what a search finds in all. */
export async function loadMetrics(context: PageContext): Promise<MetricsData> {
  const { deps, query } = context
  const catalogue = await freshCatalogue(deps)
  const search = (query.q ?? '').trim()
  const show = isShow(query.show) ? query.show : undefined
  const domain = query.domain === 'all' ? 'all' : domainOfSlug(query.domain ?? '')
  const matching = findMetrics(catalogue.keys, catalogue.of, search)
  const judged = await narrowed(context, matching, show)
  const all = judged.keys
  const inDomain = all.filter((key) => !domain || domain === 'all' || domainFor(key) === domain)
  const isFirstView = !search && !show && !domain
  const data: MetricsData = {
    search,
    show,
    domain,
    index: DOMAINS.map((one) => ({ domain: one, count: all.filter((key) => domainFor(key) === one).length })),
    found: all.length,
    shown: inDomain.length,
    groups: [],
    similar: all.length === 0 && search ? catalogue.similar(search) : [],
  }
  if (judged.card) data.judged = judged.card
  if (isFirstView) return { ...data, heads: await headsOf(context) }
  return { ...data, groups: await groupsOf(context, inDomain, { search, show }, judged.card) }
}

/** Whether definitions are asked for, and no values. */
export const isHandbook = ({ query }: Pick<PageContext, 'query'>): boolean => query.view === 'definitions'

const isShow = (text: string | undefined): text is Show => text !== undefined && Object.hasOwn(SHOWS, text)

/** The metrics that a choice leaves, with the numbers that it looked at. */
async function narrowed(
  context: PageContext,
  keys: AnyKey[],
  show: Show | undefined,
): Promise<{ keys: AnyKey[]; card?: Card<Summaries> }> {
  const catalogue = await freshCatalogue(context.deps)
  const hasLimit = (key: AnyKey) => {
    const { warn, crit } = limitsOf(catalogue.of(key))
    return warn !== null || crit !== null
  }
  if (show === undefined) return { keys }
  if (show === 'custom') return { keys: keys.filter(isCustomKey) }
  if (show === 'limits') return { keys: keys.filter(hasLimit) }
  // Of all of them and not of those found: every search and every domain shares the one answer.
  const asked = show === 'over' ? catalogue.keys.filter(hasLimit) : catalogue.keys
  const card = await numbersOf(context, `metrics-${show}`, asked, true)
  const found = shownOf(card) ?? {}
  const isShown = (one: Summary | undefined) => one !== undefined && (show === 'over' ? isOver(one) : isUnknown(one))
  return { keys: keys.filter((key) => isShown(found[key])), card }
}

const isOver = ({ state }: Summary): boolean => state === 'warn' || state === 'crit'
const isUnknown = ({ value, latest }: Summary): boolean => value === null && latest === null

function headsOf(context: PageContext): Promise<Card<Summaries>> {
  return numbersOf(
    context,
    'metrics-heads',
    DOMAINS.flatMap(({ heads }) => heads),
  )
}

async function groupsOf(
  context: PageContext,
  keys: AnyKey[],
  { search, show }: Pick<MetricsData, 'search' | 'show'>,
  known: Card<Summaries> | undefined,
): Promise<MetricsGroup[]> {
  const { deps } = context
  // The handbook is of definitions alone.
  const card: Card<Summaries> | undefined = isHandbook(context) ? { state: 'filled', value: {}, at: deps.now() } : known
  if (search) {
    const first = keys.slice(0, MOST_FOUND)
    const numbers = card ?? (await numbersOf(context, `metrics-found-${[...first].sort().join()}`, first))
    return keys.length === 0 ? [] : [{ domain: FOUND, keys: first, card: numbers }]
  }
  if (card && show === 'over') return keys.length === 0 ? [] : [{ domain: BEYOND, keys: worstFirst(keys, card), card }]
  const catalogue = await freshCatalogue(deps)
  const domains = DOMAINS.filter((one) => keys.some((key) => domainFor(key) === one))
  return await Promise.all(
    domains.map(async (domain): Promise<MetricsGroup> => {
      const own = (key: AnyKey) => domainFor(key) === domain
      // Computed for the whole domain, so that every choice within it shares one cached card.
      const numbers = card ?? (await numbersOf(context, `metrics-${domain.slug}`, catalogue.keys.filter(own)))
      return { domain, keys: keys.filter(own), card: numbers }
    }),
  )
}

/** What a search finds stands in one list, the best first. */
const FOUND: Domain = { slug: 'found', name: 'Found', about: '', heads: [] }
const BEYOND: Domain = { slug: 'beyond', name: SHOWS.over, about: 'Red before yellow.', heads: [] }

function worstFirst(keys: readonly AnyKey[], card: Card<Summaries>): AnyKey[] {
  const found = shownOf(card) ?? {}
  const isRed = (key: AnyKey) => found[key]?.state === 'crit'
  return [...keys.filter(isRed), ...keys.filter((key) => !isRed(key))]
}

function numbersOf(
  context: PageContext,
  name: string,
  keys: readonly AnyKey[],
  slow = false,
): Promise<Card<Summaries>> {
  const { deps, filters } = context
  const { from, to, compare } = filters
  return card(context, name, () => summary(deps, keys, { ...peopleOf(filters), from, to, compare }), { slow })
}
