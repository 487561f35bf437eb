import { z } from 'zod'
import { id, instant, int, object, optionalId, requiredChoice, tenant, text, withRest } from './fields.ts'
import { mergeJobs, STAGES } from './job-states.ts'
import { defineFact } from './types.ts'
import { newest, upsertInto } from './upsert.ts'

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
      const next = tx`excluded.attempt > t.attempt`
      const same = tx`excluded.attempt = t.attempt`
      // Within an attempt a job only goes forward: a "running" that comes after "succeeded" changes nothing.
      const forward = tx`${same}
        and array_position(${STAGES}, excluded.status) >= array_position(${STAGES}, t.status)
        and (excluded.updated_at >= t.updated_at or t.status in ('queued', 'running'))`
      const firstOfAttempt = (name: string) => tx`
        ${tx(name)} = case when ${next} then excluded.${tx(name)}
          when ${same} then coalesce(t.${tx(name)}, excluded.${tx(name)}) else t.${tx(name)} end`
      return tx`
      with input as materialized (select * from json_populate_recordset(null::jobs, ${json}::text::json)),
      old as materialized (select * from jobs where job_id in (select job_id from input)),
      stored as (
        insert into jobs as t
        select i.job_id, ${batch.id}, i.ts, coalesce(i.user_id, ''), coalesce(i.tenant_id, ''), i.kind, i.queue, i.status,
          i.enqueued_at, i.started_at, i.finished_at, i.error, coalesce(i.attempt, o.attempt, 1), i.object_id,
          i.updated_at, i.properties
        from input i left join old o using (job_id)
        on conflict (job_id) do update set
          ${newest(tx, ['kind', 'queue', 'object_id', 'properties'])},
          status = case when ${next} or ${forward} then excluded.status else t.status end,
          error = case
            when ${next} or ${forward} and excluded.status = 'succeeded' and t.status <> 'succeeded' then excluded.error
            when not (${same}) or t.status = 'succeeded' and not (${forward}) then t.error
            when excluded.updated_at >= t.updated_at then coalesce(excluded.error, t.error)
            else coalesce(t.error, excluded.error) end,
          -- Of a job without a user nothing was counted: with one, it is folded as of this batch.
          batch_id = case when t.user_id = '' and excluded.user_id <> '' then excluded.batch_id else t.batch_id end,
          user_id = coalesce(nullif(t.user_id, ''), excluded.user_id),
          tenant_id = coalesce(nullif(t.tenant_id, ''), excluded.tenant_id),
          enqueued_at = least(t.enqueued_at, excluded.enqueued_at),
          ${firstOfAttempt('started_at')},
          ${firstOfAttempt('finished_at')},
          attempt = greatest(t.attempt, excluded.attempt),
          updated_at = greatest(t.updated_at, excluded.updated_at)
        returning *
      ),
      marked as (
        insert into dirty_buckets
        select distinct 'job_hours', date_trunc('hour', at, ${batch.timeZone})
        from stored s left join old o using (job_id),
          lateral (values (s.enqueued_at), (s.finished_at), (o.enqueued_at), (o.finished_at)) v(at)
        where at is not null and (s.enqueued_at, s.started_at, s.finished_at, s.status, s.kind, s.tenant_id)
          is distinct from (o.enqueued_at, o.started_at, o.finished_at, o.status, o.kind, o.tenant_id)
      )
      insert into fact_batches (id, kind, n, min_ts, max_ts)
      select ${batch.id}, 'jobs', count(*), min(s.ts), max(s.ts)
      from stored s left join old o using (job_id)
      where s.batch_id = ${batch.id} and o.batch_id is distinct from ${batch.id} having count(*) > 0`
    },
    mergeJobs,
  ),
})
