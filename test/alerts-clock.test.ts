import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { daysBefore } from '../src/lib/time.ts'
import { alertsKit } from './alerts-kit.ts'

let kit: Awaited<ReturnType<typeof alertsKit>>
beforeAll(async () => {
  kit = await alertsKit({ timeZone: 'Europe/Berlin' })
  await kit.begin()
})
afterAll(() => kit.t.close())

const calls = (n: number, ts: string) => kit.send('api-calls', Array(n).fill({ service: 'chat', status: 'ok', ts }))
const RULE = {
  name: 'More',
  metric: 'api.calls',
  when: { kind: 'change', op: 'rises', by: 50, base: 'week' },
  window: '60m',
}

describe('days before', () => {
  it('are those of the clock on the wall', () => {
    const shifted = (at: string, days: number, zone = 'Europe/Berlin') =>
      daysBefore(new Date(at), days, zone).toISOString().slice(0, 16)
    // On 25 October 2026 the clocks of Berlin go back, on 29 March forward.
    expect(shifted('2026-10-27T10:30:00Z', 7)).toBe('2026-10-20T09:30')
    expect(shifted('2026-10-27T10:30:00Z', 2)).toBe('2026-10-25T10:30')
    expect(shifted('2026-03-30T10:30:00Z', 7)).toBe('2026-03-23T11:30')
    expect(shifted('2026-10-27T10:30:00Z', 7, 'UTC')).toBe('2026-10-20T10:30')
  })
})

describe('the same hour a week before', () => {
  it('is the same by the clock, when that was moved in between', async () => {
    kit.set('2026-10-27T10:30:00Z')
    await calls(10, '2026-10-20T09:10:00Z')
    await calls(2, '2026-10-20T10:10:00Z')
    await calls(14, '2026-10-27T10:10:00Z')
    await kit.t.fold()
    // 14 against 10 of the week before, not against 2 of the hour behind it.
    await kit.make(RULE)
    expect(await kit.minute()).toMatchObject({ fired: 0 })
    await kit.make({ ...RULE, name: 'Less', when: { ...RULE.when, by: 30 } })
    expect(await kit.minute()).toMatchObject({ fired: 1 })
  })

  it('is so in the back-test too', async () => {
    kit.set('2026-10-27T11:05:00Z')
    const fired = async (by: number) => {
      const answer = await kit.call('POST', '/api/alert-rules/backtest', { ...RULE, when: { ...RULE.when, by } })
      return ((await answer.json()) as { fired: number }).fired
    }
    expect(await fired(50)).toBe(0)
    expect(await fired(30)).toBe(1)
  })
})
