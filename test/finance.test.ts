import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import { eachDay } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { series } from '../src/metrics/query.ts'
import { closeDays, settleDirtyDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-03-05T12:00:00Z')
let t: TestApp
let key: string

beforeAll(async () => {
  t = await testApp({ now: NOW, config: { timeZone: 'Europe/Berlin' } })
  key = await t.key(['read', 'act'])
})
afterAll(() => t.close())

const put = (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${key}` }) =>
  t.request('/api/finance/inputs', { method: 'PUT', body: JSON.stringify(body), headers })
const enter = async (...inputs: [month: string, item: string, amount: number | null][]) => {
  const response = await put({ inputs: inputs.map(([month, item, amount]) => ({ month, item, amount })) })
  expect(response.status).toBe(200)
}
const get = async (query = '') => {
  const response = await t.request(`/api/finance/inputs${query}`, { headers: { authorization: `Bearer ${key}` } })
  return (await response.json()) as { currency: string; inputs: Record<string, unknown>[] }
}
async function send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void> {
  const facts = rows.map(
    (row, index): FactIn => ({ kind, row, index, ...(kind === 'api_calls' ? { id: `c${index}` } : {}) }),
  )
  expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
  await t.fold()
}
const value = async (metric: MetricKey, day: string, scope = '*') =>
  (await series(t.deps, metric, { scope, from: day, to: day })).total

describe('what is entered by hand', () => {
  it('is read back, changed and taken away, each time with a line in the audit log', async () => {
    await enter(['2025-11', 'cash', 5_000_00], ['2025-11', 'burn', 1_000_00])
    await enter(['2025-11', 'cash', 6_000_00], ['2025-12', 'cash', 4_000_00])
    await enter(['2025-12', 'cash', null])
    expect((await get()).inputs).toEqual([
      expect.objectContaining({ month: '2025-11', item: 'burn', amount: 100_000, currency: 'USD' }),
      expect.objectContaining({ month: '2025-11', item: 'cash', amount: 600_000 }),
    ])
    expect((await get('?from=2025-12')).inputs).toEqual([])
    const log = await t.sql`select actor, detail from audit_log where action = 'finance.enter' order by id`
    expect(log).toHaveLength(3)
    expect(log[1]?.detail).toMatchObject({ before: [{ month: '2025-11', item: 'cash', amount: 500_000 }] })
    expect(log[0]?.actor).toMatch(/^key:/)
  })

  it.each([
    [{ month: '2025-13', item: 'cash', amount: 1 }, /month/],
    [{ month: '2025-11', item: 'gold', amount: 1 }, /item/],
    [{ month: '2025-11', item: 'cash', amount: 1.5 }, /whole minor units/],
    [{ month: '2025-11', item: 'hosting', amount: -1 }, /must not be negative/],
    [{ month: '2025-11', item: 'cash' }, /amount/],
    [{ month: '2025-11', item: 'cash', amount: 1, colour: 'red' }, /colour/],
  ])('is refused with the reason: %j', async (input, reason) => {
    const before = await get()
    const response = await put({ inputs: [{ month: '2025-10', item: 'cash', amount: 1 }, input] })
    expect(response.status).toBe(422)
    expect(((await response.json()) as { detail: string }).detail).toMatch(reason)
    expect(await get()).toEqual(before)
  })

  it('may name an item of a month once only', async () => {
    const twice = { month: '2025-10', item: 'cash', amount: 1 }
    expect((await put({ inputs: [twice, twice] })).status).toBe(422)
    expect((await put({ inputs: [] })).status).toBe(422)
  })

  it('is changed by owners, and by keys that act on all tenants', async () => {
    const body = { inputs: [{ month: '2025-09', item: 'cash', amount: 1 }] }
    const as = async (headers: Record<string, string>) =>
      (await put(body, { ...headers, origin: 'http://localhost' })).status
    expect(await as({ cookie: await t.admin('owner') })).toBe(200)
    expect(await as({ cookie: await t.admin('operator') })).toBe(403)
    expect(await as({ authorization: `Bearer ${await t.key(['read'])}` })).toBe(403)
    expect(await as({ authorization: `Bearer ${await t.key(['act'], ['t1'])}` })).toBe(403)
    const bound = `Bearer ${await t.key(['read'], ['t1'])}`
    expect((await t.request('/api/finance/inputs', { headers: { authorization: bound } })).status).toBe(403)
    await enter(['2025-09', 'cash', null])
  })

  it('is the balance of its month and the two after it, and unknown then', async () => {
    expect(await value('finance.cash', '2025-10-31')).toBe(null)
    expect(await value('finance.cash', '2025-11-01')).toBe(6000)
    expect(await value('finance.runway', '2026-01-31')).toBe(6)
    expect(await value('finance.cash', '2026-02-01')).toBe(null)
    expect(await value('finance.cash', '2026-01-31', 't1')).toBe(null)
    await enter(['2025-11', 'burn', 0])
    expect(await value('finance.runway', '2026-01-31')).toBe(null)
  })
})

describe('what a customer brings and costs', () => {
  beforeAll(async () => {
    const sub = { plan: 'pro', status: 'active', currency: 'USD', interval: 'month' }
    const at = (day: string) => ({ started_at: `${day}T12:00:00Z`, updated_at: `${day}T12:00:00Z` })
    await send(
      'subscriptions',
      { id: 's1', user_id: 'u1', amount: 20_000, ...sub, ...at('2025-10-10') },
      { id: 's2', user_id: 'u2', amount: 10_000, ...sub, ...at('2025-10-10') },
      { id: 's2', user_id: 'u2', amount: 10_000, ...sub, ...at('2026-02-20'), status: 'expired' },
      { id: 's3', user_id: 'u3', amount: 6000, ...sub, ...at('2026-02-10') },
      { id: 's4', user_id: 'u4', amount: 4000, ...sub, ...at('2026-02-11'), tenant_id: 't1' },
    )
    const ai = { provider: 'acme', model: 'm', service: 'x', status: 'ok', ts: '2026-02-20T12:00:00Z' }
    await send(
      'api_calls',
      { ...ai, cost: 12 },
      { ...ai, tokens_in: 5 },
      { ...ai, cost: 5, ts: '2026-01-29T12:00:00Z' },
    )
    const payment = {
      provider: 'stripe',
      status: 'succeeded',
      amount: 20_000,
      currency: 'USD',
      ts: '2026-02-15T12:00:00Z',
    }
    await send(
      'payments',
      { ...payment, id: 'p1', fee: 600, fee_waived: 200, subscription_id: 's1' },
      { ...payment, id: 'p2', fee: 200 },
    )
    // January has 31 in hosting and February 28, so that a day of either costs 1.
    await enter(['2026-01', 'hosting', 31_00], ['2026-02', 'hosting', 28_00], ['2026-02', 'other_costs', 56_00])
  })

  it('is MRR less AI, fees and hosting of 30 days: two of January’s, all of February’s', async () => {
    // MRR 200 + 60 + 40. AI 12, fees 8, hosting 2 + 28; other costs 56.
    expect(await value('revenue.cost_of_revenue_30d', '2026-02-28')).toBe(12 + 8 + 30)
    expect(await value('revenue.gross_profit', '2026-02-28')).toBe(300 - 50)
    expect(await value('revenue.gross_margin', '2026-02-28')).toBeCloseTo((100 * 250) / 300)
    expect(await value('revenue.to_cost', '2026-02-28')).toBeCloseTo(300 / (50 + 56))
    // On 31 January: AI 5, hosting 30 of 31.
    expect(await value('revenue.cost_of_revenue_30d', '2026-01-31')).toBe(5 + 30)
    // What is entered is of no tenant.
    expect(await value('revenue.cost_of_revenue_30d', '2026-02-28', 't1')).toBe(0)
  })

  it('takes the campaigns that acquire customers, whenever it is told that they do', async () => {
    expect(await value('revenue.cac', '2026-02-28')).toBe(null)
    await send('campaign_spend', { campaign_id: 'ads', day: '2026-02-12', amount: 15_000, currency: 'USD' })
    expect(await value('revenue.campaign_spend', '2026-02-12')).toBe(0)
    await send('campaigns', { id: 'ads', kind: 'acquisition', channel: 'search', name: 'Ads' })
    expect(await value('revenue.campaign_spend', '2026-02-12')).toBe(150)
    await send('campaign_spend', {
      campaign_id: 'ads',
      day: '2026-02-12',
      amount: 18_000,
      currency: 'USD',
      updated_at: NOW,
    })
    await enter(['2026-02', 'acquisition', 20_00])
    expect(await value('revenue.cac', '2026-02-28')).toBe((180 + 20) / 2)
    expect(await value('revenue.arpa_new', '2026-02-28')).toBe(50)
    expect(await value('revenue.payback', '2026-02-28')).toBeCloseTo(100 / ((50 * 250) / 300))
  })

  it('lasts as long as the churn of three months says', async () => {
    // Of the two who paid at the end of January one left in February; nobody left in the two months before.
    expect(await value('revenue.customer_churn_3m', '2026-02-28')).toBeCloseTo((50 + 0 + 0) / 3)
    const ltv = 100 * (250 / 300) * (1 / ((50 + 0 + 0) / 300))
    expect(await value('revenue.ltv', '2026-02-28')).toBeCloseTo(ltv)
    expect(await value('revenue.ltv_to_cac', '2026-02-28')).toBeCloseTo(ltv / 100)
    expect(await value('revenue.ltv', '2026-01-31')).toBe(null)
  })

  it('knows what payments are for, and what of them is kept', async () => {
    expect(await value('revenue.subscription_receipts', '2026-02-15')).toBe(200)
    expect(await value('revenue.other_receipts', '2026-02-15')).toBe(200)
    expect(await value('revenue.fee_rate', '2026-02-15')).toBe(2)
    expect(await value('revenue.waived_share', '2026-02-15')).toBe(20)
    expect(await value('revenue.payments_waived', '2026-02-15')).toBe(1)
  })

  it('is computed anew for stored days when an amount is entered for them', async () => {
    await closeDays(t.deps, eachDay('2026-01-25', '2026-03-04'))
    expect(await value('revenue.cac', '2026-02-28')).toBe(100)
    await enter(['2026-02', 'acquisition', 40_00])
    const [stale] =
      await t.sql`select min(day)::text as first, count(*)::int as n from dirty_metric_days where scope = '*'`
    expect(stale).toEqual({ first: '2026-02-01', n: 32 })
    expect(await value('revenue.cac', '2026-02-28')).toBe(110)
    await settleDirtyDays(t.deps)
    expect(await value('revenue.cac', '2026-02-28')).toBe(110)
  })
})
