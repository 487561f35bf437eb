import { membersOf } from '../segments/members.ts'
import type { SegmentRule } from '../segments/rule.ts'
import type { Fragment, SqlContext } from './metric.ts'
import { planOf } from './plan-of.ts'
import type { Rollup } from './rollup-kit.ts'
import type { Window } from './window.ts'

/** Whose facts count, as an address asks for it. */
export interface AskedPeople {
  plan?: string
  /** Slug or id. */
  segment?: string
  /** The look-up whether the asker may use it did not answer in time. */
  segmentUnchecked?: true
}

/** The same, looked up; in the scope that the numbers are of. */
export interface People {
  scope: string
  plan?: string
  segment?: SegmentRule
}

/** How the rows of a roll-up are cut to some people. */
export interface PeopleCut {
  /** Its rows are of single users, in `user_id`. */
  segment: boolean
  /** 'day': by the user's plan at the end of the row's day; else by what the rows `r` themselves call their plan. */
  plan: 'day' | ((q: SqlContext) => Fragment)
  /** Rows of single users, where `rows` adds them up. */
  rows?: (q: SqlContext, window: Window) => Fragment
}

/** The rows of a roll-up, those of some people only where they are asked for. */
export function rowsOf(q: SqlContext, rollup: Rollup, window: Window): Fragment {
  if (!q.people) return rollup.rows(q, window)
  const own = q.people.segment ? rollup.people?.rows : undefined
  const byDay = rollup.people?.plan === 'day' ? rollup.people.rows : undefined
  return cut(q, rollup, (own ?? byDay ?? rollup.rows)(q, window))
}

/** Of rows with the columns of a roll-up those of the people: `people` is what `withPeople` puts before the statement. */
export function cut(q: SqlContext, rollup: Rollup, rows: Fragment): Fragment {
  const { sql, people } = q
  if (!people) return rows
  const { plan, segment } = cutOf(rollup)
  if (people.segment && !segment) throw new Error('this roll-up is not kept by user')
  const join = namesPeople(q, rollup) ? sql`join people on people.user_id = r.user_id` : sql``
  const day = people.plan && plan === 'day' ? sql`and r.day between people.first and people.last` : sql``
  const own = people.plan && plan !== 'day' ? sql`where ${plan(q)} = ${people.plan}` : sql``
  return sql`select r.* from (${rows}) r ${join} ${day} ${own}`
}

/** What stands before a statement that reads cut rows: who they are, looked up once. */
export function withPeople(q: SqlContext, rollup: Rollup): Fragment {
  const { sql, people } = q
  if (!people || !namesPeople(q, rollup)) return sql``
  const byDay = people.plan !== undefined && cutOf(rollup).plan === 'day'
  return sql`with people as materialized (
      ${byDay ? onPlan(q, people, people.plan ?? '') : segmentOf(q, people)}
    )
    `
}

function namesPeople({ people }: SqlContext, rollup: Rollup): boolean {
  return people?.segment !== undefined || (people?.plan !== undefined && cutOf(rollup).plan === 'day')
}

function cutOf({ people, table }: Rollup): PeopleCut {
  if (!people) throw new Error(`${table} cannot be cut to some people`)
  return people
}

const segmentOf = (q: SqlContext, { segment, scope }: People): Fragment =>
  segment ? membersOf(q, segment, scope) : q.sql`select user_id from users`

/**
 * From when to when users were on a plan, by the ends of days. Before anything is told of them they are on the free one,
 * as their days in the roll-up are.
 */
function onPlan(q: SqlContext, people: People, plan: string): Fragment {
  const { sql, zone } = q
  const who = people.segment ? sql`user_id in (${segmentOf(q, people)})` : sql`true`
  const before = sql`
      union all
      select u.user_id, '-infinity'::date, coalesce(((min(p.since) at time zone ${zone})::date - 1), 'infinity'::date)
      from users u left join user_plans p on p.user_id = u.user_id
      where ${people.segment ? sql`u.${who}` : who}
      group by u.user_id`
  return sql`select user_id, first, last
      from (
        select p.user_id, ${planOf(q, 'p')} as plan, (since at time zone ${zone})::date as first,
          coalesce((lead(since) over (partition by user_id order by since) at time zone ${zone})::date - 1, 'infinity') as last
        from user_plans p where ${who}
      ) spans
      where plan = ${plan} and first <= last${plan === 'free' ? before : sql``}`
}
