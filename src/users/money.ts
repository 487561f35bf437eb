import type { Deps } from '../context.ts'
import { startOfDay, today } from '../lib/time.ts'
import type { FoundUser } from './find.ts'
import { type Override, overridesOf } from './overrides.ts'
import { ofTenant } from './usage.ts'

export interface UserSubscription {
  plan: string
  status: string
  interval: string
  amountMinor: number
  currency: string
  startedAt: Date
  trialEndsAt: Date | null
  periodEnd: Date | null
  endsAt: Date | null
  /** The tenant's, which holds for all of its users. */
  shared: boolean
}
export interface UserPayment {
  at: Date
  status: string
  amountMinor: number
  currency: string
  provider: string
  reason: string | null
}
export interface UserInvoice {
  number: string
  status: string
  amountMinor: number
  currency: string
  dueAt: Date | null
}
export interface Money {
  subscriptions: UserSubscription[]
  payments: UserPayment[]
  /** Those that are not paid. */
  invoices: UserInvoice[]
}

/** What the user pays: the newest subscriptions and payments, and the bills that are open. */
export async function moneyOf(deps: Deps, user: FoundUser): Promise<Money> {
  const { sql } = deps.db
  const own = sql`c.user_id = any(${user.ids}::text[]) and ${ofTenant(deps, user)}`
  const shared = sql`c.user_id = '' and c.tenant_id = ${user.tenantId} and ${user.tenantId} <> ''`
  const [subscriptions, payments, invoices] = await Promise.all([
    sql<UserSubscription[]>`
      select plan, status, interval, amount_minor * quantity as "amountMinor", currency, started_at as "startedAt",
        trial_ends_at as "trialEndsAt", current_period_end as "periodEnd", ends_at as "endsAt", user_id = '' as shared
      from (
        (select * from subscriptions c where ${own}) union all (
          select c.* from subscriptions c where c.customer_id = ${user.tenantId} and ${shared})
      ) s
      order by status in ('cancelled', 'expired'), user_id = '', started_at desc limit 3`,
    sql<UserPayment[]>`
      select ts as at, status, amount_minor as "amountMinor", currency, provider, failure_reason as reason
      from payments c where ${own} order by ts desc limit 6`,
    sql<UserInvoice[]>`
      select coalesce(number, invoice_id) as number, status, amount_minor as "amountMinor", currency, due_at as "dueAt"
      from invoices c where ${own} and status in ('open', 'pending_verification') order by due_at nulls last limit 5`,
  ])
  return { subscriptions: [...subscriptions], payments: [...payments], invoices: [...invoices] }
}

export interface Limit {
  name: string
  /** Null = of a limit that was set for them alone, and of which nothing is counted here. */
  used: number | null
  most: number
  /** Set from here, in place of what the plan allows. */
  override?: Override & { planned: number | null }
}

/** How far the limits of the plan are used up this month: of AI calls, API calls, tokens, and jobs by their kind. */
export async function limitsOf(deps: Deps, user: FoundUser): Promise<Limit[]> {
  const { id, ids, scope, plan, toldPlan } = user
  const { sql } = deps.db
  const [[row], overrides] = await Promise.all([
    sql<{ limits: Record<string, unknown> | null }[]>`select limits from plans where plan_id = ${toldPlan ?? plan}`,
    overridesOf(deps, user),
  ])
  const limits = together(row?.limits ?? {}, overrides)
  if (limits.length === 0) return []
  const day = today(deps.now(), deps.config.timeZone)
  const first = `${day.slice(0, 7)}-01`
  const [days, jobs] = await Promise.all([
    sql<{ ai_calls: number; ai_requests: number; api_calls: number; tokens: number; jobs: number }[]>`
      select coalesce(sum(ai_calls), 0)::float8 as ai_calls, coalesce(sum(ai_requests), 0)::float8 as ai_requests,
        coalesce(sum(api_calls), 0)::float8 as api_calls, coalesce(sum(tokens), 0)::float8 as tokens,
        coalesce(sum(jobs), 0)::float8 as jobs
      from user_days where user_id = ${id} and scope = ${scope} and day between ${first} and ${day}`,
    sql<{ kind: string; n: number }[]>`
      select c.kind, count(*)::float8 as n from jobs c
      where c.user_id = any(${ids}::text[]) and c.ts >= ${startOfDay(first, deps.config.timeZone)}
        and ${ofTenant(deps, { scope })} group by 1`,
  ])
  const used: Record<string, number> = {
    ...Object.fromEntries(jobs.flatMap(({ kind, n }) => [[kind, n] as const, [`${kind}s`, n] as const])),
    ...days[0],
  }
  const kinds = ['build', 'preview', 'deploy', 'document']
  // Who never built has built nothing; of what is never counted nothing is said.
  const known = (name: string) => used[name] ?? (kinds.includes(name.replace(/s$/, '')) ? 0 : undefined)
  return limits.flatMap((limit) => {
    const used = known(limit.name)
    return used === undefined && !limit.override ? [] : [{ ...limit, used: used ?? null }]
  })
}

/** The limits of the plan, with those that were set for the user alone in their places; the plan's own value is none. */
function together(ofPlan: Record<string, unknown>, overrides: Map<string, Override>): Omit<Limit, 'used'>[] {
  const names = new Set([...Object.keys(ofPlan), ...overrides.keys()])
  return [...names].flatMap((name) => {
    const most = ofPlan[name]
    const planned = typeof most === 'number' && most > 0 ? most : null
    const override = overrides.get(name)
    if (override && override.most !== planned)
      return [{ name, most: override.most, override: { ...override, planned } }]
    return planned === null ? [] : [{ name, most: planned }]
  })
}
