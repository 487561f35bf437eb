import type { Expr } from '../../metrics/metric.ts'
import { nameOf } from '../../rollups/known-names.ts'
import { errorPathOf, isOfPage, pageSums, pathOf } from '../../rollups/pages.ts'
import { hostOf, ticketSteps, vitalBucket, vitalIs } from '../../rollups/state-days.ts'
import { ownRows } from '../own-rows.ts'
import {
  AT,
  cost,
  date,
  dayAt,
  during,
  isFolded,
  latest,
  ms,
  number,
  ofScope,
  PERSON,
  placeOf,
  type RowSource,
  text,
  time,
  total,
} from '../source.ts'

/** Page loads, clicks and forms, and the errors of pages. */
export const pages: RowSource = {
  noun: 'event or error',
  partitioned: 'events',
  facts: (q, span) => {
    const [{ sql }, tx] = [q, q.sql]
    const which = sql`${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`
    return sql`
    select ${span.scope}::text as scope, f.ts as at, ${placeOf(q, 'f')} as id, ${dayAt(q, 'f.ts')} as day, f.name as what,
      f.user_id, f.tenant_id, ${nameOf(tx, 'page', pathOf(tx))} as path, coalesce(f.device, '') as device, s.*, 0 as errors
    from events f cross join lateral (select ${pageSums(tx)} from (select f.*) one) s
    where ${isOfPage(tx)} and ${which}
    union all
    select ${span.scope}::text, f.ts, ${placeOf(q, 'f')}, ${dayAt(q, 'f.ts')}, f.message, f.user_id, f.tenant_id,
      ${nameOf(tx, 'page', errorPathOf(tx))}, coalesce(f.device, ''), 0, 0, 0, 0, 0, 1
    from app_errors f where f.source = 'client' and ${which}`
  },
  columns: {
    ...AT,
    what: text('What', { personal: true }),
    page: text('Page', { from: 'path' }),
    ...PERSON,
    device: text('Device', { personal: true }),
  },
}

export const vitals: RowSource = {
  noun: 'measure',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, vital_id as id, ${dayAt(q, 'ts')} as day, name, value, rating,
      ${nameOf(q.sql, 'page', q.sql`coalesce(path, '')`)} as path, coalesce(device, '') as device, browser, country, user_id,
      tenant_id, 1 as n, ${vitalIs(q.sql, 'good')} as good, ${vitalIs(q.sql, 'poor')} as poor,
      hist_of(array[${vitalBucket(q.sql)}], array[1::bigint]) as hist
    from web_vitals where ${during(q, 'ts', span)} and ${ofScope(q, span)}`,
  columns: {
    ...AT,
    name: text('Vital'),
    value: number('Value'),
    rating: text('Rating'),
    page: text('Page', { from: 'path' }),
    device: text('Device', { personal: true }),
    browser: text('Browser', { personal: true }),
    country: text('Country', { personal: true }),
    ...PERSON,
  },
}

export const appErrors: RowSource = {
  noun: 'error',
  partitioned: 'app_errors',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, ${placeOf(q, 'app_errors')} as id, ${dayAt(q, 'ts')} as day, source, kind,
      message, url, release, severity, user_id, tenant_id, 1 as n
    from app_errors where ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: {
    ...AT,
    source: text('Where'),
    kind: text('Kind'),
    message: text('Message', { personal: true }),
    url: text('URL', { personal: true }),
    release: text('Release'),
    ...PERSON,
  },
}

export const troubles: RowSource = {
  noun: 'day of a user',
  thing: { noun: 'user', column: 'user_id' },
  facts: ownRows('troubles', ({ sql }) => sql`r.user_id`),
  columns: {
    user_id: text('User'),
    day: date('Day', { only: 'fact' }),
    last_day: date('Last day', { from: 'day', only: 'thing' }),
    errors: number('Errors', { of: total('errors') }),
    rate_limited: number('Refused', { of: total('rate_limited') }),
  },
}

export const signInCountries: RowSource = {
  noun: 'user and country',
  facts: ownRows('signInCountries', ({ sql }) => sql`r.user_id || ' ' || r.country`),
  columns: { day: date('Day'), user_id: text('User'), country: text('Country', { personal: true }) },
}

export const spikes: RowSource = {
  noun: 'day of a user',
  facts: ownRows('spikes', ({ sql }) => sql`r.user_id`),
  columns: {
    day: date('Day'),
    user_id: text('User'),
    cost: cost('Cost'),
    normal: cost('Normal'),
    class: text('Class', { from: 'plan_class' }),
  },
}

/** A ticket counts when it was opened, answered and closed. */
export const tickets: RowSource = {
  noun: 'step of a ticket',
  thing: { noun: 'ticket', column: 'ticket_id' },
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, p.*, ${dayAt(q, 'p.at')} as day
    from (
      select t.ticket_id, t.ticket_id || ' ' || v.step as id, v.at, v.step, t.user_id, t.tenant_id, t.subject, t.status,
        coalesce(t.priority, '') as priority, t.created_at, t.first_response_at, v.opened, v.closed, v.response_n,
        v.response_ms, v.resolution_n, v.resolution_ms
      from tickets t cross join ${ticketSteps(q.sql)}
      where v.at is not null and ${ofScope(q, span)}
    ) p where ${during(q, 'p.at', span)}`,
  columns: {
    ...AT,
    ticket_id: text('Ticket'),
    step: text('Step', { only: 'fact' }),
    subject: text('Subject', { personal: true }),
    status: text('Status', { of: latest('status', 'opened') }),
    priority: text('Priority'),
    ...PERSON,
    created_at: time('Opened'),
    first_response_at: time('Answered'),
  },
}

const ofWhole: Expr = ({ sql }) => sql`r.source || ' ' || r.kind`

export const intake: RowSource = {
  noun: 'kind of facts on a day',
  tenantless: true,
  facts: ownRows('intake', ofWhole),
  columns: {
    day: date('Day'),
    source: text('Door'),
    kind: text('Kind'),
    accepted: number('Taken'),
    duplicate: number('Known already'),
    rejected: number('Refused'),
  },
}

export const signInFailures: RowSource = {
  noun: 'day',
  tenantless: true,
  facts: ownRows('signInFailures', ({ sql }) => sql`'sign-ins'`),
  columns: { day: date('Day'), n: number('Failed') },
}

/** What became of deliveries of the product's own webhooks. */
export const deliveries: RowSource = {
  noun: 'delivery',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, delivery_id as id, ${dayAt(q, 'ts')} as day, tenant_id,
      ${nameOf(q.sql, 'webhook', hostOf(q.sql))} as host, ${hostOf(q.sql)} as sent_to,
      coalesce(event, '') as event, status, http_status, attempt, latency_ms as took_ms, error, 1 as n,
      (status = 'succeeded')::int as succeeded, (status = 'failed')::int as failed, coalesce(attempt, 1) as attempts,
      (latency_ms is not null)::int as latency_n, coalesce(latency_ms, 0) as latency_ms
    from webhook_deliveries where ${during(q, 'ts', span)} and ${ofScope(q, span)}`,
  columns: {
    ...AT,
    delivery_id: text('Delivery', { from: 'id' }),
    // Addresses of webhooks hold secrets in their paths.
    host: text('To', { from: 'sent_to' }),
    event: text('Event'),
    status: text('Status'),
    http_status: number('HTTP'),
    attempt: number('Attempts'),
    latency: ms('Latency', { from: 'took_ms' }),
    error: text('Error', { personal: true }),
    tenant_id: text('Tenant'),
  },
}

/** What providers told us. */
export const webhooks: RowSource = {
  noun: 'webhook',
  tenantless: true,
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, received_at as at, provider || ' ' || event_id as id, ${dayAt(q, 'received_at')} as day,
      provider, event_id, type, outcome, error, 1 as n, (outcome = 'failed')::int as failed
    from webhook_events where ${during(q, 'received_at', span)}`,
  columns: {
    ...AT,
    provider: text('Provider'),
    event_id: text('Event'),
    type: text('Type'),
    outcome: text('Outcome'),
    error: text('Error', { personal: true }),
  },
}
