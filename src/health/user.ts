import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import { readLines, readState, readUser } from './read.ts'
import { freshHealthRules } from './rules.ts'
import type { HealthRow, Part } from './types.ts'
import { changeOf, changeText, partsOf } from './words.ts'

/** What a page tells of the health of one user. */
export interface UserHealth {
  row: HealthRow
  parts: Part[]
  /** Against 30 days before; null = not known then. */
  change: number | null
  /** "down 14: no build succeeded for 9 days" */
  changeText: string | undefined
  /** Oldest first, the score of now last. */
  history: { day: Day; score: number }[]
  computedAt: Date
}

/**
 * The health of a user as it was computed last; undefined = never, as for who signed up today. Whether the asker may see
 * the user (`row.tenant_id`) has to be known before.
 */
export async function loadUserHealth(deps: Deps, userId: string): Promise<UserHealth | undefined> {
  const [row, state, rules] = await Promise.all([readUser(deps, userId), readState(deps), freshHealthRules(deps)])
  if (!row || !state) return undefined
  const history = (await readLines(deps, [row])).get(userId) ?? []
  return {
    row,
    parts: partsOf(row, state.weights, rules),
    change: changeOf(row),
    changeText: changeText(row, state.weights),
    history,
    computedAt: state.computed_at,
  }
}
