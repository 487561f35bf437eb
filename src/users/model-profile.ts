import { audit } from '../audit/audit.ts'
import { actorOf, isAllowed, READ_ONLY } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { loadUserHealth, type UserHealth } from '../health/user.ts'
import { Forbidden } from '../lib/errors.ts'
import { dayOf } from '../lib/time.ts'
import { complete, hasModel, NoCompletion } from '../llm/complete.ts'
import type { FoundUser } from './find.ts'
import { STATS_DAYS } from './stats.ts'
import { type UsageDay, usageDays } from './usage.ts'
import { type JobCount, jobsOf } from './work.ts'

/** What a model wrote, or why it did not. */
export interface WrittenProfile {
  text: string | null
  problem: string | null
  model: string
  by: string
  at: Date
}

/** The last try; undefined = no model was asked yet. */
export async function readProfile(
  { db: { sql } }: Pick<Deps, 'db'>,
  userId: string,
): Promise<WrittenProfile | undefined> {
  const [row] = await sql<WrittenProfile[]>`
    select p.text, p.problem, p.model, coalesce(a.name, a.email, 'somebody who left') as by, p.written_at as at
    from user_profiles p left join admins a on p.written_by = 'admin:' || a.id where p.user_id = ${userId}`
  return row
}

/** Why nobody may have a model write; undefined = they may. */
export function whyNoModel({ config }: Pick<Deps, 'config'>, who: Who): string | undefined {
  if (config.privacy === 'strict') return 'In privacy mode strict nothing is sent to a model.'
  if (!hasModel({ config })) return 'No model is set: LLM_URL and LLM_MODEL.'
  if (config.readOnly) return READ_ONLY
  if (isAllowed({ role: 'operator' }, who)) return undefined
  return who.kind === 'admin' ? `This needs the role operator; yours is ${who.role}.` : 'This is for people.'
}

const TASK = `You describe one user of a software product to the people who run it, from the numbers given as JSON.
Write two to four short sentences in plain English: how they use it and how that changed, how it goes, what they are worth,
and what deserves attention. Use only these numbers, invent nothing, give no name, and write no heading and no list.`
const MAX_TOKENS = 300
const MAX_TEXT = 2_000

/**
 * Has the model write the profile of a user, and keeps what came of it. It is on record before anything is sent.
 * @throws Forbidden
 */
export async function writeByModel(deps: Deps, who: Who, user: FoundUser): Promise<boolean> {
  const why = whyNoModel(deps, who)
  if (why) throw new Forbidden(why)
  const [days, jobs, health] = await Promise.all([
    usageDays(deps, user),
    jobsOf(deps, user),
    loadUserHealth(deps, user.id),
  ])
  const model = deps.config.llmModel
  await audit(deps.db.sql, {
    actor: actorOf(who),
    action: 'user.profile.write',
    target: `user:${user.id}`,
    detail: { model },
  })
  const about = JSON.stringify(numbersOf(deps, user, { days, jobs: jobs.counts, health }))
  const { text, problem } = await tried(() => complete(deps, { task: TASK, about, maxTokens: MAX_TOKENS }))
  const kept = text?.slice(0, MAX_TEXT) ?? null
  await deps.db.sql`
    insert into user_profiles as p (user_id, text, problem, model, written_by, written_at)
    values (${user.id}, ${kept}, ${problem ?? null}, ${model}, ${actorOf(who)}, ${deps.now()})
    on conflict (user_id) do update set text = excluded.text, problem = excluded.problem, model = excluded.model,
      written_by = excluded.written_by, written_at = excluded.written_at`
  return kept !== null
}

async function tried(write: () => Promise<string>): Promise<{ text?: string; problem?: string }> {
  try {
    return { text: await write() }
  } catch (error) {
    if (error instanceof NoCompletion) return { problem: error.message }
    throw error
  }
}

interface Known {
  days: readonly UsageDay[]
  jobs: readonly JobCount[]
  health: UserHealth | undefined
}

/** All that is sent: numbers and days, the names of plans and kinds of jobs. Nothing that says who it is. */
export function numbersOf(
  { config, now }: Pick<Deps, 'config' | 'now'>,
  user: Pick<
    FoundUser,
    'class' | 'plan' | 'toldPlan' | 'status' | 'createdAt' | 'createdKnown' | 'lastSeenAt' | 'mrr' | 'margin'
  >,
  { days, jobs, health }: Known,
) {
  const day = (at: Date) => dayOf(at, config.timeZone)
  return {
    today: day(now()),
    class: user.class,
    plan: user.plan,
    ...(user.toldPlan !== null && { plan_told_without_subscription: user.toldPlan }),
    status: user.status,
    ...(user.createdKnown && { signed_up: day(user.createdAt) }),
    last_seen: user.lastSeenAt ? day(user.lastSeenAt) : null,
    currency: config.currency,
    mrr: user.mrr,
    margin_30_days: user.margin,
    last_30_days: summed(days.slice(-STATS_DAYS)),
    the_30_days_before: summed(days.slice(0, -STATS_DAYS)),
    jobs_30_days: jobs.map(({ kind, succeeded, failed, open }) => ({ kind, succeeded, failed, open })),
    health: health && {
      score: health.row.score,
      band: health.row.band,
      stage: health.row.stage,
      change_30_days: health.change,
    },
  }
}

function summed(days: readonly UsageDay[]) {
  const sum = (of: (day: UsageDay) => number) => days.reduce((total, day) => total + of(day), 0)
  return {
    active_days: sum(({ active }) => Number(active)),
    api_calls: sum(({ apiCalls }) => apiCalls),
    ai_calls: sum(({ aiCalls }) => aiCalls),
    errors: sum(({ errors }) => errors),
    jobs: sum(({ jobs }) => jobs),
    tokens: sum(({ tokens }) => tokens),
    ai_cost: Number(sum(({ cost }) => cost).toFixed(4)),
  }
}
