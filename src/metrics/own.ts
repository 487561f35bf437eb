import { derived, live, max, metrics, percentile, ratio, sum } from './define.ts'
import type { Expr } from './metric.ts'
import { lastSample, sampled } from './sampled.ts'

const BY = ['source', 'kind'] as const
const total =
  (column: string): Expr =>
  ({ sql }) =>
    sql`sum(r.${sql(column)})`

/** How Quarterdeck itself does, and what the product's own monitoring reports. */
export default metrics({
  'facts.accepted': {
    ...sum({
      label: 'Facts taken',
      unit: 'facts',
      good: 'neutral',
      definition: 'Facts that the doors took, by door and kind. They are counted for all tenants together.',
      action: 'A door that fell silent? See Data.',
      from: 'intake',
      by: BY,
      value: total('accepted'),
    }),
    zero: false,
  },
  'facts.duplicates': {
    ...sum({
      label: 'Facts known already',
      unit: 'facts',
      good: 'neutral',
      definition: 'Facts that were sent again, by their id: they change nothing.',
      action: 'Very many? A client sends everything again, most often because it does not read the answer.',
      from: 'intake',
      by: BY,
      value: total('duplicate'),
    }),
    zero: false,
  },
  'facts.rejected': {
    ...sum({
      label: 'Facts refused',
      unit: 'facts',
      good: 'down',
      definition: 'Facts that were refused because something in them is wrong, by door and kind.',
      action: 'See Data: each refused fact is kept there with the reason, and can be sent again.',
      from: 'intake',
      by: BY,
      value: total('rejected'),
    }),
    zero: false,
  },
  'facts.rejected_rate': ratio({
    label: 'Facts refused, share',
    unit: 'percent',
    good: 'down',
    definition: 'Facts that were refused as a share of all that were sent.',
    action: 'See Facts refused.',
    warn: 1,
    crit: 10,
    from: 'intake',
    by: BY,
    num: total('rejected'),
    den: ({ sql }) => sql`sum(r.accepted + r.duplicate + r.rejected)`,
  }),
  'facts.backlog': lastSample('facts.backlog', {
    label: 'Facts to be folded',
    unit: 'facts',
    good: 'down',
    definition: 'Facts that are stored and not yet in any number, at the last sample of the day.',
    action: 'Growing? Quarterdeck cannot keep up: see the load of its database.',
    warn: 100_000,
    crit: 1_000_000,
  }),
  'facts.batches': lastSample('facts.batches', {
    label: 'Batches to be folded',
    unit: 'rows',
    good: 'down',
    definition: 'Batches of facts that are not yet in any number, at the last sample of the day.',
    action: 'See Facts to be folded.',
  }),
  'facts.lag': lastSample('facts.lag', {
    label: 'Fold lag',
    unit: 'ms',
    good: 'down',
    definition:
      'How long the oldest fact that is not in any number yet had been waiting, at the last sample of the day.',
    action: 'Over a minute pages are late: look at the job “fold” and at the load of the database.',
    warn: 60_000,
    crit: 600_000,
  }),
  'system.own_jobs_failing': live({
    label: 'Own jobs failing',
    unit: 'jobs',
    good: 'down',
    definition: 'Jobs of Quarterdeck whose last run that ended has failed, now. They belong to no tenant.',
    action: 'Open Schedules in Settings: the job says what failed. Mend that, and run it again.',
    warn: 1,
    read: ({ sql }, scope) => sql`
      with recursive names (job) as (
        select min(job) from job_runs
        union all
        select (select min(job) from job_runs r where r.job > n.job) from names n where n.job is not null
      )
      select count(*)
      from names n cross join lateral (
        select outcome from job_runs r where r.job = n.job and r.outcome is not null order by r.id desc limit 1
      ) newest
      where newest.outcome = 'failed' having ${scope} = '*'`,
    history: sampled('system.own_jobs_failing', 'jobs'),
  }),
  'database.size': lastSample('database.size', {
    label: 'Own database size',
    unit: 'bytes',
    good: 'neutral',
    definition: 'Size on disk of Quarterdeck’s own database, at the last sample of the day.',
    action: 'Growing too fast? Lower RETENTION_DAYS: months of raw facts go, their numbers stay.',
  }),
  'database.rows': lastSample('database.rows', {
    label: 'Own database rows',
    unit: 'rows',
    good: 'neutral',
    definition: 'Rows in Quarterdeck’s own tables: an estimate of the last analyze.',
    action: 'See Own database size.',
  }),
  'process.rss_bytes': lastSample('process.rss_bytes', {
    label: 'Memory',
    unit: 'bytes',
    good: 'neutral',
    definition: 'Memory of the Quarterdeck process at the last sample of the day.',
    action: 'Growing day by day without an end? Tell us, with the version: it should not.',
  }),
  'process.lag_ms': lastSample('process.lag_ms', {
    label: 'Process lag',
    unit: 'ms',
    good: 'down',
    definition: 'The longest time within a minute that the Quarterdeck process could not answer, at the last sample.',
    action: 'Over a second? The machine is busy with something else, or too small.',
    warn: 1_000,
    crit: 5_000,
  }),
  'jobs.wait_p95': percentile({
    label: 'Wait in the queue, p95',
    unit: 'ms',
    good: 'down',
    definition: 'Nineteen of twenty jobs that finished had been started sooner. From histograms: exact to 4.4 %.',
    action: 'Far above the mean? Peaks: start more workers at that hour.',
    warn: 60_000,
    crit: 300_000,
    from: 'jobs',
    by: ['kind'],
    value: ({ sql }) => sql`hist_quantile(hist_sum(r.wait_hist), 0.95)`,
  }),
  'cache.hit_rate': {
    ...lastSample('cache.hit_rate', {
      label: 'Cache hits',
      unit: 'percent',
      good: 'up',
      definition:
        'Share of reads that the product’s cache answered, as its gauge cache.hit_rate says at the last sample of the day; 0 to 1 or in percent.',
      action: 'A fall at a release? Keys were renamed, or what is kept expires too soon.',
      warn: 80,
      crit: 50,
    }),
    parts: [
      {
        name: 'value',
        day: ({
          sql,
        }) => sql`(array_agg(case when r.last <= 1 then 100 * r.last else r.last end order by r.last_ts desc)
          filter (where r.name = 'cache.hit_rate'))[1]`,
      },
    ],
  },
  'ws.connections': lastSample('ws.connections', {
    label: 'WebSocket connections',
    unit: 'connections',
    good: 'neutral',
    definition:
      'Open WebSocket connections of the product, by its gauge ws.connections, at the last sample of the day.',
    action: 'A sudden fall? Clients lost their server: look at its log.',
  }),
  'ws.events': lastSample('ws.events', {
    label: 'Events published',
    unit: 'messages',
    good: 'neutral',
    definition:
      'Events a minute that the product published to its clients, by its gauge ws.events, at the last sample of the day.',
    action: 'None while users are online? Whoever publishes is gone.',
  }),
  'ws.latency': lastSample('ws.latency', {
    label: 'WebSocket latency',
    unit: 'ms',
    good: 'down',
    definition: 'Time from publishing an event to its arrival, by the gauge ws.latency, at the last sample of the day.',
    action: 'Rising with connections? Spread them over more servers.',
    warn: 500,
    crit: 2_000,
  }),
  'storage.used': lastSample('storage.used', {
    label: 'Storage used',
    unit: 'percent',
    good: 'down',
    definition:
      'Share of the product’s storage that is full, by its gauge storage.used, at the last sample of the day.',
    action: 'Over 80 %: clean up or add storage before it is full.',
    warn: 80,
    crit: 95,
  }),
  'quota.used': max({
    label: 'Quota used',
    unit: 'percent',
    good: 'down',
    definition:
      'How much of its quota is used where most of it is: the highest of the day, by the gauges quota.used and quota.left, in percent.',
    action: 'Over 80 %: ask the provider for more, or spread the load.',
    warn: 80,
    crit: 95,
    from: 'gauges',
    value: ({ sql }) => sql`greatest(max(r.high) filter (where r.name = 'quota.used'),
      100 - min(r.low) filter (where r.name = 'quota.left'))`,
  }),
  'quota.left': derived({
    label: 'Quota left',
    unit: 'percent',
    good: 'up',
    definition: 'How much of its quota is left where least of it is.',
    formula: '100 − quota.used',
    action: 'See Quota used.',
    warn: 20,
    crit: 5,
    of: ['quota.used'],
    compute: (v) => 100 - v['quota.used'],
  }),
})
