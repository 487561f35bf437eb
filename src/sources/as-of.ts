import type { Card } from '../lib/settle.ts'
import type { StateBook } from '../lib/state-book.ts'
import { sourceLabel } from './names.ts'

/**
 * A card of what we have of sources that are read all the time, be it in our own database or in a cache. It is filled
 * while one of them is away, but what it shows is then only as good as when that one went.
 */
export function asOf<T>(card: Card<T>, book: StateBook, sources: readonly string[]): Card<T> {
  if (card.state !== 'filled') return card
  const away = sources.flatMap((source) => {
    const health = book.stateOf(source)
    return health?.state === 'degraded' ? [health] : []
  })
  if (away.length === 0) return card
  const says = away.map(({ source, reason = '' }) =>
    sources.length > 1 ? `${sourceLabel(source)}: ${reason}` : reason,
  )
  const at = Math.min(card.at.getTime(), ...away.map(({ since }) => since.getTime()))
  return { state: 'degraded', reason: says.join('; '), lastGood: card.value, at: new Date(at) }
}
