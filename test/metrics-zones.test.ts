import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FactKind } from '../src/facts/types.ts'
import { addDays, eachDay, startOfDay } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { manySeries } from '../src/metrics/query.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { type Core, openCore } from './quality-kit.ts'

/**
 * Each hour of three days one fact of every kind, and one in the last millisecond of each day: a day has as many as its
 * clocks have hours, and one more.
 */
type Row = Record<string, unknown>
const FACTS: [FactKind, (ts: string, id: string, user_id: string) => Row][] = [
  ['users', (ts, _, id) => ({ id, created_at: ts })],
  ['events', (ts, _, user_id) => ({ ts, name: 'login_failed', user_id, properties: { campaign_id: 'c' } })],
  ['events', (ts) => ({ ts, type: 'page', name: 'page', properties: { path: '/p' } })],
  [
    'api_calls',
    (ts, id, user_id) => ({
      ...{
        ts,
        request_id: id,
        user_id,
        service: 's',
        provider: 'acme',
        model: 'm',
        endpoint: '/e',
        country: 'DE',
      },
      ...{ content_type: 'text', tokens_in: 10, tokens_out: 5, cost: 0.5, latency_ms: 100, temperature: 0.5 },
    }),
  ],
  ['api_calls', (ts, _, user_id) => ({ ts, service: 's', user_id, status: 'error', error_kind: 'rate_limit' })],
  [
    'jobs',
    (ts, id) => ({
      id,
      kind: 'build',
      status: 'succeeded',
      enqueued_at: ts,
      started_at: ts,
      finished_at: ts,
      updated_at: ts,
    }),
  ],
  [
    'payments',
    (ts, id) => ({ id, ts, amount: 1000, fee: 100, currency: 'USD', status: 'succeeded', provider: 'stripe' }),
  ],
  [
    'invoices',
    (ts, id) => ({ id, issued_at: ts, amount: 3000, currency: 'USD', status: 'paid', paid_at: ts, updated_at: ts }),
  ],
  [
    'subscriptions',
    (ts, id, user_id) => ({
      ...{
        id: `s${id}`,
        user_id,
        plan: 'pro',
        status: 'active',
        interval: 'month',
        amount: 700,
        currency: 'USD',
      },
      ...{ started_at: ts, updated_at: ts },
    }),
  ],
  ['objects', (ts, id) => ({ kind: 'project', id, created_at: ts, closed_at: ts, updated_at: ts })],
  ['objects', (ts, id) => ({ kind: 'time_entry', id, created_at: ts, updated_at: ts, quantity: 1.5 })],
  ['invites', (ts, id) => ({ id, sent_at: ts, accepted_at: ts })],
  ['feedback', (ts) => ({ ts, kind: 'nps', score: 10 })],
  ['app_errors', (ts) => ({ ts, source: 'server', kind: 'Timeout', message: 'x' })],
  ['web_vitals', (ts, id) => ({ ts, id, name: 'LCP', value: 1000, path: '/p' })],
  ['tickets', (ts, id) => ({ id, created_at: ts, status: 'closed', closed_at: ts, updated_at: ts })],
  ['messages', (ts, id) => ({ id, ts, channel: 'email', direction: 'out', status: 'clicked' })],
  ['webhook_deliveries', (ts, id) => ({ id, ts, target: 'https://h.example', status: 'failed' })],
  ['prompts', (ts, id) => ({ id, ts, site_type: 'shop', status: 'succeeded' })],
  ['component_uses', (ts) => ({ ts, component_id: 'hero', ok: true })],
  ['exposures', (ts, _, user_id) => ({ ts, experiment_id: 'e', variant: 'a', user_id })],
  ['probes', (ts) => ({ ts, target: 'web', ok: true, latency_ms: 50 })],
  ['gauges', (ts) => ({ ts, name: 'queue.depth', value: Number(ts.slice(8, 10)) })],
]

/** What one such hour is of each number. */
const EACH: Partial<Record<MetricKey, number>> = {
  'users.new': 1,
  'users.dau': 1,
  'events.total': 2,
  'security.failed_logins': 1,
  'campaigns.engagement': 1,
  'pages.loads': 1,
  'api.calls': 2,
  'api.errors': 1,
  'api.rate_limit_hits': 1,
  'security.rate_limited': 1,
  'ai.calls': 1,
  'ai.requests': 1,
  'ai.tokens_in': 10,
  'ai.tokens_out': 5,
  'ai.cost': 0.5,
  'content.generations': 1,
  'content.cost': 0.5,
  'content.parameters': 1,
  'performance.endpoint_calls': 1,
  'performance.country_calls': 1,
  'jobs.total': 1,
  'jobs.succeeded': 1,
  'jobs.builds': 1,
  'revenue.payments_volume': 10,
  'revenue.transactions': 1,
  'revenue.fees': 1,
  'revenue.net_receipts': 9,
  'revenue.invoices_issued': 1,
  'revenue.invoices_paid_value': 30,
  'revenue.mrr_new': 7,
  'revenue.net_new_mrr': 7,
  'revenue.customers_new': 1,
  'product.objects_new': 2,
  'product.projects_closed': 1,
  'product.hours_logged': 1.5,
  'growth.invites_sent': 1,
  'growth.invites_accepted': 1,
  'satisfaction.responses': 1,
  'support.errors': 1,
  'vitals.measured': 1,
  'support.tickets_opened': 1,
  'support.tickets_closed': 1,
  'emails.sent': 1,
  'webhooks.failed': 1,
  'prompts.total': 1,
  'components.uses': 1,
  'experiments.exposures': 1,
  'experiments.people': 1,
  'system.probes': 1,
}
/** What is a stock of it at the end of the day. */
const STOCK: Partial<Record<MetricKey, number>> = {
  'users.total': 1,
  'revenue.mrr': 7,
  'revenue.paying_customers': 1,
  'revenue.subscriptions_active': 1,
  'product.projects_total': 1,
}
const KEYS = [...Object.keys(EACH), ...Object.keys(STOCK)] as MetricKey[]

describe.each([
  ['Europe/Berlin', '2026-10-25', 25],
  ['Europe/Berlin', '2026-03-29', 23],
  ['Asia/Kolkata', '2026-02-28', 24],
  ['America/St_Johns', '2026-11-01', 25],
])('in %s %s', (timeZone, day, hours) => {
  const [before, after] = [addDays(day, -1), addDays(day, 1)]
  const perDay = [25, hours + 1, 25]
  let t: Core
  beforeAll(async () => {
    t = await openCore(() => new Date(`${addDays(day, 4)}T12:00:00Z`), { timeZone })
    const instants: string[] = []
    for (
      let at = startOfDay(before, timeZone).getTime();
      at < startOfDay(addDays(after, 1), timeZone).getTime();
      at += 3_600_000
    )
      instants.push(new Date(at).toISOString())
    for (const one of eachDay(before, after))
      instants.push(new Date(startOfDay(addDays(one, 1), timeZone).getTime() - 1).toISOString())
    for (const [n, [kind, make]] of FACTS.entries())
      await t.send(kind, ...instants.map((ts, i) => make(ts, `k${n}-${i}`, `u${i}`)))
    await t.fold()
  })
  afterAll(() => t.close())

  const expectDays = async () => {
    for (const { key, points } of await manySeries(t.deps, KEYS, { scope: '*', from: before, to: after })) {
      const each = EACH[key] ?? STOCK[key] ?? Number.NaN
      const counts = key in STOCK ? perDay.map((_, i) => total(perDay.slice(0, i + 1))) : perDay
      expect([key, points.map(({ value }) => value)]).toEqual([key, counts.map((n) => n * each)])
    }
  }

  it(`a day of ${hours} hours has what happened in it, from its first instant to its last`, expectDays)

  it('and has the same once it is stored', async () => {
    await closeDays(t.deps, [before, day, after])
    await expectDays()
  })
})

const total = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0)
