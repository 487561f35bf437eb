import type { RedisSource, Reply } from './redis.ts'

/** About 0.3 ms of the server's time a step; KEYS on the same keyspace stops it for as long as all steps together. */
const STEP = 1_000

/**
 * All keys of some patterns, a step at a time, the patterns side by side in one pipeline; a key may come twice.
 * `found` is told after each step.
 */
export async function scanKeys(
  redis: RedisSource,
  patterns: readonly string[],
  found: (keys: string[], pattern: string) => Promise<void> | void,
): Promise<void> {
  let open = patterns.map((pattern) => ({ pattern, cursor: '0' }))
  while (open.length > 0) {
    const replies = await redis.run(
      open.map(({ pattern, cursor }) => ['scan', cursor, 'MATCH', pattern, 'COUNT', STEP]),
    )
    const next: typeof open = []
    for (const [i, { pattern }] of open.entries()) {
      const { cursor, keys } = pageOf(replies[i])
      if (keys.length > 0) await found(keys, pattern)
      if (cursor !== '0') next.push({ pattern, cursor })
    }
    open = next
  }
}

/** Whether a configured name is a pattern that has to be looked for. */
export const isPattern = (name: string): boolean => /[*?[]/.test(name)

function pageOf(reply: Reply | undefined): { cursor: string; keys: string[] } {
  const [cursor, keys] = reply as [string, string[]]
  return { cursor, keys }
}
