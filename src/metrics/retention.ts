import { distinct, last, metrics, ratio } from './define.ts'
import type { About, Expr } from './metric.ts'

const PEOPLE = ['country', 'provider', 'referrer'] as const

/** Who comes back, and where users stand in their life with the product. */
export default metrics({
  'users.returning': distinct({
    label: 'Returning users',
    unit: 'users',
    good: 'up',
    definition:
      'Active users who had signed up on an earlier day. A day counts its users; a longer period counts each user once.',
    action: 'Falling while new users hold? Look at retention, and at what those who left did last.',
    from: 'users',
    by: ['class', 'country', 'provider'],
    who: ({ sql, zone }) => sql`exists (select from users u
      where u.user_id = r.user_id and u.created_at < r.day::timestamp at time zone ${zone})`,
  }),
  'users.retention_w1': returned(1, {
    label: 'Retention, week 1',
    action: 'Low? Look at what those who stay do in their first days, and lead the others there.',
  }),
  'users.retention_w4': returned(4, {
    label: 'Retention, week 4',
    action: 'Much lower than week 1? The product is tried, not used: look at adoption of its key features.',
  }),
  'users.retention_w12': returned(12, {
    label: 'Retention, week 12',
    action: 'Compare the cohorts: did it change with a release, a price, or where users came from?',
  }),
  'users.stage_activation': stage('activation', {
    label: 'Users in activation',
    good: 'neutral',
    definition: 'Users who signed up less than 14 days ago and are neither lapsed nor at risk, at the end of the day.',
    action: 'Many? See that they reach their first value: look at the activation rate.',
  }),
  'users.stage_growth': stage('growth', {
    label: 'Users in growth',
    good: 'up',
    definition:
      'Users who, of those in none of the stages before, were active on at least 20 % more days in the last 30 than in the 30 before, at the end of the day.',
    action: 'They are the next to upgrade: look at who nears a limit.',
  }),
  'users.stage_mature': stage('mature', {
    label: 'Mature users',
    good: 'up',
    definition: 'Users in none of the other stages: they come as often as they did, at the end of the day.',
    action: 'Falling? Look at which stage they went to.',
  }),
  'users.stage_at_risk': stage('at-risk', {
    label: 'Users at risk',
    good: 'down',
    definition:
      'Users who were active on half as many days in the last 30 as in the 30 before, or fewer, and are not lapsed, at the end of the day. Health scores do not count here.',
    action: 'Write to them now: of those who lapse, most were here first.',
  }),
  'users.stage_lapsed': stage('lapsed', {
    label: 'Users in the lapsed stage',
    good: 'down',
    definition:
      'Users without any activity in the last 30 days who signed up 14 or more days ago, at the end of the day.',
    action: 'Growing faster than the total? More are won than kept: look at week 4 retention.',
  }),
})

/** By each user's own sign-up: week k is days 7k to 7k + 6 after it. */
function returned(week: number, about: Pick<About, 'label' | 'action'>) {
  return ratio({
    ...about,
    unit: 'percent',
    good: 'up',
    definition: `Of the users whose week ${week} ended with the day before, the share that was active in it: days ${7 * week} to ${7 * week + 6} after their own sign-up. Weeks that are not over do not count; cohorts weigh by their size.`,
    formula: `active on days ${7 * week} to ${7 * week + 6} ÷ users whose week ${week} is over`,
    from: 'returns',
    by: PEOPLE,
    num: ({ sql }) => sql`count(*) filter (where r.week = ${week}::int and r.returned)`,
    den: ({ sql }) => sql`count(*) filter (where r.week = ${week}::int)`,
  })
}

function stage(name: string, about: Pick<About, 'label' | 'good' | 'definition' | 'action'>) {
  const value: Expr = ({ sql }) => sql`count(*) filter (where r.stage = ${name})`
  return last({ ...about, unit: 'users', from: 'stages', by: PEOPLE, zero: true, value })
}
