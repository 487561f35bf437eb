import type { Expr } from '../../metrics/metric.ts'
import { planBefore } from '../../rollups/buckets.ts'
import { ownRows } from '../own-rows.ts'
import {
  cost,
  date,
  dayAt,
  during,
  latest,
  ms,
  number,
  ofScope,
  type RowColumn,
  type RowSource,
  text,
  time,
  total,
} from '../source.ts'

const userId: RowColumn = text('User')

const byUser: Expr = ({ sql }) => sql`r.user_id`

/** Who was active, with their days; identities are resolved as the fold did it. */
export const users: RowSource = {
  noun: 'day of a user',
  thing: { noun: 'user', column: 'user_id' },
  facts: ownRows('users', byUser),
  columns: {
    user_id: userId,
    day: date('Day', { only: 'fact' }),
    last_day: date('Last day', { from: 'day', only: 'thing' }),
    days: number('Days active', { of: ({ sql }) => sql`count(*)`, only: 'thing' }),
    class: text('Class', { of: ({ sql }) => sql`(array_agg(r.plan_class order by r.day desc))[1]` }),
    events: number('Events', { of: total('events') }),
    api_calls: number('API calls', { of: total('api_calls') }),
    ai_requests: number('AI requests', { of: total('ai_requests') }),
    errors: number('Errors', { of: total('errors') }),
    jobs: number('Jobs', { of: total('jobs') }),
    cost: cost('AI cost', { of: total('cost') }),
  },
}

/** The same, days without activity among them. */
export const userDays: RowSource = { ...users, facts: ownRows('userDays', byUser) }

/** Who was active in the windows that end on a day. */
export const activity: RowSource = {
  noun: 'user',
  facts: ownRows('activity', byUser),
  columns: {
    user_id: userId,
    day: date('Seen from'),
    last_active_on: date('Last active', { of: ({ sql }) => sql`max(r.day - position(B'1' in r.b) + 1)` }),
    days_60: number('Days active of 60', { of: ({ sql }) => sql`max(bit_count(substring(r.b from 1 for 60)))` }),
  },
}

export const sessions: RowSource = {
  noun: 'session',
  facts: ownRows('sessions', ({ sql }) => sql`r.user_id || ' ' || r.session_id`),
  columns: {
    day: date('Day'),
    user_id: userId,
    session_id: text('Session', { personal: true }),
    first_at: time('First event', { from: 'first_ts' }),
    last_at: time('Last event', { from: 'last_ts' }),
    duration_ms: ms('Duration', {
      of: ({ sql }) => sql`max(1000 * extract(epoch from r.last_ts - r.first_ts))::float8`,
    }),
    events: number('Events'),
  },
}

/** Accounts by when they were created. */
export const signups: RowSource = {
  noun: 'user',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, created_at as at, user_id as id, ${dayAt(q, 'created_at')} as day, user_id, tenant_id,
      coalesce(provider, '') as provider, coalesce(country, '') as country, username, plan, status, 1 as n
    from users where status <> 'deleted' and ${during(q, 'created_at', span)} and ${ofScope(q, span)}`,
  columns: {
    created_at: time('Signed up', { from: 'at' }),
    user_id: userId,
    username: text('Name', { personal: true }),
    tenant_id: text('Tenant'),
    plan: text('Plan'),
    status: text('Status'),
    provider: text('Provider', { personal: true }),
    country: text('Country', { personal: true }),
  },
}

/** Changes of class: a user joins one and leaves another; the sum is who is in it. */
export const plans: RowSource = {
  noun: 'change of class',
  thing: { noun: 'user', column: 'user_id' },
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, p.since as at, p.user_id || ' ' || v.delta as id,
      ${dayAt(q, 'p.since')} as day, p.user_id, p.tenant_id, v.class, v.plan, v.delta
    from user_plans p ${planBefore(q.sql)}
      cross join lateral (values (p.class, p.plan, 1), (before.class, before.plan, -1)) v (class, plan, delta)
    where v.class is not null and ${during(q, 'since', span)} and ${ofScope(q, span)}`,
  columns: {
    since: time('Since', { from: 'at' }),
    user_id: userId,
    tenant_id: text('Tenant'),
    class: text('Class', { of: latest('class', 'delta') }),
    plan: text('Plan', { of: latest('plan', 'delta') }),
  },
}
