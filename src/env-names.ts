/** Names that others use for what is called differently here. */
const ALIASES: Record<string, string> = {
  POSTGRES_URL: 'DATABASE_URL',
  PG_URL: 'DATABASE_URL',
  TZ_NAME: 'TIME_ZONE',
  TIMEZONE: 'TIME_ZONE',
  APP_URL: 'BASE_URL',
  PUBLIC_URL: 'BASE_URL',
  ALLOWED_ORIGINS: 'CORS_ORIGINS',
  CORS_ALLOWED_ORIGINS: 'CORS_ORIGINS',
  READONLY: 'READ_ONLY',
  LOGLEVEL: 'LOG_LEVEL',
  PRESETS: 'PRESET',
}
/** Short names are near to too many others. */
const SHORTEST = 6
/** Set by systems and tools in their own right. */
const FOREIGN = /^(npm_|NODE_|VITEST|TEST_|CI_|GITHUB_|DOCKER_|KUBERNETES_|XDG_|LC_)/

export interface MistypedName {
  given: string
  meant: string
}

/** Names in an environment that nobody reads, and that look like one of ours. */
export function mistypedNames(
  env: Record<string, string | undefined>,
  known: readonly string[],
  others: readonly string[] = [],
): MistypedName[] {
  const read = new Set([...known, ...others])
  return Object.keys(env).flatMap((given) => {
    if (read.has(given) || FOREIGN.test(given) || !env[given]) return []
    const meant = ALIASES[given] ?? nearest(given, known)
    // What is set under its right name as well was meant.
    return meant && !env[meant] ? [{ given, meant }] : []
  })
}

function nearest(given: string, known: readonly string[]): string | undefined {
  if (given.length < SHORTEST) return undefined
  const most = given.length < 10 ? 1 : 2
  const near = known
    .filter((name) => name.length >= SHORTEST)
    .map((name) => ({ name, distance: distanceOf(given.toUpperCase(), name) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.name
}

/** How many letters have to be changed, added or taken away (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
