import type { Expr } from '../../metrics/metric.ts'
import { feedbackSums } from '../../rollups/feedback-days.ts'
import { ownRows } from '../own-rows.ts'
import {
  boolean,
  date,
  dayAt,
  during,
  isFolded,
  ms,
  number,
  ofScope,
  PERSON,
  placeOf,
  type RowColumn,
  type RowSource,
  text,
  time,
} from '../source.ts'

const byUser: Expr = ({ sql }) => sql`r.user_id`
const origin: Record<string, RowColumn> = {
  created_at: time('Signed up'),
  provider: text('Provider', { personal: true }),
  country: text('Country', { personal: true }),
  referrer: text('Came from', { personal: true }),
}

/** Those who had their first days, with what they did in them. */
export const starts: RowSource = {
  noun: 'user',
  facts: ownRows('starts', byUser),
  columns: {
    ...PERSON,
    ...origin,
    activated: boolean('Activated'),
    upload: boolean('Uploaded'),
    worklog: boolean('Logged work'),
    report: boolean('Made a report'),
  },
}

export const firsts: RowSource = {
  noun: 'first time',
  facts: ownRows('firsts', ({ sql }) => sql`r.user_id || ' ' || r.step`),
  columns: { happened_at: time('Time', { from: 'ts' }), ...PERSON, step: text('Step'), took_ms: ms('Took'), ...origin },
}

export const firstUses: RowSource = {
  noun: 'first use',
  facts: ownRows('firstUses', ({ sql }) => sql`r.user_id || ' ' || r.feature`),
  columns: { happened_at: time('Time', { from: 'ts' }), ...PERSON, feature: text('Feature'), ...origin },
}

export const returns: RowSource = {
  noun: 'user',
  facts: ownRows('returns', ({ sql }) => sql`r.user_id || ' ' || r.week`),
  columns: { ...PERSON, week: number('Week'), returned: boolean('Came back'), ...origin },
}

export const inviters: RowSource = {
  noun: 'user',
  facts: ownRows('inviters', byUser),
  columns: { ...PERSON, sent: number('Invites sent'), accepted: number('Accepted'), ...origin },
}

export const stages: RowSource = {
  noun: 'user',
  facts: ownRows('stages', byUser),
  columns: {
    ...PERSON,
    day: date('Seen from'),
    stage: text('Stage'),
    age: number('Days since sign-up'),
    last_days: number('Days active of 30'),
    before_days: number('Of the 30 before'),
    ...origin,
  },
}

/** The bands that its users were in, as they were scored last; who they are is on the Health page. */
export const health: RowSource = {
  noun: 'band',
  facts: ownRows('health', ({ sql }) => sql`r.band`),
  columns: {
    day: date('Day'),
    scored_on: date('Scored as of'),
    band: text('Band'),
    n: number('Users'),
    score: number('Sum of scores'),
  },
}

export const features: RowSource = {
  noun: 'user and feature',
  facts: ownRows('features', ({ sql }) => sql`r.user_id || ' ' || r.feature`),
  columns: { user_id: text('User'), day: date('Seen from'), feature: text('Feature'), used: boolean('Used') },
}

export const engagement: RowSource = {
  noun: 'user',
  facts: ownRows('engagement', byUser),
  columns: {
    user_id: text('User'),
    day: date('Seen from'),
    days: number('Days active of 30'),
    events: number('Events'),
    features_used: number('Key features used'),
    features: number('Key features'),
  },
}

/** An invitation counts when it is sent, and when it is accepted. */
export const invites: RowSource = {
  noun: 'invitation',
  facts: (q, span) => {
    const { sql } = q
    const part = (at: string, what: string, counts: Expr) => sql`
      select ${span.scope}::text as scope, ${sql(at)} as at, invite_id || ${` ${what}`}::text as id, ${dayAt(q, at)} as day,
        invite_id, user_id, tenant_id, coalesce(channel, '') as channel, sent_at, accepted_at, accepted_user_id,
        ${what}::text as became, greatest(0, extract(epoch from accepted_at - sent_at) * 1000)::float8 as took_ms, ${counts(q)}
      from invites where ${during(q, at, span)} and ${ofScope(q, span)}`
    return sql`${part('sent_at', 'sent', (c) => c.sql`1 as sent, (accepted_at is not null)::int as sent_accepted, 0 as accepted`)}
      union all ${part('accepted_at', 'accepted', (c) => c.sql`0, 0, 1`)}`
  },
  columns: {
    time: time('Time', { from: 'at' }),
    invite_id: text('Invitation'),
    became: text('Became'),
    channel: text('Channel'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    sent_at: time('Sent'),
    accepted_at: time('Accepted'),
    accepted_user_id: text('New user'),
  },
}

/** Those that were accepted, with how long it took. */
export const inviteTimes: RowSource = {
  ...invites,
  facts: (q, span) => q.sql`select * from (${invites.facts(q, span)}) i where became = 'accepted'`,
  columns: { ...invites.columns, took_ms: ms('Took') },
}

export const feedback: RowSource = {
  noun: 'answer',
  partitioned: 'feedback',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, f.ts as at, ${placeOf(q, 'f')} as id, ${dayAt(q, 'f.ts')} as day, f.user_id, f.tenant_id,
      f.kind, f.score as given, f.max, f.object_id, s.*
    from feedback f cross join lateral (select ${feedbackSums(q.sql)} from (select f.*) one) s
    where ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: {
    time: time('Time', { from: 'at' }),
    kind: text('Kind'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    score: number('Score', { from: 'given' }),
    max: number('Of'),
    object_id: text('About'),
  },
}

const things: Record<string, RowColumn> = {
  kind: text('Kind'),
  variant: text('Variant'),
  part: text('Repository'),
  last_day: date('Last day', { from: 'day' }),
  created: number('Created', { of: ({ sql }) => sql`sum(r.created)` }),
}

/** Who made objects of a kind. */
export const objectUsers: RowSource = {
  noun: 'user, kind and day',
  thing: { noun: 'user', column: 'user_id' },
  facts: ownRows('objectUsers', ({ sql }) => sql`concat_ws(' ', r.user_id, r.kind, r.variant, r.part)`),
  columns: { user_id: text('User'), ...things },
}

/** What they are parts of: the repositories of commits. */
export const objectParts: RowSource = {
  ...objectUsers,
  thing: { noun: 'repository', column: 'part' },
  columns: things,
}

/** Counters of objects, by the hour in which they went on. */
export const objectCounts: RowSource = {
  noun: 'hour of an object',
  thing: { noun: 'object', column: 'object_id' },
  facts: ownRows('objectCounts', ({ sql }) => sql`concat_ws(' ', r.kind, r.object_id, r.counter, r.hour)`),
  columns: {
    kind: text('Kind'),
    object_id: text('Object'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    counter: text('Counter', { only: 'fact' }),
    hour: time('Hour'),
    amount: number('By', { only: 'fact' }),
  },
}
