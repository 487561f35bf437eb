import type { Logger } from 'pino'
import type { CardCache } from './cache.ts'
import { DATABASE, DATABASE_AWAY, StateBook } from './state-book.ts'

export { DATABASE, StateBook }

/** What a card has to show. A card fails alone: `settle` never throws. */
export type Card<T> =
  | { state: 'filled'; value: T; at: Date }
  | { state: 'degraded'; reason: string; lastGood?: T; at?: Date }
  | { state: 'error'; requestId: string }

export interface Settling {
  cache: CardCache
  log: Logger
  requestId: string
  book: StateBook
  /** By performance.now(): when the page has to answer, however many of its cards wait one after the other. */
  until?: number
}

export interface SettleOptions {
  /** What the answer depends on besides the card's name: scope, filters. */
  key?: string
  /** How long the page waits; the computation goes on and fills the cache for the next poll. */
  budgetMs?: number
  /** What the card lives on besides the database: Redis, a log file …; its outages are told apart by it. */
  source?: string
}

/**
 * A source other than our own database that does not answer, with the reason in plain words. Whoever reads a source
 * throws it, so that the cards which live on it are marked degraded, and no others.
 */
export class SourceUnavailable extends Error {
  override name = 'SourceUnavailable'

  constructor(
    readonly source: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${reason}`, options)
  }
}

/** Enough for any roll-up at 10M events, and a page with the database gone still answers within 2 s. */
export const CARD_BUDGET_MS = 1_500
/** While its source is known to be away, a card with a last good value does not make its page wait. */
const AWAY_BUDGET_MS = 250
/** And one without waits for a source that has just come back, no longer. */
const AWAY_FIRST_BUDGET_MS = 400
/** What is at hand is shown, however late the page is. */
const LEAST_BUDGET_MS = 25
/** What all cards of a page have together: it still answers within 2 s. */
const PAGE_BUDGET_MS = 1_300

/** How the cards of a page are settled whose handler begins now. */
export function settlingNow(
  c: { get(name: 'log'): Logger; get(name: 'requestId'): string },
  { book }: { book: StateBook },
  cache: CardCache,
): Settling {
  const until = performance.now() + PAGE_BUDGET_MS
  return { cache, log: c.get('log'), requestId: c.get('requestId'), book, until }
}

/** The card's value, or why there is none together with the last good one. */
export async function settle<T>(
  context: Settling,
  name: string,
  load: () => Promise<T>,
  options: SettleOptions = {},
): Promise<Card<T>> {
  const key = `${name}|${options.key ?? ''}`
  const { cache, book } = context
  const last = cache.lastGood<T>(key)
  const source = options.source ?? DATABASE
  const away = book.isDegraded(source) || book.isDegraded(DATABASE)
  const patience = away ? (last ? AWAY_BUDGET_MS : AWAY_FIRST_BUDGET_MS) : (options.budgetMs ?? CARD_BUDGET_MS)
  const left = (context.until ?? Number.POSITIVE_INFINITY) - performance.now()
  try {
    const { value, at, tick } = await withinBudget(
      cache.get(key, load),
      Math.max(LEAST_BUDGET_MS, Math.min(patience, left)),
    )
    book.recovered(source, tick)
    book.cardAnswered(name, tick)
    return { state: 'filled', value, at }
  } catch (error) {
    const outage = outageOf(error)
    if (!outage) {
      context.log.error({ err: error, card: name, requestId: context.requestId }, 'a card failed')
      return { state: 'error', requestId: context.requestId }
    }
    const reason = noteOutage(book, name, outage, source)
    return { state: 'degraded', reason, lastGood: last?.value, at: last?.at }
  }
}

/**
 * One line for the source, not one for each card that waits for it; a card that is slow by itself has its own. Sources
 * keep budgets of their own and say when they are over, so a slow card is never put down to one of them.
 */
function noteOutage(
  book: StateBook,
  card: string,
  { reason, slow, source = DATABASE }: Outage,
  livesOn: string,
): string {
  if (slow && book.isDegraded(DATABASE)) return DATABASE_AWAY
  // It waits but a moment for what is known to be away.
  if (slow && book.isDegraded(livesOn)) return book.stateOf(livesOn)?.reason || reason
  if (slow) book.cardSlow(card, reason)
  else book.degraded(source, reason)
  return reason
}

/** The value of a card that has one, be it the last good one. */
export function shownOf<T>(card: Card<T>): T | undefined {
  if (card.state === 'filled') return card.value
  return card.state === 'degraded' ? card.lastGood : undefined
}

interface Outage {
  reason: string
  slow: boolean
  /** What is away; absent = our own database. */
  source?: string
}

/** What a card needs does not answer in time: it shows at the next refresh. */
export class OverBudget extends Error {}

async function withinBudget<T>(work: Promise<T>, budgetMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OverBudget()), budgetMs)
  })
  try {
    return await Promise.race([work, alarm])
  } finally {
    clearTimeout(timer)
    // Who waits no longer must not leave an unhandled rejection behind.
    work.catch(() => {})
  }
}

/** SQLSTATE classes of a server that is away, overloaded or going down: connection, resources, intervention. */
const AWAY_CLASSES = new Set(['08', '53', '57', '58'])
const AWAY_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
])

/** The reason in plain words where a source is away or slow; undefined where it is a bug of ours. */
export function outageOf(error: unknown): Outage | undefined {
  if (error instanceof OverBudget) return { reason: 'Slow: it shows at the next refresh', slow: true }
  if (error instanceof SourceUnavailable) return { reason: error.reason, slow: false, source: error.source }
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return undefined
  if (code === '57014') return { reason: 'The query took too long and was stopped', slow: true }
  const away = AWAY_CODES.has(code) || (code.length === 5 && AWAY_CLASSES.has(code.slice(0, 2)))
  return away ? { reason: DATABASE_AWAY, slow: false } : undefined
}
