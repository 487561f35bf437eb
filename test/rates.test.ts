import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAdmin } from '../src/auth/admins.ts'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { series } from '../src/metrics/query.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const ORIGIN = 'http://localhost'
let t: TestApp
let key: string

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const put = (body: unknown, headers: Record<string, string> = bearer(key)) =>
  t.request('/api/exchange-rates', {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { ...headers, origin: ORIGIN },
  })
const enter = async (
  currency: string,
  day: string,
  rate: string | number | null,
  more: Record<string, unknown> = {},
) => {
  const response = await put({ rates: [{ currency, day, rate }], ...more })
  expect(response.status).toBe(200)
  return (await response.json()) as {
    saved: number
    moved: number
    difference: Record<'mrr' | 'payments', { before: number; after: number }> & { customers: number; months: unknown[] }
  }
}
const get = async (query = '', headers: Record<string, string> = bearer(key)) =>
  (await (await t.request(`/api/exchange-rates${query}`, { headers })).json()) as {
    currency: string
    rates: Record<string, unknown>[]
    not_converted: unknown[]
  }
const form = (cookie: string, fields: Record<string, string>) =>
  t.request('/dashboard/rates', {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const value = async (metric: MetricKey, day: string) =>
  (await series(t.deps, metric, { scope: '*', from: day, to: day })).total
async function send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void> {
  const facts = rows.map((row, index): FactIn => ({ kind, row, index }))
  expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
  await t.fold()
}
const empty = () => t.sql`truncate exchange_rates, audit_log`

/** One who pays 100 € since September, and 50 € paid in October. */
beforeAll(async () => {
  t = await testApp({ now: NOW })
  key = await t.key(['read', 'act'])
  const at = '2026-09-10T12:00:00Z'
  await send('subscriptions', {
    id: 's',
    user_id: 'u',
    plan: 'pro',
    status: 'active',
    amount: 10_000,
    currency: 'EUR',
    started_at: at,
    updated_at: at,
  })
  await send('payments', {
    id: 'p',
    provider: 'stripe',
    status: 'succeeded',
    amount: 5000,
    currency: 'EUR',
    ts: '2026-10-05T12:00:00Z',
  })
})
afterAll(() => t.close())

describe('a rate', () => {
  beforeEach(async () => {
    await enter('EUR', '2026-01-01', null, { recost: true })
    for (const { day } of (await get()).rates) await enter('EUR', String(day), null, { recost: true })
    await empty()
  })

  it('of today brings the money in from today on, as the movement fx, and leaves history as it is', async () => {
    expect(await value('revenue.mrr', '2026-11-20')).toBe(0)
    const { saved, moved, difference } = await enter('EUR', '2026-11-20', 1.1)
    expect([saved, moved]).toEqual([1, 0])
    expect(difference).toMatchObject({ customers: 1, mrr: { before: 0, after: 110 }, months: [] })
    expect(await value('revenue.mrr', '2026-11-19')).toBe(0)
    expect(await value('revenue.mrr', '2026-11-20')).toBe(110)
    expect(await value('revenue.mrr_fx', '2026-11-20')).toBe(110)
    expect(await value('revenue.payments_volume', '2026-10-05')).toBe(0)
    const [log] = await t.sql`select actor, action, detail from audit_log`
    expect(log).toMatchObject({ action: 'rates.change', detail: { n: 1, recost: false } })
  })

  it('of a past day holds from today on, unless history is to change: then the difference is shown first', async () => {
    const { moved } = await enter('EUR', '2026-09-15', '1.2')
    expect(moved).toBe(1)
    expect((await get()).rates).toMatchObject([{ currency: 'EUR', day: '2026-11-20', rate: '1.2' }])
    expect(await value('revenue.mrr', '2026-10-31')).toBe(0)
    const preview = await enter('EUR', '2026-09-15', '1.2', { recost: true, dry_run: true })
    expect(preview.difference).toEqual({
      customers: 1,
      mrr: { before: 120, after: 120 },
      payments: { before: 0, after: 60 },
      months: [
        { month: '2026-09', before: 0, after: 120 },
        { month: '2026-10', before: 0, after: 120 },
      ],
    })
    expect(await value('revenue.mrr', '2026-10-31')).toBe(0)
    expect((await get()).rates).toHaveLength(1)
    await enter('EUR', '2026-09-15', '1.2', { recost: true })
    expect(await value('revenue.mrr', '2026-09-14')).toBe(0)
    expect(await value('revenue.mrr', '2026-10-31')).toBe(120)
    expect(await value('revenue.payments_volume', '2026-10-05')).toBe(60)
  })

  it('of a currency without money so far may be of any day, and one that is to come revalues on its day', async () => {
    expect((await enter('GBP', '2020-01-01', '1.3')).moved).toBe(0)
    expect((await get('?currency=GBP')).rates).toMatchObject([{ day: '2020-01-01' }])
    await enter('GBP', '2020-01-01', null)
    await enter('EUR', '2026-11-20', '1.1')
    await enter('EUR', '2026-11-22', '1.5')
    expect(await value('revenue.mrr', '2026-11-20')).toBe(110)
    const rows =
      await t.sql`select day::text, amount_reported::int as amount from mrr_days where kind = 'fx' order by day`
    expect(rows).toMatchObject([
      { day: '2026-11-20', amount: 11_000 },
      { day: '2026-11-22', amount: 4000 },
    ])
  })

  it('that is taken away takes its money out again, and says what is not converted', async () => {
    await enter('EUR', '2026-11-20', '1.1')
    expect((await get()).not_converted).toEqual([])
    await enter('EUR', '2026-11-20', null)
    expect(await value('revenue.mrr', '2026-11-20')).toBe(0)
    expect((await get()).not_converted).toEqual([{ what: 'customers', currency: 'EUR', n: 1, amount: 100 }])
  })

  it('is of the currency that is configured: another one has its own, and all is converted anew', async () => {
    await enter('EUR', '2026-09-01', '1.1', { recost: true })
    Object.assign(t.deps.config, { currency: 'EUR' })
    await t.fold()
    expect(await value('revenue.mrr', '2026-11-20')).toBe(100)
    expect((await get()).rates).toEqual([])
    Object.assign(t.deps.config, { currency: 'GBP' })
    await t.fold()
    expect(await value('revenue.mrr', '2026-11-20')).toBe(0)
    Object.assign(t.deps.config, { currency: 'USD' })
    await t.fold()
    expect(await value('revenue.mrr', '2026-11-20')).toBe(110)
    expect(await value('revenue.payments_volume', '2026-10-05')).toBe(55)
  })

  it.each([
    [{ currency: 'EURO', day: '2026-11-01', rate: '1' }, /three letters/],
    [{ currency: 'USD', day: '2026-11-01', rate: '1' }, /reporting currency/],
    [{ currency: 'EUR', day: '2026-11-31', rate: '1' }, /day/],
    [{ currency: 'EUR', day: '2026-11-01', rate: '0' }, /above zero/],
    [{ currency: 'EUR', day: '2026-11-01', rate: '1e3' }, /above zero/],
    [{ currency: 'EUR', day: '2026-11-01', rate: -1 }, /above zero/],
  ])('is refused with the reason: %j', async (rate, reason) => {
    const response = await put({ rates: [rate] })
    expect(response.status).toBe(422)
    expect(((await response.json()) as { detail: string }).detail).toMatch(reason)
  })
})

describe('who may', () => {
  it('read: everybody; change: owners and keys that act on all tenants; nobody with READ_ONLY', async () => {
    const body = { rates: [{ currency: 'GBP', day: '2026-11-20', rate: '1.3' }], dry_run: true }
    const bound = { email: 'bound@x.example', role: 'owner' as const, password: TEST_PASSWORD, tenants: ['acme'] }
    await createAdmin(t.sql, bound)
    const login = await t.request('/login', {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email: bound.email, password: TEST_PASSWORD }).toString(),
    })
    const cookies = {
      viewer: await t.admin('viewer'),
      operator: await t.admin('operator'),
      owner: await t.admin('owner'),
      bound: login.headers.get('set-cookie')!.split(';')[0]!,
    }
    const expected = { viewer: 403, operator: 403, owner: 200, bound: 403 }
    for (const [name, cookie] of Object.entries(cookies)) {
      const wanted = expected[name as keyof typeof expected]
      expect((await put(body, { cookie })).status, name).toBe(wanted)
      expect((await form(cookie, { currency: 'GBP', day: '2026-11-20', rate: '1.3' })).status, name).toBe(wanted)
      expect((await t.request('/dashboard/rates', { headers: { cookie, accept: 'text/html' } })).status, name).toBe(200)
      expect((await t.request('/api/exchange-rates', { headers: { cookie } })).status, name).toBe(200)
    }
    expect((await put(body, bearer(await t.key(['read'])))).status).toBe(403)
    expect((await put(body, bearer(await t.key(['act'], ['acme'])))).status).toBe(403)
    const ofTenant = await get('', bearer(await t.key(['read'], ['acme'])))
    expect(ofTenant.not_converted).toEqual([])
    expect((await t.request('/api/exchange-rates')).status).toBe(401)
    const locked = await testApp({ now: NOW, config: { readOnly: true } })
    const cookie = await locked.admin('owner')
    for (const path of ['/dashboard/rates', '/api/exchange-rates'])
      expect(
        (
          await locked.request(path, {
            method: path.startsWith('/api') ? 'PUT' : 'POST',
            headers: { cookie, origin: ORIGIN },
            body: '{}',
          })
        ).status,
      ).toBe(403)
    await locked.close()
    expect((await t.sql`select from exchange_rates where currency = 'GBP'`).length).toBe(0)
  })
})

describe('the page', () => {
  it('shows what would change, keeps what was typed, and saves on the second press', async () => {
    const cookie = await t.admin('owner')
    await empty()
    const preview = await form(cookie, { currency: 'eur', day: '2026-11-20', rate: '1.25', act: 'preview' })
    const html = await preview.text()
    expect(html).toContain('1 rate for EUR; 1 customer pays in it.')
    expect(html).toMatch(/name="rate" value="1.25"/)
    expect(await t.sql`select from exchange_rates`).toHaveLength(0)
    const saved = await form(cookie, { currency: 'eur', day: '2026-11-20', rate: '1.25', act: 'save' })
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/dashboard/rates?saved=1'])
    const page = await (
      await t.request('/dashboard/rates?saved=1', { headers: { cookie, accept: 'text/html' } })
    ).text()
    expect(page).toContain('The rate is saved.')
    expect(page).toContain('1.25')
  })

  it('says what cannot be read, beside what was pasted', async () => {
    const cookie = await t.admin('owner')
    const answer = await form(cookie, { text: 'EUR,2026-11-01,1.1\nGBP;2026-11-01;x<b>' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(html).toContain('Line 2: rate must be a number above zero, such as 1.0834.')
    expect(html).toContain('GBP;2026-11-01;x&lt;b&gt;')
  })
})
