import type { Deps } from '../context.ts'
import type { Filters } from '../lib/filters.ts'
import { OverBudget } from '../lib/settle.ts'
import { SUSPENDED } from '../lib/suspended.ts'
import { addDays, type Day } from '../lib/time.ts'
import { sqlContext } from '../metrics/context.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { findSegment } from '../segments/find.ts'
import { membersOf } from '../segments/members.ts'
import type { SegmentRule } from '../segments/rule.ts'
import { type Bin, binOf, storedAtRisk, storedBins } from './bins.ts'
import type { Band, Weights } from './components.ts'
import type { HealthRow } from './types.ts'
import { LEAST_CHANGE } from './words.ts'

type ReadDeps = Pick<Deps, 'db' | 'config' | 'now'>
/** Whose health is asked for. */
export type Whose = Pick<Filters, 'scope' | 'plan' | 'segment' | 'segmentUnchecked'>

/** What the scores are of, and by which weights they were made. */
export interface HealthState {
  day: Day
  /** The day they are compared with; null = too little is known of it. */
  then_day: Day | null
  rules: string
  weights: Weights
  users: number
  computed_at: Date
  /** Weeks up to this one were scored by other rules; null = none. */
  other_until: Day | null
}

/** The last computation; undefined = there was none. */
export async function readState({ db: { sql } }: Pick<Deps, 'db'>): Promise<HealthState | undefined> {
  const [state] = await sql<HealthState[]>`
    select day, then_day, rules, weights, users, computed_at,
      (select max(w.day) from health_weeks w where w.rules <> s.rules)::text as other_until
    from health_state s`
  return state
}

export interface Bands {
  users: number
  /** Of those who have a score; null = nobody has. */
  mean: number | null
  meanThen: number | null
  counts: Record<Band, { now: number; before: number }>
  /** Users by score, in steps of five: 0-4.9, …, 95-100. */
  histogram: number[]
}

/**
 * How many users are in which band, and how their scores lie. Of all users, or all of a tenant, it is what was counted
 * when they were scored: whoever has deleted their account since is still among them until the next night.
 */
export async function readBands(deps: ReadDeps, whose: Whose): Promise<Bands> {
  const whom = await whomOf(deps, whose)
  const q = sqlContext(deps, deps.db.sql)
  const rows = isWhole(whom)
    ? await storedBins(q.sql, whom.scope)
    : await q.sql<Bin[]>`
    select h.band, h.then_band, ${binOf(q.sql)} as bin, count(*)::int as n, coalesce(sum(h.score), 0)::float8 as sum,
      coalesce(sum(h.then_score), 0)::float8 as then, count(h.then_score)::int as then_n
    from ${listed(q, whom)}
    group by 1, 2, 3`
  const add = (of: (row: (typeof rows)[number]) => number) => rows.reduce((sum, row) => sum + of(row), 0)
  const count = (band: Band) => ({
    now: add((row) => (row.band === band ? row.n : 0)),
    before: add((row) => (row.then_band === band ? row.n : 0)),
  })
  const scored = add(({ bin, n }) => (bin < 0 ? 0 : n))
  const scoredThen = add(({ then_n }) => then_n)
  return {
    users: add(({ n }) => n),
    mean: scored > 0 ? add(({ sum }) => sum) / scored : null,
    meanThen: scoredThen > 0 ? add(({ then }) => then) / scoredThen : null,
    counts: {
      healthy: count('healthy'),
      'at-risk': count('at-risk'),
      churning: count('churning'),
      unknown: count('unknown'),
    },
    histogram: Array.from({ length: 20 }, (_, bin) => add((row) => (row.bin === bin ? row.n : 0))),
  }
}

/** The users whose scores fell, or rose, most. */
export async function readMovers(
  deps: ReadDeps,
  whose: Whose,
  way: 'fell' | 'rose',
  limit: number,
): Promise<HealthRow[]> {
  const whom = await whomOf(deps, whose)
  const q = sqlContext(deps, deps.db.sql)
  const change = q.sql`h.change`
  const moved =
    way === 'fell' ? q.sql`${change} <= ${-LEAST_CHANGE}::float8` : q.sql`${change} >= ${LEAST_CHANGE}::float8`
  return await q.sql<HealthRow[]>`
    select ${rowOf(q)} from ${listed(q, whom)} and ${moved}
    order by ${change} ${way === 'fell' ? q.sql`asc` : q.sql`desc`}, h.user_id limit ${limit}`
}

/** The bands that somebody should look at. */
export const RISKY = ['at-risk', 'churning'] as const satisfies Band[]
export type Risky = (typeof RISKY)[number]

/**
 * Users to look at first, and how many there are: who pays, then who fell most. Neither who is gone already is among
 * them, nor whom an admin keeps out. Where there are more than are listed, and nobody is picked by plan or segment, their
 * number is that of the last night.
 */
export async function readAtRisk(deps: ReadDeps, whose: Whose, bands: readonly Risky[], limit: number) {
  const whom = await whomOf(deps, whose)
  const q = sqlContext(deps, deps.db.sql)
  // The two bands are written out for the index, which has no others.
  const found = q.sql`
    from ${listed(q, whom)} and h.band in ('at-risk', 'churning') and h.band = any(${[...bands]}::text[]) and h.stage <> 'lapsed'
      and u.status <> all(${[...SUSPENDED]}::text[])`
  const rows = await q.sql<HealthRow[]>`
    select ${rowOf(q)} ${found}
    order by (h.class = 'paid') desc, h.change asc nulls last, h.score, h.user_id limit ${limit}`
  if (rows.length < limit) return { total: rows.length, rows: [...rows] }
  const total = isWhole(whom)
    ? await storedAtRisk(q.sql, whom.scope, bands)
    : ((await q.sql<{ n: number }[]>`select count(*)::int as n ${found}`)[0]?.n ?? 0)
  return { total: Math.max(total, rows.length), rows: [...rows] }
}

/** Where a page by score ends. */
export interface ScorePlace {
  score: number | null
  user_id: string
}

/** Users by their score, the lowest first, those without one last. */
export async function readByScore(
  deps: ReadDeps,
  whose: Whose,
  { band, after, limit }: { band?: Band; after?: ScorePlace; limit: number },
): Promise<HealthRow[]> {
  const whom = await whomOf(deps, whose)
  const q = sqlContext(deps, deps.db.sql)
  const { sql } = q
  const beyond = (place: ScorePlace) =>
    place.score === null
      ? sql`and h.score is null and h.user_id > ${place.user_id}`
      : sql`and ((h.score, h.user_id) > (${place.score}::real, ${place.user_id}) or h.score is null)`
  return await sql<HealthRow[]>`
    select ${rowOf(q)} from ${listed(q, whom)}
      ${band ? sql`and h.band = ${band}` : sql``} ${after ? beyond(after) : sql``}
    order by h.score, h.user_id limit ${limit}`
}

/** One user; undefined = never scored, or not there any more. Who may see them is for the caller to say. */
export async function readUser(deps: ReadDeps, userId: string): Promise<HealthRow | undefined> {
  const q = sqlContext(deps, deps.db.sql)
  const [row] = await q.sql<HealthRow[]>`
    select ${rowOf(q)} from ${listed(q, { scope: '*' })} and h.user_id = ${userId}`
  return row
}

const SPARK_DAYS = 91

/**
 * The scores of some users over a quarter of a year, oldest first, as the weeks have them; the last is that of now. Weeks
 * that were scored by other rules are left out: side by side they would look like a change of the user.
 */
export async function readLines(
  { db: { sql } }: Pick<Deps, 'db'>,
  users: readonly Pick<HealthRow, 'user_id' | 'day' | 'score'>[],
): Promise<Map<string, { day: Day; score: number }[]>> {
  const [first] = users
  if (!first) return new Map()
  const rows = await sql<{ user_id: string; day: Day; score: number }[]>`
    select user_id, day, score from health_scores
    where day in (select w.day from health_weeks w join health_state s on s.rules = w.rules) and user_id = any(${users.map(({ user_id }) => user_id)}::text[])
      and day > ${addDays(first.day, -SPARK_DAYS)} and day < ${first.day}
    order by health_scores.day`
  return new Map(
    users.map(({ user_id, day, score }) => {
      const past = rows.filter((row) => row.user_id === user_id).map((row) => ({ day: row.day, score: row.score }))
      return [user_id, score === null ? past : [...past, { day, score }]] as const
    }),
  )
}

/** The same, looked up. */
interface Whom {
  scope: string
  plan?: string
  rule?: SegmentRule
}

/** Nobody is picked of all users, or of all of a tenant. */
const isWhole = ({ plan, rule }: Whom): boolean => plan === undefined && rule === undefined

async function whomOf(deps: ReadDeps, { scope, plan, segment, segmentUnchecked }: Whose): Promise<Whom> {
  if (segment !== undefined && segmentUnchecked) throw new OverBudget()
  const rule = segment === undefined ? undefined : await findSegment(deps, segment)
  return { scope, ...(plan !== undefined && { plan }), ...(rule && { rule }) }
}

/** Scored accounts `h` that are still there, of those who are asked for; conditions may follow. */
function listed(q: SqlContext, { scope, plan, rule }: Whom): Fragment {
  const { sql } = q
  const parts = [
    sql`user_health h join users u on u.user_id = h.user_id and u.status <> 'deleted' where true`,
    ...(scope === '*' ? [] : [sql`and h.tenant_id = ${scope}`]),
    ...(plan === undefined ? [] : [sql`and h.plan = ${plan}`]),
    ...(rule ? [sql`and h.user_id in (${membersOf(q, rule, scope)})`] : []),
  ]
  return parts.reduce((all, one) => sql`${all} ${one}`)
}

const rowOf = ({
  sql,
}: SqlContext): Fragment => sql`h.user_id, h.tenant_id, h.day, h.plan, h.class, h.stage, h.score, h.band,
      h.builds, h.engagement, h.returns, h.adoption, h.satisfaction, h.jobs, h.jobs_ok, h.last_ok_on, h.active_days,
      h.active_before, h.last_active_on, h.weeks, h.weeks_of, h.features, h.features_of, h.ratings, h.then_score, h.then_band,
      h.then_builds, h.then_engagement, h.then_returns, h.then_adoption, h.then_satisfaction,
      coalesce(nullif(u.email, ''), nullif(u.username, ''), u.user_id) as name`
