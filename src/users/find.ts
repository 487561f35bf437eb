import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { minorUnits } from '../lib/currency.ts'
import { NotFound } from '../lib/errors.ts'
import { accountDeleted, deletedUser } from './gone.ts'

/** A user with whose facts are theirs, and which of these whoever asks may see. */
export interface FoundUser {
  id: string
  /** Their id, and those that turned out to be theirs. */
  ids: string[]
  /** '*' or their tenant: of who is bound to tenants, what they did elsewhere is not told. */
  scope: string
  tenantId: string
  tenant: string | null
  email: string | null
  username: string | null
  name: string | null
  status: string
  class: string
  plan: string
  planName: string | null
  /** The plan the product itself says they are on, of whom no subscription is known; it counts nowhere. */
  toldPlan: string | null
  toldPlanName: string | null
  provider: string | null
  country: string | null
  city: string | null
  timeZone: string | null
  referrer: string | null
  createdAt: Date
  createdKnown: boolean
  lastSeenAt: Date | null
  calls: number
  aiCost: number
  /** Major units; null = unknown, or paid for by the tenant. */
  mrr: number | null
  margin: number | null
}

/** More ids than that belong to nobody but a machine. */
const MAX_IDS = 20

/** The user of an id, or of one that was merged into them. @throws NotFound, also for users of other tenants */
export async function knownUser(deps: Deps, who: Who, ref: string): Promise<FoundUser> {
  const found = await findUser(deps, who, ref)
  if (found) return found
  const deleted = await deletedUser(deps, who, ref)
  throw deleted === undefined ? new NotFound(`There is no user “${ref.slice(0, 80)}”.`) : accountDeleted(who, deleted)
}

/** The same; undefined = there is none that whoever asks may see. */
export async function findUser(deps: Deps, who: Who, ref: string): Promise<FoundUser | undefined> {
  if (ref === '' || ref.length > 500 || ref.includes('\0')) return undefined
  const { sql } = deps.db
  const [owner] = await sql<{ user_id: string; tenant_id: string }[]>`
    select user_id, tenant_id from users
    where user_id in (${ref}, (select m.user_id from merged_ids m where m.id = ${ref})) and status <> 'deleted'
    order by user_id = ${ref} desc limit 1`
  if (!owner || !mayTenant(who, owner.tenant_id)) return undefined
  const scope = who.tenants === null ? '*' : owner.tenant_id
  const minor = minorUnits(deps.config.currency)
  const [found] = await sql<FoundUser[]>`
    select u.user_id as id, ${scope}::text as scope, u.tenant_id as "tenantId", t.name as tenant, u.email, u.username,
      u.traits ->> 'name' as name, u.status, coalesce(g.class, 'free') as class, coalesce(g.plan, 'free') as plan,
      n.name as "planName", told.plan as "toldPlan", told.name as "toldPlanName", u.provider, u.country, u.city, u.time_zone as "timeZone", u.referrer,
      u.created_at as "createdAt", u.created_known as "createdKnown", s.last_seen_at as "lastSeenAt",
      coalesce(s.calls_30d, 0)::float8 as calls, coalesce(s.ai_cost_30d, 0)::float8 as "aiCost",
      s.mrr_minor::float8 / ${minor} as mrr, s.margin_30d::float8 as margin,
      array(select ${owner.user_id}::text union all
        (select id from merged_ids m where m.user_id = ${owner.user_id} and m.id <> m.user_id limit ${MAX_IDS})) as ids
    from users u
      left join user_stats s on s.user_id = u.user_id and s.scope = ${scope}
      left join user_groups g using (grp)
      left join plans n on n.plan_id = g.plan
      left join lateral (
        select u.plan, p.name from (select) one left join plans p on p.plan_id = u.plan
        where u.plan <> 'free' and coalesce(g.class, 'free') = 'free' and not exists (
            select from subscriptions s where s.user_id = any(array(
              select u.user_id union all select m.id from merged_ids m where m.user_id = u.user_id)))
          and not exists (
            select from subscriptions s where s.user_id = '' and s.tenant_id = u.tenant_id and u.tenant_id <> '')
      ) told on true
      left join tenants t on t.tenant_id = u.tenant_id
    where u.user_id = ${owner.user_id}`
  return found && deps.config.privacy === 'strict' ? { ...found, ...HIDDEN } : found
}

/** What privacy mode strict does not tell of anybody. */
const HIDDEN = {
  tenant: null,
  name: null,
  provider: null,
  country: null,
  city: null,
  timeZone: null,
  referrer: null,
} satisfies Partial<FoundUser>

/** The plan as pages and profiles call it; without any subscription it is what the product says. */
export const planNameOf = ({
  plan,
  planName,
  toldPlan,
  toldPlanName,
}: Pick<FoundUser, 'plan' | 'planName' | 'toldPlan' | 'toldPlanName'>): string =>
  toldPlanName ?? toldPlan ?? planName ?? plan

/** What somebody is called on pages. */
export const titleOf = ({ email, username, id }: Pick<FoundUser, 'email' | 'username' | 'id'>): string =>
  email || username || id
