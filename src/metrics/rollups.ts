import type { Day } from '../lib/time.ts'
import { activityRows } from './activity.ts'
import type { Expr, Fragment, SqlContext } from './define.ts'
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
import type { PeopleCut } from './people.ts'
import { planChangeRows, signupRows } from './people-rows.ts'
import { planOf } from './plan-of.ts'
import { balanceRows, costRows, marginRows, retentionRows, upgradeRows } from './revenue-rows.ts'
import { qualityRollups } from './rollups-quality.ts'
import { hoursOf, onDays, type Window } from './window.ts'

/** A roll-up as the catalogue reads it: rows with `scope` and `day`, which a metric aggregates as `r`. */
export interface Rollup {
  table: string
  /** Which facts fill it; the empty state says so. */
  facts: string
  dims: Record<string, Expr>
  rows: (context: SqlContext, window: Window) => Fragment
  /** The first day with data: before it there is a gap, not a zero. */
  first: Expr
  /** How it is cut to some people; absent = it cannot be. */
  people?: PeopleCut
  /** What a dimension is looked up in: joined to the rows `r` only where it is asked for. */
  joins?: Record<string, Expr>
}

/** Rows of single users, whose plan is looked up for the row's day. */
const BY_USER: PeopleCut = { segment: true, plan: 'day' }
/** Rows that have a plan and no user. */
const OWN_PLAN: PeopleCut = { segment: false, plan: ({ sql }) => sql`r.plan` }

const inScopes = ({ sql }: SqlContext, { scopes }: Window) => sql`scope = any(${scopes}::text[])`

/** Roll-ups by day; a roll-up by hour belongs to the day which the hour has in the configured zone. */
export const rollups = {
  calls: {
    table: 'api_call_days',
    facts: 'api-calls',
    dims: {
      service: ({ sql }) => sql`r.service`,
      provider: ({ sql }) => sql`r.provider`,
      model: ({ sql }) => sql`r.model`,
    },
    rows: (q, w) => q.sql`select *, at as day from api_call_days
      where ${inScopes(q, w)} and ${onDays(q, q.sql`at`, w)}`,
    first: ({ sql }) => sql`select min(at) from api_call_days where scope = '*'`,
  },
  aiCalls: {
    table: 'api_call_days',
    facts: 'api-calls',
    dims: {
      service: ({ sql }) => sql`r.service`,
      provider: ({ sql }) => sql`r.provider`,
      model: ({ sql }) => sql`r.model`,
    },
    rows: (q, w) => q.sql`select *, at as day from api_call_days
      where ai and ${inScopes(q, w)} and ${onDays(q, q.sql`at`, w)}`,
    first: ({ sql }) => sql`select min(at) from api_call_days where scope = '*' and ai`,
  },
  jobs: {
    table: 'job_hours',
    facts: 'jobs',
    dims: { kind: ({ sql }) => sql`r.kind` },
    rows: (q, w) => q.sql`select *, (hour at time zone ${q.zone})::date as day from job_hours
      where ${inScopes(q, w)} and ${hoursOf(q, w)}`,
    first: ({ sql, zone }) => sql`select (min(hour) at time zone ${zone})::date from job_hours where scope = '*'`,
  },
  payments: {
    table: 'payment_days',
    facts: 'payments',
    dims: {
      provider: ({ sql }) => sql`r.provider`,
      status: ({ sql }) => sql`r.status`,
      currency: ({ sql }) => sql`r.currency`,
    },
    rows: (q, w) => q.sql`select * from payment_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from payment_days where scope = '*'`,
  },
  mrr: {
    table: 'mrr_days',
    facts: 'subscriptions',
    dims: { plan: ({ sql }) => sql`r.plan`, kind: ({ sql }) => sql`r.kind` },
    rows: (q, w) => q.sql`select * from mrr_days
      where policy in ('', ${q.policy}) and ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from mrr_days where scope = '*'`,
    people: OWN_PLAN,
  },
  signups: {
    table: 'signup_days',
    facts: 'users',
    dims: {
      provider: ({ sql }) => sql`r.provider`,
      country: ({ sql }) => sql`r.country`,
      referrer: ({ sql }) => sql`r.referrer`,
    },
    rows: (q, w) => q.sql`select * from signup_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from signup_days where scope = '*'`,
    people: { ...BY_USER, rows: signupRows },
  },
  plans: {
    table: 'plan_days',
    facts: 'subscriptions',
    dims: { plan: ({ sql }) => sql`r.plan`, class: ({ sql }) => sql`r.class` },
    rows: (q, w) => q.sql`select * from plan_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from plan_days where scope = '*'`,
    people: { segment: true, plan: (q) => planOf(q, 'r'), rows: planChangeRows },
  },
  retention: {
    table: 'retention_days',
    facts: 'subscriptions',
    dims: {},
    rows: retentionRows,
    first: ({ sql }) => sql`select min(day) from retention_days where scope = '*'`,
  },
  subscriptions: {
    table: 'subscription_days',
    facts: 'subscriptions',
    dims: {
      plan: ({ sql }) => sql`r.plan`,
      status: ({ sql }) => sql`r.status`,
      currency: ({ sql }) => sql`r.currency`,
      reason: ({ sql }) => sql`r.cancel_reason`,
    },
    rows: (q, w) => q.sql`select * from subscription_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from subscription_days where scope = '*'`,
    people: OWN_PLAN,
  },
  accounts: {
    table: 'account_days',
    facts: 'subscriptions',
    dims: {},
    rows: (q, w) => q.sql`select * from account_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from account_days where scope = '*'`,
  },
  upgrades: {
    table: 'user_plans',
    facts: 'subscriptions',
    dims: {},
    rows: upgradeRows,
    first: ({ sql }) => sql`select min(day) from plan_days where scope = '*'`,
  },
  invoices: {
    table: 'invoice_days',
    facts: 'invoices',
    dims: { provider: ({ sql }) => sql`r.provider`, currency: ({ sql }) => sql`r.currency` },
    rows: (q, w) => q.sql`select * from invoice_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from invoice_days where scope = '*'`,
  },
  costs: {
    table: 'api_call_days, payment_days, spend_days and finance_inputs',
    facts: 'api-calls',
    dims: { item: ({ sql }) => sql`r.item`, channel: ({ sql }) => sql`r.channel` },
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
    first: ({ sql }) => sql`select min(day) from mrr_days where scope = '*'`,
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
    dims: { kind: ({ sql }) => sql`r.kind`, ...VARIANT_DIMS, ...ORIGIN_DIM },
    joins: { ...VARIANT_JOINS, ...ORIGIN_JOIN },
    rows: (q, w) => q.sql`select * from object_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from object_days where scope = '*'`,
  },
  users: {
    table: 'user_days',
    facts: 'events',
    dims: { class: ({ sql }) => sql`r.plan_class`, ...EVENT_DIM, ...USER_DIMS },
    joins: { ...EVENT_JOIN, ...USER_JOINS },
    rows: (q, w) => q.sql`select * from user_days
      where active and user_id <> '' and ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from user_days where scope = '*' and active`,
    people: BY_USER,
  },
  // The same, days without activity among them: through it numbers of other roll-ups are told of some people.
  userDays: {
    table: 'user_days',
    facts: 'events',
    dims: { class: ({ sql }) => sql`r.plan_class` },
    rows: (q, w) => q.sql`select * from user_days
      where user_id <> '' and ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from user_days where scope = '*' and active`,
    people: BY_USER,
  },
  activity: {
    table: 'user_activity',
    facts: 'events',
    dims: USER_DIMS,
    joins: USER_JOINS,
    rows: activityRows,
    first: ({ sql }) => sql`select min(day) from user_days where scope = '*' and active`,
    people: BY_USER,
  },
  sessions: {
    table: 'session_days',
    facts: 'events',
    dims: {},
    rows: (q, w) => q.sql`select * from session_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from session_days where scope = '*'`,
    people: BY_USER,
  },
  events: {
    table: 'event_days',
    facts: 'events',
    dims: { name: ({ sql }) => sql`r.name` },
    rows: (q, w) => q.sql`select * from event_days where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from event_days where scope = '*'`,
  },
  gauges: {
    table: 'gauge_hours',
    facts: 'gauges',
    dims: {},
    rows: (q, w) => q.sql`select *, (hour at time zone ${q.zone})::date as day from gauge_hours
      where ${inScopes(q, w)} and ${hoursOf(q, w)}`,
    first: ({ sql, zone }) => sql`select (min(hour) at time zone ${zone})::date from gauge_hours where scope = '*'`,
  },
  // A probe belongs to no tenant: every scope sees the same.
  probes: {
    table: 'probe_hours',
    facts: 'probes',
    dims: { target: ({ sql }) => sql`r.target` },
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
