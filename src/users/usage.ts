import type { Deps } from '../context.ts'
import { addDays, type Day, eachDay, startOfDay, today } from '../lib/time.ts'
import type { FoundUser } from './find.ts'
import { STATS_DAYS } from './stats.ts'

export interface UsageDay {
  day: Day
  active: boolean
  apiCalls: number
  aiCalls: number
  errors: number
  jobs: number
  tokens: number
  cost: number
}

const NO_USE = { active: false, apiCalls: 0, aiCalls: 0, errors: 0, jobs: 0, tokens: 0, cost: 0 }

/** What the user did each of the last days, today among them; twice the days of the page, for a comparison. */
export async function usageDays(deps: Deps, { id, scope }: FoundUser): Promise<UsageDay[]> {
  const to = today(deps.now(), deps.config.timeZone)
  const from = addDays(to, 1 - 2 * STATS_DAYS)
  const rows = await deps.db.sql<UsageDay[]>`
    select day, active, api_calls as "apiCalls", ai_calls as "aiCalls", errors, jobs, tokens::float8 as tokens,
      cost::float8 as cost
    from user_days where user_id = ${id} and scope = ${scope} and day between ${from} and ${to}`
  const known = new Map(rows.map((row) => [row.day, row]))
  return eachDay(from, to).map((day) => known.get(day) ?? { day, ...NO_USE })
}

export interface ModelUse {
  provider: string
  model: string
  calls: number
  errors: number
  tokensIn: number
  tokensOut: number
  /** null = no price is known of any of them. */
  cost: number | null
  unpriced: number
}

export interface Models {
  models: ModelUse[]
  /** Whether there were more calls than are looked at. */
  cut: boolean
}

/** A list of calls, not an aggregate of facts: it ends here, and says so. */
export const CALLS_READ = 5_000

/** The AI calls of the last 30 days by model: the newest of them, where there were very many. */
export async function modelsOf(deps: Deps, user: FoundUser): Promise<Models> {
  const { sql } = deps.db
  const since = startOfDay(addDays(today(deps.now(), deps.config.timeZone), 1 - STATS_DAYS), deps.config.timeZone)
  const rows = await sql<(ModelUse & { read: number })[]>`
    with latest as materialized (
      select * from api_calls c
      where c.user_id = any(${user.ids}::text[]) and c.ts >= ${since} and c.ai and ${ofTenant(deps, user)}
      order by c.ts desc limit ${CALLS_READ + 1}
    )
    select provider, model, count(*)::float8 as calls, count(*) filter (where status = 'error')::float8 as errors,
      coalesce(sum(tokens_in), 0)::float8 as "tokensIn", coalesce(sum(tokens_out), 0)::float8 as "tokensOut",
      sum(cost)::float8 as cost, count(*) filter (where cost is null)::float8 as unpriced,
      (select count(*) from latest)::float8 as read
    from latest group by 1, 2 order by sum(cost) desc nulls last, calls desc, 1, 2`
  return { models: rows.map(({ read: _, ...row }) => row), cut: (rows[0]?.read ?? 0) > CALLS_READ }
}

export interface UserCall {
  at: Date
  ai: boolean
  provider: string
  model: string
  endpoint: string
  service: string
  ok: boolean
  errorKind: string | null
  latencyMs: number | null
  tokensIn: number | null
  tokensOut: number | null
  cost: number | null
}

/** The newest calls. */
export async function latestCalls(deps: Deps, user: FoundUser, limit = 10): Promise<UserCall[]> {
  const { sql } = deps.db
  return [
    ...(await sql<UserCall[]>`
      select c.ts as at, c.ai, c.provider, c.model, c.endpoint, c.service, c.status = 'ok' as ok, c.error_kind as "errorKind",
        c.latency_ms as "latencyMs", c.tokens_in as "tokensIn", c.tokens_out as "tokensOut", c.cost::float8 as cost
      from api_calls c
      where c.user_id = any(${user.ids}::text[]) and c.ts <= ${deps.now()} and ${ofTenant(deps, user)}
      order by c.ts desc limit ${limit}`),
  ]
}

/** Facts `c` that whoever asks may see. */
export const ofTenant = ({ db: { sql } }: Pick<Deps, 'db'>, { scope }: Pick<FoundUser, 'scope'>) =>
  scope === '*' ? sql`true` : sql`c.tenant_id = ${scope}`
