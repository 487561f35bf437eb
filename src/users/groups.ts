import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { Fragment } from '../metrics/metric.ts'

/** What the users of a group have in common beside their plan. */
interface Group {
  class: string
  suspended: boolean
  /** As the Health page lists them: at risk or churning, and not gone already. */
  at_risk: boolean
  /** Of a limit of their plan most of the month's is used up. */
  near_limit: boolean
}

/** The part of a limit from which somebody is near it. */
export const NEAR_LIMIT = 0.8

/** Parts of the list, by what their groups are; classes are PRODUCT's, as the metrics count them. */
export const TABS = {
  all: { label: 'All', is: {} },
  paying: { label: 'Paying', is: { class: 'paid' } },
  trial: { label: 'Trial', is: { class: 'trial' } },
  expired: { label: 'Trial expired', is: { class: 'trial_expired' } },
  free: { label: 'Free', is: { class: 'free' } },
  suspended: { label: 'Suspended', is: { suspended: true } },
  'at-risk': { label: 'At risk or churning', is: { at_risk: true } },
  'near-limit': { label: 'Near a limit', is: { near_limit: true } },
} as const satisfies Record<string, { label: string; is: Partial<Group> }>
export type Tab = keyof typeof TABS
export const TAB_NAMES = Object.keys(TABS) as Tab[]
export const isTab = (text: string): text is Tab => Object.hasOwn(TABS, text)

const conditionsOf = (tab: Tab) => Object.entries(TABS[tab].is) as [keyof Group, string | boolean][]

/** Which of the groups `g` belong to a tab and a plan. */
export function groupIs(sql: Sql, tab: Tab, plan: string | undefined): Fragment {
  const ofPlan = plan === undefined ? sql`true` : sql`g.plan = ${plan}`
  return conditionsOf(tab).reduce((all, [name, value]) => sql`${all} and g.${sql(name)} = ${value}`, ofPlan)
}

/** How many users each tab has, as it was counted when they last changed. */
export async function countTabs(
  { db: { sql } }: Pick<Deps, 'db'>,
  scope: string,
  plan: string | undefined,
): Promise<Record<Tab, number>> {
  const rows = await sql<(Group & { n: number })[]>`
    select g.class, g.suspended, g.at_risk, g.near_limit, sum(c.n)::float8 as n
    from user_group_counts c join user_groups g using (grp)
    where c.scope = ${scope} and ${groupIs(sql, 'all', plan)}
    group by 1, 2, 3, 4`
  const count = (tab: Tab) => {
    const own = rows.filter((row) => conditionsOf(tab).every(([name, value]) => row[name] === value))
    return own.reduce((sum, { n }) => sum + n, 0)
  }
  return Object.fromEntries(TAB_NAMES.map((tab) => [tab, count(tab)])) as Record<Tab, number>
}
