import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { Fragment } from '../metrics/metric.ts'

/** Parts of the list; each but the last is a class of PRODUCT's, as the metrics count it. */
export const TABS = {
  all: { label: 'All', class: undefined, suspended: undefined },
  paying: { label: 'Paying', class: 'paid', suspended: undefined },
  trial: { label: 'Trial', class: 'trial', suspended: undefined },
  expired: { label: 'Trial expired', class: 'trial_expired', suspended: undefined },
  free: { label: 'Free', class: 'free', suspended: undefined },
  suspended: { label: 'Suspended', class: undefined, suspended: true },
} as const
export type Tab = keyof typeof TABS
export const TAB_NAMES = Object.keys(TABS) as Tab[]
export const isTab = (text: string): text is Tab => Object.hasOwn(TABS, text)

/** Which of the groups `g` belong to a tab and a plan. */
export function groupIs(sql: Sql, tab: Tab, plan: string | undefined): Fragment {
  const { class: own, suspended } = TABS[tab]
  return sql`
    ${own ? sql`g.class = ${own}` : sql`true`} and ${suspended ? sql`g.suspended` : sql`true`}
    and ${plan === undefined ? sql`true` : sql`g.plan = ${plan}`}`
}

/** How many users each tab has, as it was counted when they last changed. */
export async function countTabs(
  { db: { sql } }: Pick<Deps, 'db'>,
  scope: string,
  plan: string | undefined,
): Promise<Record<Tab, number>> {
  const rows = await sql<{ class: string; suspended: boolean; n: number }[]>`
    select g.class, g.suspended, sum(c.n)::float8 as n
    from user_group_counts c join user_groups g using (grp)
    where c.scope = ${scope} and ${groupIs(sql, 'all', plan)}
    group by 1, 2`
  const count = (tab: Tab) => {
    const wanted = TABS[tab]
    const own = rows.filter(
      (row) => (!wanted.class || row.class === wanted.class) && (!wanted.suspended || row.suspended),
    )
    return own.reduce((sum, { n }) => sum + n, 0)
  }
  return Object.fromEntries(TAB_NAMES.map((tab) => [tab, count(tab)])) as Record<Tab, number>
}
