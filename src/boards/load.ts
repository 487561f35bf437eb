import { loadAnnotations } from '../annotations/on-charts.ts'
import type { Annotation } from '../annotations/read.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Filters } from '../lib/filters.ts'
import type { Card } from '../lib/settle.ts'
import { hrefs, card as loadCard, type PageContext } from '../page.ts'
import { type BoardCard, checkCard, titleOf } from './doc.ts'
import { filtersOf, type Period } from './kinds/define.ts'
import { configSchema, kindOf } from './kinds/index.ts'

/** A card with what it shows. */
export interface LoadedCard {
  card: BoardCard
  title: string
  /** With the card's own days, where it has some. */
  context: PageContext
  /** Why it cannot be shown: its metric is gone, or it was made for an older version. */
  broken: string | undefined
  /** undefined = not loaded yet. */
  value: Card<unknown> | undefined
}

export interface LoadedCards {
  cards: LoadedCard[]
  annotations: Card<Annotation[]>
}

/** All cards at the same time; each has its own budget and fails alone. */
export async function loadCards(context: PageContext, cards: readonly BoardCard[]): Promise<LoadedCards> {
  const [loaded, annotations] = await Promise.all([
    Promise.all(cards.map((card) => loadOne(context, card))),
    loadAnnotations(context),
  ])
  return { cards: loaded, annotations }
}

/** One card, in any of its states. */
export async function loadOne(context: PageContext, card: BoardCard): Promise<LoadedCard> {
  const kind = kindOf(card.kind)
  const catalogue = await freshCatalogue(context.deps)
  const read = configSchema(card.kind).safeParse(card.config)
  const own = contextOf(context, card.config)
  const shown = { card, context: own, title: read.success ? titleOf(catalogue, card) : card.title || kind.label }
  const [issue] = read.success
    ? checkCard(catalogue, card)
    : [{ message: 'Its settings are of another version: edit it.' }]
  if (issue) return { ...shown, broken: issue.message, value: undefined }
  const value = await loadCard(own, `board ${card.kind}`, () => kind.load(own, card.config as never), {
    key: `${catalogue.version}|${JSON.stringify(card.config)}`,
    ...(kind.budgetMs ? { budgetMs: kind.budgetMs } : {}),
  })
  return { ...shown, broken: undefined, value }
}

/** The page as a card sees it: over its own days, where it has some. */
function contextOf(context: PageContext, period: Period): PageContext {
  if (period.range === undefined && period.compare === undefined) return context
  const filters: Filters = filtersOf(context.filters, period)
  return { ...context, filters, href: hrefs(context.path, filters, context.query) }
}
