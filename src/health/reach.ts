import type { Deps } from '../context.ts'
import { counted } from '../lib/counted.ts'
import { COMPONENT_NAMES, COMPONENTS, type Component, type Scores, scoreOf, type Weights } from './components.ts'

/** Users of whom the same components are known. */
type Kind = Record<Component, boolean> & { n: number; unscored: number }

/** How many users weights reach. */
export interface Reach {
  users: number
  /** Without a score by the weights. */
  without: number
  /** Without one as it was computed last. */
  withoutNow: number
  /** What most of the weight that they lack is of, and how many of them lack it. */
  missing: { component: Component; n: number } | undefined
}

/** Whom weights would leave without a score, by the components that were computed last; undefined = none were. */
export async function readReach({ db: { sql } }: Pick<Deps, 'db'>, weights: Weights): Promise<Reach | undefined> {
  const kinds = await sql<Kind[]>`
    select h.builds is not null as builds, h.engagement is not null as engagement, h.returns is not null as returns,
      h.adoption is not null as adoption, h.satisfaction is not null as satisfaction, count(*)::int as n,
      count(*) filter (where h.score is null)::int as unscored
    from user_health h join users u on u.user_id = h.user_id and u.status <> 'deleted'
    group by 1, 2, 3, 4, 5`
  return kinds.length > 0 ? reachOf(kinds, weights) : undefined
}

function reachOf(kinds: readonly Kind[], weights: Weights): Reach {
  const left = kinds.filter((kind) => scoreOf(knownIn(kind), weights) === null)
  const [most] = COMPONENT_NAMES.map((component) => ({ component, n: sumOf(left.filter((kind) => !kind[component])) }))
    .filter(({ component, n }) => n * weights[component] > 0)
    .sort((a, b) => b.n * weights[b.component] - a.n * weights[a.component])
  return {
    users: sumOf(kinds),
    without: sumOf(left),
    withoutNow: kinds.reduce((sum, { unscored }) => sum + unscored, 0),
    missing: most,
  }
}

const sumOf = (kinds: readonly Kind[]): number => kinds.reduce((sum, { n }) => sum + n, 0)

/** Whether there is a score at all does not depend on how high its parts are. */
const knownIn = (kind: Kind): Scores =>
  Object.fromEntries(COMPONENT_NAMES.map((name) => [name, kind[name] ? 0 : null])) as Scores

/** "746 of 1,194 users have no score: no build success is known of them"; undefined = all have one. */
export function reachText({ users, without, missing }: Reach, have = 'have'): string | undefined {
  if (without === 0) return undefined
  const text = `${without.toLocaleString('en-GB')} of ${counted(users, 'user')} ${have} no score`
  if (!missing) return text
  const whom = missing.n === without ? 'them' : `${missing.n.toLocaleString('en-GB')} of them`
  return `${text}: no ${COMPONENTS[missing.component].label.toLowerCase()} is known of ${whom}`
}
