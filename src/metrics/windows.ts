import { live, metrics } from './define.ts'
import type { About } from './metric.ts'
import { sampled } from './sampled.ts'

/** Sliding windows up to this second. */
export default metrics({
  'ai.requests_per_minute': live({
    label: 'AI requests a minute',
    unit: 'requests',
    good: 'neutral',
    definition: 'AI requests of the last full minute.',
    action: 'Zero by day? Check that the product still sends its calls.',
    read: ({ sql, now }, scope) => sql`select coalesce(sum(requests), 0) from api_call_minutes
      where scope = ${scope} and ai and at = date_trunc('minute', ${now}::timestamptz) - interval '1 minute'`,
    history: sampled('ai.requests_per_minute', 'requests'),
  }),
  'jobs.latency_1m': jobLatency('jobs.latency_1m', '1 minute', {
    label: 'Job latency, 1 min',
    action: 'Far over the hour’s mean? A queue fills: look at its workers.',
  }),
  'jobs.latency_15m': jobLatency('jobs.latency_15m', '15 minutes', {
    label: 'Job latency, 15 min',
    action: 'Rising? Compare waiting with running: more workers help only against waiting.',
  }),
  'jobs.latency_1h': jobLatency('jobs.latency_1h', '1 hour', {
    label: 'Job latency, 1 h',
    action: 'Rising for an hour? Look at the queues, then at what the jobs wait for.',
  }),
})

function jobLatency(name: string, window: string, about: Pick<About, 'label' | 'action'>) {
  return live({
    ...about,
    unit: 'ms',
    good: 'down',
    definition: `Mean time from created to completed, of the jobs that completed in the last ${window}. Unknown when none did.`,
    // A short range of an index of the jobs themselves: the hours of the roll-up are too coarse for a minute.
    read: ({ sql, now }, scope) => sql`select avg(extract(epoch from finished_at - enqueued_at) * 1000) from jobs
      where finished_at > ${now}::timestamptz - ${window}::interval and finished_at <= ${now}
        and status in ('succeeded', 'failed') and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`,
    history: sampled(name, 'ms'),
  })
}
