import type { Fragment, SqlContext } from '../../metrics/metric.ts'
import { jobTimes } from '../../rollups/buckets.ts'
import { objectParts } from '../../rollups/object-days.ts'
import { ownRows } from '../own-rows.ts'
import {
  boolean,
  boundsOf,
  date,
  dayAt,
  during,
  isFolded,
  ms,
  number,
  ofScope,
  placeOf,
  type RowSource,
  type Span,
  text,
  time,
} from '../source.ts'

/** A job counts when it was queued, and when it ended. */
export const jobs: RowSource = {
  noun: 'job',
  facts: (q, span) => q.sql`
    select p.*, ${dayAt(q, 'p.at')} as day, hist_of(array[hist_bucket(run)], array[run_n]) as run_hist,
      hist_of(array[hist_bucket(waited)], array[wait_n::bigint]) as wait_hist
    from (
      ${jobParts(q, span, {
        at: 'enqueued_at',
        counts: q.sql`1 as enqueued, 0 as succeeded, 0 as failed, 0 as cancelled, 0::bigint as run_n, 0::float8 as run_ms,
          0 as wait_n, 0::float8 as wait_ms, null::float8 as run, null::float8 as waited`,
      })}
      union all
      ${jobParts(q, span, {
        at: 'finished_at',
        counts: q.sql`0, (j.status = 'succeeded')::int, (j.status = 'failed')::int, (j.status = 'cancelled')::int,
          (r.run_ms is not null)::int::bigint, coalesce(r.run_ms, 0), (r.wait_ms is not null)::int, coalesce(r.wait_ms, 0),
          r.run_ms, r.wait_ms`,
      })}
    ) p`,
  columns: {
    time: time('Time', { from: 'at' }),
    job_id: text('Job'),
    kind: text('Kind'),
    status: text('Status'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    queue: text('Queue'),
    attempt: number('Attempt'),
    enqueued_at: time('Queued'),
    finished_at: time('Finished'),
    waited_ms: ms('Waited', { from: 'waited' }),
    ran_ms: ms('Ran', { from: 'run' }),
    error: text('Error', { personal: true }),
  },
}

function jobParts(q: SqlContext, span: Span, { at, counts }: { at: string; counts: Fragment }): Fragment {
  return q.sql`select ${span.scope}::text as scope, j.${q.sql(at)} as at, j.job_id || ${` ${at}`}::text as id, j.job_id, j.kind,
        j.status, j.user_id, j.tenant_id, j.queue, j.attempt, j.enqueued_at, j.finished_at, j.error, ${counts}
      from jobs j, ${jobTimes(q.sql)} r
      where ${during(q, at, span)} and ${ofScope(q, span)}`
}

/** An object counts when it was created, when it reached its aim, and when it was closed. */
export const objects: RowSource = {
  noun: 'object',
  thing: { noun: 'object', column: 'thing' },
  facts: (q, span) => {
    const { start, until } = boundsOf(q, span)
    return q.sql`
    with d as (
      select null::date as day, ${start ? q.sql`${start}::timestamptz` : q.sql`timestamptz '-infinity'`} as start,
        ${until}::timestamptz as until
    )
    select ${span.scope}::text as scope, p.*, p.kind || ' ' || p.object_id || ' ' || p.what as id,
      p.kind || ' ' || p.object_id as thing, ${dayAt(q, 'p.at')} as day, o.name, o.status, o.user_id, o.created_at, o.closed_at
    from (
      select tenant_id, kind, variant, origin, created, closed, quantity, done, created_done, object_id, what, at
      from (${objectParts(q.sql)}) parts where ${ofScope(q, span)}
    ) p join objects o using (kind, object_id)`
  },
  columns: {
    time: time('Time', { from: 'at' }),
    kind: text('Kind'),
    object_id: text('Object'),
    name: text('Name', { personal: true }),
    status: text('Status'),
    variant: text('Variant'),
    origin: text('Template is'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    created_at: time('Created'),
    closed_at: time('Closed'),
  },
}

export const events: RowSource = {
  noun: 'event',
  partitioned: 'events',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, ${placeOf(q, 'events')} as id, ${dayAt(q, 'ts')} as day, name, type,
      -- Of a visitor whom we know by now it is the user.
      case when user_id <> '' then user_id else (select m.user_id from merged_ids m where m.id = anonymous_id) end as user_id,
      anonymous_id, tenant_id, session_id, source, country, browser, os, device, 1 as n
    from events where ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: {
    time: time('Time', { from: 'at' }),
    name: text('Event'),
    type: text('Type'),
    user_id: text('User'),
    anonymous_id: text('Visitor', { personal: true }),
    tenant_id: text('Tenant'),
    session_id: text('Session', { personal: true }),
    source: text('Source'),
    country: text('Country', { personal: true }),
    browser: text('Browser', { personal: true }),
    os: text('OS', { personal: true }),
    device: text('Device', { personal: true }),
  },
}

/** The names themselves, for what counts them and not the events. */
export const eventNames: RowSource = {
  noun: 'name on a day',
  facts: ownRows('events', ({ sql }) => sql`r.name`),
  columns: { day: date('Day'), name: text('Event'), events: number('Events', { from: 'n' }) },
}

export const gauges: RowSource = {
  noun: 'sample',
  partitioned: 'gauges',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, ${placeOf(q, 'gauges')} as id, ${dayAt(q, 'ts')} as day, name, tenant_id,
      labels::text as labels, 1 as n, value as total, value as low, value as high, value as last, ts as last_ts
    from gauges where ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: {
    time: time('Time', { from: 'at' }),
    name: text('Gauge'),
    value: number('Value', { from: 'last' }),
    tenant_id: text('Tenant'),
    labels: text('Labels', { personal: true }),
  },
}

export const probes: RowSource = {
  noun: 'probe',
  tenantless: true,
  partitioned: 'probes',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, ${placeOf(q, 'probes')} as id, ${dayAt(q, 'ts')} as day, target, ok as answered,
      http_status, latency_ms as took_ms, error, 1 as n, ok::int as ok, (latency_ms is not null)::int as latency_n,
      coalesce(latency_ms, 0) as latency_ms
    from probes where ${during(q, 'ts', span)} and ${isFolded(q)}`,
  columns: {
    time: time('Time', { from: 'at' }),
    target: text('Target'),
    ok: boolean('As it should', { from: 'answered' }),
    http_status: number('HTTP'),
    latency_ms: ms('Latency', { from: 'took_ms' }),
    error: text('Error', { personal: true }),
  },
}
