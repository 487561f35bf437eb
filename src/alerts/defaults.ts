import type { MetricKey } from '../metrics/catalogue.ts'
import { type Rule, ruleSchema } from './rule.ts'

/** A rule that is shipped; its metric has to be one of the catalogue's. */
const rule = (written: Omit<Partial<Rule>, 'metric'> & Pick<Rule, 'name' | 'when'> & { metric?: MetricKey }): Rule =>
  ruleSchema.parse(written)

/** The rules that every Quarterdeck has from the start, by a name of their own; an owner may change or delete them. */
export const DEFAULT_RULES = {
  ai_cost: rule({
    name: 'Daily AI cost over 50',
    metric: 'ai.cost',
    when: { kind: 'threshold', op: 'above', limit: 50 },
    window: 'today',
    severity: 'warning',
  }),
  error_rate: rule({
    name: 'API error rate over 15%',
    metric: 'api.error_rate',
    when: { kind: 'threshold', op: 'above', limit: 15 },
    window: '60m',
    least: 20,
    quiet: 30,
    severity: 'critical',
  }),
  build_failures: rule({
    name: 'Build success below 85%',
    metric: 'jobs.build_success_rate',
    when: { kind: 'threshold', op: 'below', limit: 85 },
    window: '60m',
    least: 20,
    quiet: 30,
    severity: 'critical',
  }),
  build_queue: rule({
    name: 'Jobs waiting over 10',
    metric: 'jobs.queued',
    when: { kind: 'threshold', op: 'above', limit: 10 },
    window: 'now',
    for: 5,
    quiet: 30,
    needs: 'redis',
    severity: 'critical',
  }),
  build_time: rule({
    name: 'Mean build time over 120 s',
    metric: 'jobs.build_duration_avg',
    when: { kind: 'threshold', op: 'above', limit: 120_000 },
    window: '60m',
    least: 5,
    quiet: 60,
  }),
  latency: rule({
    name: 'API latency p95 over 20 s',
    metric: 'api.latency_p95',
    when: { kind: 'threshold', op: 'above', limit: 20_000 },
    window: '10m',
    for: 10,
    quiet: 30,
  }),
  payment_failures: rule({
    name: 'Payment success below 80%',
    metric: 'revenue.payment_success_rate',
    when: { kind: 'threshold', op: 'below', limit: 80 },
    window: '60m',
    least: 5,
    quiet: 60,
    severity: 'critical',
  }),
  payments_silent: rule({
    name: 'Payment gateway silent',
    metric: 'revenue.transactions',
    when: { kind: 'nodata' },
    window: '24h',
    severity: 'critical',
  }),
  source_away: rule({
    name: 'A source is unreachable',
    when: { kind: 'source', source: '' },
    for: 2,
    severity: 'critical',
  }),
  churn: rule({
    name: 'Weekly churn over twice its mean',
    metric: 'revenue.customers_churned',
    when: { kind: 'change', op: 'rises', by: 100, base: 'mean8' },
    window: '7d',
    quiet: 1_440,
  }),
  mrr: rule({
    name: 'MRR down 5% in a week',
    metric: 'revenue.mrr',
    when: { kind: 'change', op: 'falls', by: 5, base: 'week' },
    window: 'today',
    quiet: 1_440,
    severity: 'critical',
  }),
  traffic: rule({
    name: 'Traffic over 3× the usual',
    metric: 'api.calls',
    when: { kind: 'change', op: 'rises', by: 200, base: 'usual' },
    window: '60m',
    least: 1_000,
    quiet: 60,
  }),
  failed_sign_ins: rule({
    name: '10 failed sign-ins in 15 min',
    metric: 'security.failed_logins',
    when: { kind: 'threshold', op: 'above', limit: 9 },
    window: '15m',
    quiet: 30,
  }),
  admin_sign_ins: rule({
    name: '10 failed sign-ins to Quarterdeck in 15 min',
    metric: 'security.admin_failures',
    when: { kind: 'threshold', op: 'above', limit: 9 },
    window: '15m',
    quiet: 30,
    severity: 'critical',
  }),
  user_cost: rule({
    name: 'A user costs over 3× their normal',
    metric: 'security.cost_spikes',
    when: { kind: 'threshold', op: 'above', limit: 0 },
    window: 'today',
  }),
  oauth: rule({
    name: 'OAuth failures over 10 an hour',
    metric: 'security.oauth_failures',
    when: { kind: 'threshold', op: 'above', limit: 10 },
    window: '60m',
    quiet: 60,
  }),
  rate_limits: rule({
    name: 'Rate-limit violations over 100 an hour',
    metric: 'api.rate_limit_hits',
    when: { kind: 'threshold', op: 'above', limit: 100 },
    window: '60m',
    quiet: 60,
  }),
  quota: rule({
    name: 'Quota used over 80%',
    metric: 'quota.used',
    when: { kind: 'threshold', op: 'above', limit: 80 },
    window: 'today',
    quiet: 1_440,
  }),
} as const satisfies Record<string, Rule>

export type DefaultRule = keyof typeof DEFAULT_RULES
