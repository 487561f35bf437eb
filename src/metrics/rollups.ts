import type { Day } from '../lib/time.ts'
import { activityRows } from './activity.ts'
import {
  EVENT_DIM,
  EVENT_JOIN,
  ORIGIN_DIM,
  ORIGIN_JOIN,
  USER_DIMS,
  USER_JOINS,
  VARIANT_DIMS,
  VARIANT_JOINS,
} from './dims.ts'
import { growthRollups } from './growth-rollups.ts'
import type { Expr, SqlContext } from './metric.ts'
import type { PeopleCut } from './people.ts'
import { planChangeRows, signupRows } from './people-rows.ts'
import { planOf } from './plan-of.ts'
import { balanceRows, costRows, marginRows, retentionRows, upgradeRows } from './revenue-rows.ts'
import { BY_USER, column, inScopes, plain, plainHours, type Rollup, since, sinceHour } from './rollup-kit.ts'
import { qualityRollups } from './rollups-quality.ts'
import { hoursOf, onDays } from './window.ts'

/** Rows that have a plan and no user. */
const OWN_PLAN: PeopleCut = { segment: false, plan: column('plan') }

const ACTIVE: Expr = ({ sql }) => sql`active`

/** Roll-ups by day; a roll-up by hour belongs to the day which the hour has in the configured zone. */
export const rollups = {
  calls: {
    table: 'api_call_days',
    facts: 'api-calls',
    dims: {
      service: column('service'),
      provider: column('provider'),
      model: column('model'),
    },
    rows: (q, w) => q.sql`select *, at as day from api_call_days
      where ${inScopes(q, w)} and ${onDays(q, q.sql`at`, w)}`,
    first: ({ sql }) => sql`select min(at) from api_call_days where scope = '*'`,
  },
  aiCalls: {
    table: 'api_call_days',
    facts: 'api-calls',
    dims: {
      service: column('service'),
      provider: column('provider'),
      model: column('model'),
    },
    rows: (q, w) => q.sql`select *, at as day from api_call_days
      where ai and ${inScopes(q, w)} and ${onDays(q, q.sql`at`, w)}`,
    first: ({ sql }) => sql`select min(at) from api_call_days where scope = '*' and ai`,
  },
  jobs: {
    table: 'job_hours',
    facts: 'jobs',
    dims: { kind: column('kind') },
    rows: plainHours('job_hours'),
    first: sinceHour('job_hours'),
  },
  payments: {
    table: 'payment_days',
    facts: 'payments',
    dims: {
      provider: column('provider'),
      status: column('status'),
      currency: column('currency'),
    },
    rows: plain('payment_days'),
    first: since('payment_days'),
  },
  mrr: {
    table: 'mrr_days',
    facts: 'subscriptions',
    dims: { plan: column('plan'), kind: column('kind') },
    rows: (q, w) => q.sql`select * from mrr_days
      where policy in ('', ${q.policy}) and ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: since('mrr_days'),
    people: OWN_PLAN,
  },
  signups: {
    table: 'signup_days',
    facts: 'users',
    dims: {
      provider: column('provider'),
      country: column('country'),
      referrer: column('referrer'),
    },
    rows: plain('signup_days'),
    first: since('signup_days'),
    people: { ...BY_USER, rows: signupRows },
  },
  plans: {
    table: 'plan_days',
    facts: 'subscriptions',
    dims: { plan: column('plan'), class: column('class') },
    rows: plain('plan_days'),
    first: since('plan_days'),
    people: { segment: true, plan: (q) => planOf(q, 'r'), rows: planChangeRows },
  },
  retention: {
    table: 'retention_days',
    facts: 'subscriptions',
    dims: {},
    rows: retentionRows,
    first: since('retention_days'),
  },
  subscriptions: {
    table: 'subscription_days',
    facts: 'subscriptions',
    dims: {
      plan: column('plan'),
      status: column('status'),
      currency: column('currency'),
      reason: column('cancel_reason'),
    },
    rows: plain('subscription_days'),
    first: since('subscription_days'),
    people: OWN_PLAN,
  },
  accounts: {
    table: 'account_days',
    facts: 'subscriptions',
    dims: {},
    rows: plain('account_days'),
    first: since('account_days'),
  },
  upgrades: {
    table: 'user_plans',
    facts: 'subscriptions',
    dims: {},
    rows: upgradeRows,
    first: since('plan_days'),
  },
  invoices: {
    table: 'invoice_days',
    facts: 'invoices',
    dims: { provider: column('provider'), currency: column('currency') },
    rows: plain('invoice_days'),
    first: since('invoice_days'),
  },
  costs: {
    table: 'api_call_days, payment_days, spend_days and finance_inputs',
    facts: 'api-calls',
    dims: { item: column('item'), channel: column('channel') },
    rows: costRows,
    first: ({ sql }) => sql`select least(
      (select min(at) from api_call_days where scope = '*' and ai), (select min(day) from payment_days where scope = '*'),
      (select min(day) from spend_days where scope = '*'), (select min(day) from mrr_days where scope = '*'),
      (select min(month) from finance_inputs))`,
  },
  margins: {
    table: 'customer_mrr_days, api_call_days and user_days',
    facts: 'subscriptions',
    dims: {},
    rows: marginRows,
    first: since('mrr_days'),
  },
  balances: {
    table: 'finance_inputs',
    facts: 'finance-inputs',
    dims: {},
    rows: balanceRows,
    first: ({ sql }) => sql`select min(month) from finance_inputs`,
  },
  objects: {
    table: 'object_days',
    facts: 'objects',
    dims: { kind: column('kind'), ...VARIANT_DIMS, ...ORIGIN_DIM },
    joins: { ...VARIANT_JOINS, ...ORIGIN_JOIN },
    rows: plain('object_days'),
    first: since('object_days'),
  },
  users: {
    table: 'user_days',
    facts: 'events',
    dims: { class: column('plan_class'), ...EVENT_DIM, ...USER_DIMS },
    joins: { ...EVENT_JOIN, ...USER_JOINS },
    rows: (q, w) => q.sql`select * from user_days
      where active and user_id <> '' and ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: since('user_days', ACTIVE),
    people: BY_USER,
  },
  // The same, days without activity among them: through it numbers of other roll-ups are told of some people.
  userDays: {
    table: 'user_days',
    facts: 'events',
    dims: { class: column('plan_class') },
    rows: (q, w) => q.sql`select * from user_days
      where user_id <> '' and ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: since('user_days', ACTIVE),
    people: BY_USER,
  },
  activity: {
    table: 'user_activity',
    facts: 'events',
    dims: USER_DIMS,
    joins: USER_JOINS,
    rows: activityRows,
    first: since('user_days', ACTIVE),
    people: BY_USER,
  },
  sessions: {
    table: 'session_days',
    facts: 'events',
    dims: {},
    rows: plain('session_days'),
    first: since('session_days'),
    people: BY_USER,
  },
  events: {
    table: 'event_days',
    facts: 'events',
    dims: { name: column('name') },
    rows: plain('event_days'),
    first: since('event_days'),
  },
  gauges: {
    table: 'gauge_hours',
    facts: 'gauges',
    dims: {},
    rows: plainHours('gauge_hours'),
    first: sinceHour('gauge_hours'),
  },
  // A probe belongs to no tenant: every scope sees the same.
  probes: {
    table: 'probe_hours',
    facts: 'probes',
    dims: { target: column('target') },
    rows: (q, w) => q.sql`select s.scope, p.*, (p.hour at time zone ${q.zone})::date as day
      from probe_hours p cross join unnest(${w.scopes}::text[]) s (scope) where ${hoursOf(q, w)}`,
    first: ({ sql, zone }) => sql`select (min(hour) at time zone ${zone})::date from probe_hours`,
  },
  ...growthRollups,
  ...qualityRollups,
} satisfies Record<string, Rollup>

export type RollupName = keyof typeof rollups

/** The first day with data of each roll-up, in one statement. */
export async function firstDays(q: SqlContext, names: Iterable<RollupName>): Promise<Map<RollupName, Day | null>> {
  const wanted = [...new Set(names)]
  if (wanted.length === 0) return new Map()
  const parts = wanted.map(
    (name, i) => q.sql`${i ? q.sql`union all` : q.sql``}
    select ${name}::text as name, (${rollups[name].first(q)})::text as day`,
  )
  const rows = await q.sql<{ name: RollupName; day: Day | null }[]>`${parts}`
  return new Map(rows.map((row) => [row.name, row.day]))
}
