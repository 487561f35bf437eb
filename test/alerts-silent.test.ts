import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import noData from '../src/alerts/conditions/no-data.ts'
import { alertsKit } from './alerts-kit.ts'

let kit: Awaited<ReturnType<typeof alertsKit>>
beforeAll(async () => {
  kit = await alertsKit()
})
afterAll(() => kit.t.close())
beforeEach(async () => {
  await kit.begin()
  await kit.t.sql`delete from payments`
})

const DAY = 24 * 60
const SILENT = { name: 'Silent', metric: 'revenue.transactions', when: { kind: 'nodata' } }
let n = 0
/** A payment each so many minutes, up to some minutes ago. */
async function payments(from: number, to: number, each: number): Promise<void> {
  const rows = Array.from({ length: Math.floor((from - to) / each) }, (_, i) => ({
    id: `p${n++}`,
    provider: 'stripe',
    status: 'succeeded',
    amount: 10,
    currency: 'USD',
    ts: new Date(kit.now().getTime() - (from - i * each) * 60_000).toISOString(),
  }))
  await kit.send('payments', rows)
  await kit.t.fold()
}

describe('a silence of what usually is heard', () => {
  // First, while there are no days of other payments.
  it('of weeks is judged by the weeks before it', async () => {
    await payments(90 * DAY, 30 * DAY, 12 * 60)
    const past = (await (await kit.call('POST', '/api/alert-rules/backtest', { ...SILENT, window: '7d' })).json()) as {
      firings: { ended_at: string | null }[]
    }
    expect(past.firings).toMatchObject([{ ended_at: null }])
  })

  it('of days goes on until there is something again', async () => {
    await payments(10 * DAY, 0, 6 * 60)
    await kit.make({ ...SILENT, window: '24h' })
    await kit.minute()
    expect(await kit.alerts()).toEqual([])
    for (let day = 0; day < 12; day++) await kit.minute(DAY)
    expect(await kit.alerts()).toMatchObject([{ state: 'firing' }])
    await payments(5, 0, 5)
    expect(await kit.minute()).toMatchObject({ resolved: 1 })
  })

  it('of minutes fires also where it has to last for long', async () => {
    await payments(120, 0, 1)
    await kit.make({ ...SILENT, window: '5m', for: 45 })
    for (let i = 0; i < 55; i++) await kit.minute()
    expect(await kit.alerts()).toMatchObject([{ state: 'firing' }])
  })

  it('is the same in the back-test', async () => {
    await payments(20 * DAY, 12 * DAY, 60)
    const past = (await (await kit.call('POST', '/api/alert-rules/backtest', { ...SILENT, window: '24h' })).json()) as {
      firings: { ended_at: string | null }[]
    }
    expect(past.firings).toMatchObject([{ ended_at: null }])
  })
})

describe('what is usual', () => {
  const judge = (earlier: (number | null)[]) => noData.judge({ kind: 'nodata' }, { now: 0, earlier }, false)
  it('is what was before the silence, when nobody looked at its beginning', () => {
    const looked = [0, 0, 0, 0, 0, 0, 5, 3, 0, 4, 6, 2, 1, 7]
    expect(judge(looked).verdict).toBe('breach')
  })
  it('is not a thing that comes now and then', () => {
    expect(judge([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]).verdict).toBe('ok')
    expect(judge([0, 0, 3, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]).verdict).toBe('ok')
  })
  it('does not become the silence itself while an alert is open', () => {
    expect(judge(Array(14).fill(0))).toMatchObject({ verdict: 'ok', whileOpen: 'breach' })
  })
})
