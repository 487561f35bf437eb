import { derived, live, metrics, percentile, ratio, sum } from './define.ts'
import { healthReading, speedOf } from './health.ts'
import { sampled } from './sampled.ts'

/** How the watched product itself is. */
export default metrics({
  'users.online': live({
    label: 'Users online',
    unit: 'users',
    good: 'up',
    definition: 'Distinct users with an event or an API call in the last 2 minutes.',
    action: 'Zero by day? Look at uptime, and at whether events still arrive.',
    read: ({ sql, now }, scope) => {
      const recent = sql`ts > ${now} - interval '2 minutes' and ts <= ${now} and user_id <> ''
        and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`
      return sql`select count(*) from (
        select user_id from events where ${recent} union select user_id from api_calls where ${recent}) u`
    },
    history: sampled('users.online', 'users'),
  }),
  'system.uptime': ratio({
    label: 'Uptime',
    unit: 'percent',
    good: 'up',
    definition: 'Probes that were answered as they should, as a share of all. The same for every tenant.',
    formula: 'probes ok ÷ probes',
    action: 'Look at the probe that failed: when, with what status, and what was deployed before.',
    warn: 99.9,
    crit: 99,
    from: 'probes',
    by: ['target'],
    num: ({ sql }) => sql`sum(r.ok)`,
    den: ({ sql }) => sql`sum(r.n)`,
  }),
  'system.response_time': ratio({
    label: 'Response time',
    unit: 'ms',
    good: 'down',
    definition: 'Mean time of an answer to a probe.',
    action: 'Rising with traffic? Add capacity. Without? Look at the database.',
    warn: 1_000,
    crit: 3_000,
    from: 'probes',
    by: ['target'],
    num: ({ sql }) => sql`sum(r.latency_ms)`,
    den: ({ sql }) => sql`sum(r.latency_n)`,
  }),
  'system.probes': sum({
    label: 'Probes',
    unit: 'calls',
    good: 'neutral',
    definition: 'Probes sent. Fewer than one a minute and target means that Quarterdeck itself was away.',
    action: 'A gap? Look at when this process was restarted.',
    from: 'probes',
    by: ['target'],
    value: ({ sql }) => sql`sum(r.n)`,
  }),
  'system.speed': percentile({
    label: 'Speed',
    unit: 'percent',
    good: 'up',
    definition:
      'The target of p95 latency ÷ p95 latency of all API calls, 100 at the most. The target is the setting TARGET_P95_MS.',
    formula: 'min(1, target p95 ÷ p95)',
    action: 'See API latency, p95.',
    warn: 90,
    crit: 50,
    from: 'calls',
    value: (q) => speedOf(q, q.sql`hist_quantile(hist_sum(r.hist), 0.95)`),
  }),
  'system.health': live({
    label: 'Platform health',
    unit: 'score',
    good: 'up',
    definition:
      'One figure for how the watched product does, 0 to 100: now of the last 24 hours, in the past of a day. Unknown where one of its factors is.',
    formula: 'uptime × (1 − error rate) × min(1, target p95 ÷ p95)',
    action: 'Look at its three factors: which of them is below 95 %?',
    warn: 90,
    crit: 70,
    read: (q, scope) => q.sql`select h.score from (${healthReading(q, scope)}) h`,
    history: derived({
      label: 'Platform health of a day',
      unit: 'score',
      good: 'up',
      definition: 'The same formula over the hours of one day.',
      action: 'See Platform health.',
      of: ['system.uptime', 'api.success_rate', 'system.speed'],
      compute: (v) => (v['system.uptime'] * v['api.success_rate'] * v['system.speed']) / 10_000,
    }),
  }),
})
