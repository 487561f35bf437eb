import type { Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { BadParameter } from '../api/query.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env, Who } from '../env.ts'
import { csvResponse } from '../exports/csv.ts'
import { readUser } from '../health/read.ts'
import { minorUnits } from '../lib/currency.ts'
import { userQueryOf } from './asked.ts'
import { knownUser } from './find.ts'
import { countTabs } from './groups.ts'
import { allUsers, type ListedUser, listUsers, type UserQuery } from './list.ts'
import { moneyOf, type UserSubscription } from './money.ts'
import { remarksOf, whyNoTags } from './notes.ts'
import { fileOfUsers, listOfUsers, oneUser } from './operations.ts'
import { cellsOf, columnsFor, objectOf, type UserColumn } from './rows.ts'
import { cursorOf, placeOf } from './sorts.ts'
import { STATS_DAYS } from './stats.ts'
import { usageDays } from './usage.ts'

/** Users for programs, and as a file. */
export function mountUsersApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const { currency } = deps.config

  serve(app, listOfUsers, reads, async (c, { after, limit, ...asked }) => {
    const query = await userQueryOf(c, deps, asked)
    const place = placeOf(after, query.sort)
    if (after && !place) throw new BadParameter('after', 'This is not the “next” of a page in this order.')
    const [{ users, next }, total] = await Promise.all([
      listUsers(deps, query, { limit, ...(place && { after: place }) }),
      totalOf(deps, query),
    ])
    const names = columnsFor(deps)
    return json(c, {
      tenant: query.scope === '*' ? null : query.scope,
      total: total ?? null,
      currency,
      users: users.map((user) => objectOf(user, names)),
      next: next ? cursorOf(query.sort, next) : null,
    })
  })

  serve(app, fileOfUsers, reads, async (c, asked) => {
    // An id may hold a comma: each is its own parameter.
    const users = asked.user && c.req.queries('user')
    const query = { ...(await userQueryOf(c, deps, asked)), ...(users && { users }) }
    const names = columnsFor(deps)
    const name = ['users', query.scope === '*' ? undefined : query.scope, query.tab === 'all' ? undefined : query.tab]
    const rows = cells(allUsers(deps, query), names, currency)
    return csvResponse(c, name.filter(Boolean).join('-'), [...names, 'currency'], rows)
  })

  serve(app, oneUser, reads, async (c) => json(c, await describeUser(deps, c.req.param('id') ?? '', whoOf(c))))
}

/** Of how many users a page is one; undefined where they would have to be counted one by one. */
export async function totalOf(
  deps: Deps,
  { scope, tab, plan, q, tag, segment }: UserQuery,
): Promise<number | undefined> {
  if (q || tag || segment) return undefined
  return (await countTabs(deps, scope, plan))[tab]
}

async function* cells(batches: AsyncGenerator<ListedUser[]>, names: UserColumn[], currency: string) {
  for await (const users of batches) yield users.map((user) => [...cellsOf(user, names), currency])
}

async function describeUser(deps: Deps, ref: string, who: Who) {
  const user = await knownUser(deps, who, ref)
  const strict = deps.config.privacy === 'strict'
  const [days, money, health, remarks] = await Promise.all([
    usageDays(deps, user),
    moneyOf(deps, user),
    readUser(deps, user.id),
    whyNoTags(deps) ? undefined : remarksOf(deps, user),
  ])
  const { name, provider, country, city, timeZone, referrer } = user
  return {
    user_id: user.id,
    email: user.email,
    username: user.username,
    tenant_id: user.tenantId,
    status: user.status,
    class: user.class,
    plan: user.plan,
    plan_told: user.toldPlan,
    created_at: user.createdKnown ? user.createdAt : null,
    last_seen_at: user.lastSeenAt,
    calls_30d: user.calls,
    ai_cost_30d: user.aiCost,
    mrr: user.mrr,
    margin_30d: user.margin,
    health: health?.score ?? null,
    health_band: health?.band ?? null,
    currency: deps.config.currency,
    ...(!strict && { name, provider, country, city, time_zone: timeZone, referrer, tags: remarks?.tags ?? [] }),
    subscriptions: money.subscriptions.map(subscription),
    days: days.slice(-STATS_DAYS).map((day) => ({
      day: day.day,
      active: day.active,
      api_calls: day.apiCalls,
      ai_calls: day.aiCalls,
      errors: day.errors,
      jobs: day.jobs,
      tokens: day.tokens,
      ai_cost: day.cost,
    })),
  }
}

const subscription = (one: UserSubscription) => ({
  plan: one.plan,
  status: one.status,
  interval: one.interval,
  amount: one.amountMinor / minorUnits(one.currency),
  currency: one.currency,
  started_at: one.startedAt,
  trial_ends_at: one.trialEndsAt,
  current_period_end: one.periodEnd,
  ends_at: one.endsAt,
  of_tenant: one.shared,
})
