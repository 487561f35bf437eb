import { z } from 'zod'
import { addDays, startOfDay } from '../lib/time.ts'
import type { Expr, Fragment, SqlContext } from '../metrics/metric.ts'
import { days, name, number, opOf, whole } from './fields.ts'
import { type Given, kind, type Wording } from './kinds-types.ts'
import { COMPARISONS, type Comparison, holdsNumber } from './sets.ts'

const OUTCOMES = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  running: 'running',
  queued: 'queued',
} as const
export const JOB_OUTCOMES = Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]

/** What somebody did lately: from their days, their bits of activity, or the index of their jobs. */
export const does = {
  active_days: kind({
    label: 'Active days',
    group: 'What they do',
    ops: COMPARISONS,
    fields: () => ['n', 'days'],
    unit: 'days',
    schema: z.strictObject({ kind: z.literal('active_days'), op: opOf(COMPARISONS), n: whole, days }),
    holds: (q, given, scope) => holdsNumber(q, given, activeDays(q, given), activeUsers(q, given, scope)),
    say: (given) => `were active on ${compared(given, 'day', 'days')} of the last ${given.days}`,
  }),
  event_days: kind({
    label: 'Days with an event',
    group: 'What they do',
    ops: COMPARISONS,
    fields: () => ['name', 'n', 'days'],
    unit: 'days',
    schema: z.strictObject({
      kind: z.literal('event_days'),
      op: opOf(COMPARISONS),
      name: name.meta({ description: 'The name of the event. Of the first 512 names the days are kept.' }),
      n: whole,
      days,
    }),
    holds: (q, given, scope) => holdsNumber(q, given, q.sql`count(*)`, daysWithEvent(q, given, scope)),
    say: (given) => `did “${given.name}” on ${compared(given, 'day', 'days')} of the last ${given.days}`,
  }),
  events: ofDays('events', 'Events', ({ sql }) => sql`sum(events)`, ['event', 'events']),
  api_calls: ofDays('api_calls', 'API calls', ({ sql }) => sql`sum(api_calls)`, ['API call', 'API calls']),
  ai_requests: ofDays('ai_requests', 'AI requests', ({ sql }) => sql`sum(ai_requests)`, ['AI request', 'AI requests']),
  ai_calls: ofDays('ai_calls', 'AI calls', ({ sql }) => sql`sum(ai_calls)`, ['AI call', 'AI calls']),
  tokens: ofDays('tokens', 'AI tokens', ({ sql }) => sql`sum(tokens)`, ['token', 'tokens']),
  ai_cost: kind({
    label: 'AI cost',
    group: 'What they do',
    ops: COMPARISONS,
    fields: () => ['n', 'days'],
    unit: 'money',
    schema: z.strictObject({ kind: z.literal('ai_cost'), op: opOf(COMPARISONS), n: number, days }),
    holds: (q, given, scope) => holdsNumber(q, given, q.sql`sum(cost)`, sumsOfDays(q, given, scope)),
    say: (given, { currency }) =>
      `caused an AI cost of ${COMPARISONS[given.op as Comparison]} ${given.n} ${currency} ${lately(given)}`,
  }),
  errors: ofDays('errors', 'Failed API calls', ({ sql }) => sql`sum(errors)`, ['failed API call', 'failed API calls']),
  jobs: jobs(),
}

function ofDays<K extends string>(key: K, label: string, sum: Expr, [one, many]: [string, string]) {
  return kind({
    label,
    group: 'What they do',
    ops: COMPARISONS,
    fields: () => ['n', 'days'],
    schema: z.strictObject({ kind: z.literal(key), op: opOf(COMPARISONS), n: whole, days }),
    holds: (q, given, scope) => holdsNumber(q, given, sum(q), sumsOfDays(q, given, scope)),
    say: (given) => `had ${compared(given, one, many)} ${lately(given)}`,
  })
}

/** "more than 3 events" */
export const compared = ({ op, n }: Given, one: string, many: string): string =>
  op === 'exactly' && n === 0 ? `no ${many}` : `${COMPARISONS[op as Comparison]} ${n} ${n === 1 ? one : many}`

const lately = ({ days }: Given): string => `in the last ${days === 1 ? 'day' : `${days} days`}`

const first = ({ today }: SqlContext, { days = 1 }: Given) => addDays(today, 1 - days)

const sumsOfDays =
  (q: SqlContext, given: Given, scope: string) =>
  (having: Fragment): Fragment =>
    q.sql`
        select user_id from user_days
        where scope = ${scope} and day between ${first(q, given)}::date and ${q.today}::date and user_id <> ''
        group by user_id having ${having}`

const daysWithEvent =
  (q: SqlContext, given: Given, scope: string) =>
  (having: Fragment): Fragment =>
    q.sql`
        select user_id from user_days
        where scope = ${scope} and day between ${first(q, given)}::date and ${q.today}::date and user_id <> ''
          and names & (select bit from event_names where type = 'event' and name = ${given.name ?? ''}) <> 0::bit(512)
        group by user_id having ${having}`

const activeDays = ({ sql, today }: SqlContext, { days = 1 }: Given): Fragment =>
  sql`bit_count(substring(bits_from(bits, last_day, ${today}::date) from 1 for ${days}::int))`

const activeUsers =
  (q: SqlContext, given: Given, scope: string) =>
  (having: Fragment): Fragment =>
    q.sql`
        select user_id from user_activity
        where scope = ${scope} and user_id <> '' and last_day >= ${first(q, given)}::date and ${having}`

/** By the index on kind and time, which alone is read. */
function jobs() {
  return kind({
    label: 'Jobs of a kind',
    group: 'What they do',
    ops: COMPARISONS,
    fields: () => ['name', 'outcome', 'n', 'days'],
    schema: z.strictObject({
      kind: z.literal('jobs'),
      op: opOf(COMPARISONS),
      name: name.meta({ description: 'The kind of the jobs: build, preview, deploy …' }),
      outcome: z
        .enum(JOB_OUTCOMES as [string, ...string[]], { error: `It is one of ${JOB_OUTCOMES.join(', ')}.` })
        .optional(),
      n: whole,
      days,
    }),
    holds: (q, given, scope) => holdsNumber(q, given, q.sql`count(*)`, usersWithJobs(q, given, scope)),
    say: (given: Given, _: Wording) => {
      const { name = '', outcome } = given
      const ended = outcome
        ? ` that ${outcome === 'running' || outcome === 'queued' ? `are ${outcome}` : wasText(outcome)}`
        : ''
      return `had ${compared(given, `${name} job`, `${name} jobs`)}${ended} ${lately(given)}`
    },
  })
}

const wasText = (outcome: string): string => (outcome === 'cancelled' ? 'were cancelled' : outcome)

const usersWithJobs =
  (q: SqlContext, given: Given, scope: string) =>
  (having: Fragment): Fragment => {
    const { sql, zone, today } = q
    return sql`
        select coalesce(m.user_id, j.user_id) as user_id
        from jobs j left join merged_ids m on m.id = j.user_id
        where j.kind = ${given.name ?? ''} and j.ts >= ${startOfDay(first(q, given), zone)}
          and j.ts < ${startOfDay(addDays(today, 1), zone)} and j.user_id <> ''
          and ${scope === '*' ? sql`true` : sql`j.tenant_id = ${scope}`}
          and ${given.outcome ? sql`j.status = ${given.outcome}` : sql`true`}
        group by 1 having ${having}`
  }
