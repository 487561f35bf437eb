import type { Db } from './db/connect.ts'
import { Lru } from './lib/lru.ts'
import { currentVersion } from './rollups/data-version.ts'

/** What a card showed last, and of which roll-ups that was. */
interface Kept {
  version?: number
  value?: unknown
}

/** Cards kept for each database: those of some tens of admins with filters of their own. */
const MAX_CARDS = 300
const shelves = new WeakMap<Db, Lru<Kept>>()

/**
 * A card's load for one that is made of roll-ups alone: where no fold has changed any since, the answer is what it was
 * before. Ask it again as often as a live card is asked; `key` has all that it depends on besides, the running day too.
 */
export function whileUnchanged<T>(db: Db, key: string, load: () => Promise<T>): () => Promise<T> {
  return async () => {
    const shelf = shelves.get(db) ?? new Lru<Kept>(MAX_CARDS)
    shelves.set(db, shelf)
    // Asked before the load: a fold that comes in between makes it stale.
    const version = await currentVersion(db)
    const kept = shelf.of(key, () => ({}))
    if (kept.version !== version) Object.assign(kept, { value: await load(), version })
    return kept.value as T
  }
}
