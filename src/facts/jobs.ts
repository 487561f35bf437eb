import { z } from 'zod'
import { id, instant, int, object, optionalId, requiredChoice, tenant, text, withRest } from './fields.ts'
import { defineFact } from './types.ts'
import { earliest, newest, upsertInto } from './upsert.ts'

const schema = z.looseObject({
  id: id(),
  kind: id(),
  status: requiredChoice('queued', 'running', 'succeeded', 'failed', 'cancelled'),
  user_id: optionalId(),
  tenant_id: tenant(),
  queue: optionalId(),
  enqueued_at: instant(),
  started_at: instant(),
  finished_at: instant(),
  error: text(4000),
  attempt: int(1, 10_000),
  object_id: optionalId(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))
const STAGES = ['queued', 'running', 'cancelled', 'failed', 'succeeded']
const FINISHED = new Set(['succeeded', 'failed', 'cancelled'])

export default defineFact({
  kind: 'jobs',
  path: 'jobs',
  mode: 'upsert',
  keepsRow: true,
  doc: 'Queued work: a build, a preview, a document: id, kind, status, enqueued_at, started_at, finished_at.',
  schema,
  ts: (row) => row.updated_at ?? row.finished_at ?? row.started_at ?? row.enqueued_at,
  store: (row, { ts }) => {
    const first = row.enqueued_at ?? row.started_at ?? row.finished_at ?? ts
    return {
      job_id: row.id,
      ts: first,
      user_id: row.user_id,
      tenant_id: row.tenant_id,
      kind: row.kind,
      queue: row.queue,
      status: row.status,
      enqueued_at: first,
      started_at: row.started_at,
      finished_at: row.finished_at ?? (FINISHED.has(row.status) ? ts : undefined),
      error: row.error,
      attempt: row.attempt,
      object_id: row.object_id,
      updated_at: ts,
      properties: withRest(KNOWN, row, row.properties),
    }
  },
  write: upsertInto(
    'jobs',
    ['job_id'],
    (tx, json, batch) => {
      const bucket = (column: string) => tx`date_trunc('hour', ${tx(column)}, ${batch.timeZone})`
      return tx`
      with input as materialized (select * from json_populate_recordset(null::jobs, ${json}::text::json)),
      old as materialized (
        select j.job_id, j.enqueued_at, j.finished_at from jobs j where j.job_id in (select job_id from input)
      ),
      stored as (
        insert into jobs as t
        select job_id, ${batch.id}, ts, coalesce(user_id, ''), coalesce(tenant_id, ''), kind, queue, status,
          enqueued_at, started_at, finished_at, error, coalesce(attempt, 1), object_id, updated_at, properties
        from input
        on conflict (job_id) do update set
          ${newest(tx, ['kind', 'queue', 'error', 'object_id', 'properties'])},
          -- Within an attempt a job only goes forward: a "running" that comes after "succeeded" changes nothing.
          status = case when excluded.attempt > t.attempt or excluded.attempt = t.attempt
            and array_position(${STAGES}, excluded.status) >= array_position(${STAGES}, t.status)
            and (excluded.updated_at >= t.updated_at or t.status in ('queued', 'running'))
            then excluded.status else t.status end,
          enqueued_at = least(t.enqueued_at, excluded.enqueued_at),
          started_at = case when excluded.attempt > t.attempt then excluded.started_at
            else coalesce(t.started_at, excluded.started_at) end,
          finished_at = case when excluded.attempt > t.attempt then excluded.finished_at
            else coalesce(t.finished_at, excluded.finished_at) end,
          attempt = greatest(t.attempt, excluded.attempt),
          updated_at = greatest(t.updated_at, excluded.updated_at)
        returning job_id, ts, enqueued_at, finished_at
      ),
      touched as (
        select enqueued_at, finished_at from old union all select enqueued_at, finished_at from stored
      ),
      marked as (
        insert into dirty_buckets
        select 'job_hours', ${bucket('enqueued_at')} from touched
        union select 'job_hours', ${bucket('finished_at')} from touched where finished_at is not null
      )
      insert into fact_batches (id, kind, n, min_ts, max_ts)
      select ${batch.id}, 'jobs', count(*), min(ts), max(ts)
      from stored where job_id not in (select job_id from old) having count(*) > 0`
    },
    earliest('ts', 'enqueued_at'),
  ),
})
