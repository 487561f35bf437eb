import type { RedisSource } from './redis.ts'
import { isPattern, scanKeys } from './redis-scan.ts'
import { Snapshot } from './snapshot.ts'

/** An empty list does not exist in Redis: a queue that was seen within a day is still one, and empty. */
const REMEMBERED_MS = 86_400_000

/**
 * Which keys there are for some patterns. Finding them means walking through the whole keyspace, so all patterns share
 * one walk, and what it found is kept for a while.
 */
export class Directory {
  readonly #snapshot: Snapshot<Map<string, Set<string>>>
  readonly #seen = new Map<string, number>()

  constructor(redis: RedisSource, names: readonly string[]) {
    const patterns = [...new Set(names.filter(isPattern))]
    this.#snapshot = new Snapshot(() => walk(redis, patterns))
  }

  /** The keys of some of its patterns; a plain name is there whether it exists or not. @throws SourceUnavailable */
  async keys(names: readonly string[]): Promise<string[]> {
    const plain = names.filter((name) => !isPattern(name))
    if (plain.length === names.length) return plain
    const { value } = await this.#snapshot.get()
    return [...new Set([...plain, ...names.flatMap((name) => [...(value.get(name) ?? [])])])].sort()
  }

  /** Notes queues that were there, and answers those of the last day. */
  remember(names: readonly string[]): string[] {
    const now = performance.now()
    for (const name of names) this.#seen.set(name, now)
    for (const [name, tick] of this.#seen) if (now - tick > REMEMBERED_MS) this.#seen.delete(name)
    return [...this.#seen.keys()]
  }
}

async function walk(redis: RedisSource, patterns: readonly string[]): Promise<Map<string, Set<string>>> {
  const found = new Map(patterns.map((pattern) => [pattern, new Set<string>()]))
  await scanKeys(redis, patterns, (keys, pattern) => {
    for (const key of keys) found.get(pattern)?.add(key)
  })
  return found
}
