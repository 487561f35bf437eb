import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FactIn } from '../src/facts/types.ts'
import { eachDay } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { manySeries, series } from '../src/metrics/query.ts'
import { closeDays, settleDirtyDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { endOf, seeded } from './revenue-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const DAYS = eachDay('2026-09-01', '2026-11-19')
const HOUR_MS = 3_600_000

let t: TestApp

async function send(...rows: Record<string, unknown>[]): Promise<void> {
  const facts = rows.map((row, index): FactIn => ({ kind: 'invoices', index, row }))
  expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
}

interface Bill {
  id: string
  amount: number
  currency: string
  tenant_id?: string
  issued: number | undefined
  due: number | undefined
  pending: number | undefined
  ended: number | undefined
  paid: boolean
}

/** Bills that go their ways, and the states in which a billing system tells them. */
function randomBills(pick: (n: number) => number): { bills: Bill[]; states: Record<string, unknown>[] } {
  const from = Date.parse('2026-09-01T00:00:00Z')
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())
  const states: Record<string, unknown>[] = []
  const bills = Array.from({ length: 60 }, (_, n): Bill => {
    const draft = from + pick(1500) * HOUR_MS
    const later = (ms: number, most: number) => ms + (1 + pick(most)) * HOUR_MS
    const issued = pick(10) === 0 ? undefined : later(draft, 100)
    const due = issued !== undefined && pick(4) > 0 ? later(issued, 700) : undefined
    const pending = issued !== undefined && pick(3) === 0 ? later(issued, 300) : undefined
    const ended = issued !== undefined && pick(4) > 0 ? later(pending ?? issued, 900) : undefined
    const paid = ended !== undefined && pick(4) > 0
    const amount = 100 * (1 + pick(90))
    const currency = pick(5) === 0 ? 'EUR' : 'USD'
    const bill: Bill = { id: `in-${n}`, amount, currency, issued, due, pending, ended, paid }
    if (pick(2) === 0) bill.tenant_id = `t${pick(2)}`
    const common = { id: bill.id, amount, currency, tenant_id: bill.tenant_id, provider: `p${pick(2)}` }
    states.push({ ...common, status: 'draft', updated_at: iso(draft) })
    const dated = { ...common, issued_at: iso(issued), due_at: iso(due) }
    if (issued !== undefined) states.push({ ...dated, status: 'open', updated_at: iso(issued) })
    if (pending !== undefined) states.push({ ...dated, status: 'pending_verification', updated_at: iso(pending) })
    if (ended !== undefined && paid)
      states.push({ ...dated, status: 'paid', paid_at: iso(ended), updated_at: iso(ended) })
    if (ended !== undefined && !paid)
      states.push({ ...dated, status: pick(2) ? 'void' : 'uncollectible', updated_at: iso(ended) })
    return bill
  })
  return { bills, states: states.filter((state) => (state.updated_at as string) < NOW.toISOString()) }
}

describe.each([
  ['Europe/Berlin', 1],
  ['Asia/Kolkata', 2],
])('random invoices, told in any order, days of %s', (zone, seed) => {
  afterEach(() => t.close())

  it('are issued, open, overdue, under review and paid as one counts them at the end of each day', async () => {
    t = await testApp({ now: NOW, config: { timeZone: zone } })
    const pick = seeded(seed)
    const { bills, states } = randomBills(pick)
    const shuffled = states.map((state) => ({ state, at: pick(1_000_000) })).sort((a, b) => a.at - b.at)
    for (let i = 0; i < shuffled.length; i += 25) {
      await send(...shuffled.slice(i, i + 25).map(({ state }) => state))
      if (i % 50 === 0) await t.fold()
    }
    await t.fold()
    await checkDays(bills, zone, '*')
    await checkDays(
      bills.filter(({ tenant_id }) => tenant_id === 't1'),
      zone,
      't1',
    )
  }, 60_000)
})

async function checkDays(bills: Bill[], zone: string, scope: string): Promise<void> {
  const names = ['open', 'overdue', 'pending', 'issued', 'paid', 'outstanding', 'overdue_value'] as const
  const keys = names.map((name) => `revenue.invoices_${name}` as MetricKey)
  const found = await manySeries(t.deps, keys, { scope, from: DAYS[0]!, to: DAYS.at(-1)! })
  let before = Number.NEGATIVE_INFINITY
  for (const [i, day] of DAYS.entries()) {
    const end = endOf(day, zone)
    const by = (at: number | undefined) => at !== undefined && at <= end && at < NOW.getTime()
    const today = (at: number | undefined) => by(at) && (at as number) > before
    const open = bills.filter((bill) => by(bill.issued) && !by(bill.ended))
    const overdue = open.filter(({ due }) => by(due))
    const usd = (some: Bill[]) =>
      some.filter(({ currency }) => currency === 'USD').reduce((sum, { amount }) => sum + amount, 0) / 100
    const expected = [
      open.length,
      overdue.length,
      open.filter(({ pending }) => by(pending)).length,
      bills.filter(({ issued }) => today(issued)).length,
      bills.filter(({ ended, paid }) => paid && today(ended)).length,
      usd(open),
      usd(overdue),
    ]
    const shown = found.map(({ points }) => points[i]?.value ?? 0)
    expect(shown, `${scope} ${day} ${names}`).toEqual(expected.map((n) => expect.closeTo(n, 6)))
    before = end
  }
}

describe('an invoice', () => {
  beforeAll(async () => {
    t = await testApp({ now: NOW })
  })
  afterAll(() => t.close())

  const bill = { id: 'one', status: 'open', amount: 10_000, currency: 'USD', provider: 'stripe' }
  const dates = {
    issued_at: '2026-11-01T00:00:00Z',
    due_at: '2026-11-10T00:00:00Z',
    updated_at: '2026-11-01T00:00:00Z',
  }
  const value = async (key: MetricKey, day: string) =>
    (await series(t.deps, key, { scope: '*', from: day, to: day })).total

  it('of which a part is paid is owed for the rest', async () => {
    await send({ ...bill, ...dates })
    await send({ ...bill, ...dates, amount_paid: 2500, updated_at: '2026-11-05T00:00:00Z' })
    await t.fold()
    expect(await value('revenue.invoices_outstanding', '2026-11-12')).toBe(75)
    expect(await value('revenue.invoices_overdue_value', '2026-11-12')).toBe(75)
    expect(await value('revenue.invoices_overdue', '2026-11-09')).toBe(0)
    expect(await value('revenue.average_invoice', '2026-11-01')).toBe(100)
  })

  it('that is paid late makes the stored days stale which it changes, and what no number is made of none', async () => {
    await closeDays(t.deps, eachDay('2026-11-01', '2026-11-19'))
    const paid = {
      ...bill,
      ...dates,
      status: 'paid',
      paid_at: '2026-11-15T00:00:00Z',
      updated_at: '2026-11-15T00:00:00Z',
    }
    await send({ ...paid, number: 'R-1' })
    await t.fold()
    const stale = await t.sql`select distinct day::text from dirty_metric_days order by 1`
    expect(stale.map(({ day }) => day)).toEqual(eachDay('2026-11-01', '2026-11-19'))
    await settleDirtyDays(t.deps)
    expect(await value('revenue.invoices_open', '2026-11-14')).toBe(1)
    expect(await value('revenue.invoices_open', '2026-11-15')).toBe(0)
    expect(await value('revenue.invoices_paid_value', '2026-11-15')).toBe(25)
    await send({ ...paid, number: 'R-2', updated_at: '2026-11-16T00:00:00Z' })
    await t.fold()
    expect(await t.sql`select from dirty_metric_days`).toHaveLength(0)
  })
})
