import { engagementRows, featureRows } from './adoption-rows.ts'
import { VARIANT_DIMS, VARIANT_JOINS } from './dims.ts'
import { firstRows, firstUseRows, inviterRows, returnRows, stageRows, startRows } from './growth-rows.ts'
import type { Expr } from './metric.ts'
import { BY_USER, column, inScopes, plain, type Rollup, since } from './rollup-kit.ts'
import { healthRows } from './user-health-rows.ts'
import { hoursOf, onDays } from './window.ts'

const PEOPLE = { provider: column('provider'), country: column('country'), referrer: column('referrer') }
const firstSignUp: Expr = ({ sql, zone }) =>
  sql`select (min(created_at) at time zone ${zone})::date from users where status <> 'deleted'`
const firstActivity: Expr = ({ sql }) => sql`select min(day) from user_days where scope = '*' and active`

/** Roll-ups of people: how they begin, stay, leave, invite others and what they use. */
export const growthRollups = {
  starts: {
    table: 'users and user_firsts',
    facts: 'users',
    dims: PEOPLE,
    rows: startRows,
    first: firstSignUp,
    people: BY_USER,
  },
  firsts: {
    table: 'user_firsts',
    facts: 'events',
    dims: PEOPLE,
    rows: firstRows,
    first: ({ sql, zone }) => sql`select (min(ts) at time zone ${zone})::date from user_firsts`,
    people: BY_USER,
  },
  firstUses: {
    table: 'user_firsts',
    facts: 'events',
    dims: { feature: column('feature'), ...PEOPLE },
    rows: firstUseRows,
    first: ({ sql, zone, keyFeatures }) =>
      sql`select (min(ts) at time zone ${zone})::date from user_firsts where name = any(${keyFeatures}::text[])`,
    people: BY_USER,
  },
  returns: {
    table: 'users and user_days',
    facts: 'events',
    dims: PEOPLE,
    rows: returnRows,
    first: firstSignUp,
    people: BY_USER,
  },
  inviters: {
    table: 'users and invites',
    facts: 'invites',
    dims: PEOPLE,
    rows: inviterRows,
    first: since('invite_days'),
    people: BY_USER,
  },
  stages: {
    table: 'users and user_activity',
    facts: 'users',
    dims: { stage: column('stage'), ...PEOPLE },
    rows: stageRows,
    first: firstSignUp,
    people: BY_USER,
  },
  health: {
    table: 'health_days',
    facts: 'events',
    dims: {},
    rows: healthRows,
    first: since('health_days'),
  },
  features: {
    table: 'user_days and object_user_days',
    facts: 'events',
    dims: { feature: column('feature') },
    rows: featureRows,
    first: firstActivity,
    people: BY_USER,
  },
  engagement: {
    table: 'user_days and object_user_days',
    facts: 'events',
    dims: {},
    rows: engagementRows,
    first: firstActivity,
    people: BY_USER,
  },
  invites: {
    table: 'invite_days',
    facts: 'invites',
    dims: { channel: column('channel') },
    rows: plain('invite_days'),
    first: since('invite_days'),
  },
  inviteTimes: {
    table: 'invite_days',
    facts: 'invites',
    dims: { channel: column('channel') },
    rows: (q, w) => q.sql`select scope, day, channel, 3600000 * h as took_ms from invite_days, unnest(hours) h
      where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: since('invite_days'),
  },
  feedback: {
    table: 'feedback_days',
    facts: 'feedback',
    dims: { kind: column('kind') },
    rows: plain('feedback_days'),
    first: since('feedback_days'),
  },
  objectUsers: {
    table: 'object_user_days',
    facts: 'objects',
    dims: {
      kind: column('kind'),
      tracker: VARIANT_DIMS.tracker,
      git_provider: VARIANT_DIMS.git_provider,
    },
    joins: VARIANT_JOINS,
    people: BY_USER,
    rows: plain('object_user_days'),
    first: since('object_user_days'),
  },
  objectCounts: {
    table: 'object_counts',
    facts: 'objects',
    dims: { kind: column('kind') },
    rows: (q, w) => q.sql`select s.scope, o.*, (o.hour at time zone ${q.zone})::date as day
      from object_counts o cross join lateral (values ('*'), (nullif(o.tenant_id, ''))) s (scope)
      where ${inScopes(q, w)} and ${hoursOf(q, w)}`,
    first: ({ sql, zone }) => sql`select (min(hour) at time zone ${zone})::date from object_counts`,
  },
} satisfies Record<string, Rollup>
