import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MAX_SUBJECTS } from '../src/alerts/subjects.ts'
import { alertsKit, ERRORS } from './alerts-kit.ts'

let kit: Awaited<ReturnType<typeof alertsKit>>
beforeAll(async () => {
  kit = await alertsKit()
})
afterAll(() => kit.t.close())
beforeEach(() => kit.begin())

const CALLS = {
  name: 'Calls',
  metric: 'api.calls',
  when: { kind: 'threshold', op: 'above', limit: 5 },
  window: '10m',
  by: 'service',
}
const subjects = async () => (await kit.alerts()).map(({ subject }) => subject).sort()
/** So many services, each with so many calls. */
async function services(n: number, each: number, failed = 0): Promise<void> {
  const ts = new Date(kit.now().getTime() - 1_000).toISOString()
  const of = (i: number, status: string) => ({ service: `s${i}`, ts, status })
  await kit.send(
    'api-calls',
    Array.from({ length: n }, (_, i) => [
      ...Array(each - failed).fill(of(i, 'ok')),
      ...Array(failed).fill(of(i, 'error')),
    ]).flat(),
  )
  await kit.t.fold()
}

describe('a value of a dimension', () => {
  it('of which nothing is heard any more has no calls, and its alert ends', async () => {
    await kit.make(CALLS)
    await kit.calls(6, 0, { service: 'chat' })
    expect(await kit.minute()).toMatchObject({ fired: 1 })
    expect(await kit.minute(15)).toMatchObject({ resolved: 1, open: 0 })
  })

  it('of which nothing is heard stays bad where few are bad', async () => {
    await kit.make({ ...CALLS, when: { kind: 'threshold', op: 'below', limit: 3 } })
    await kit.calls(2, 0, { service: 'chat' })
    await kit.calls(6, 0, { service: 'search' })
    expect(await kit.minute()).toMatchObject({ fired: 1 })
    kit.pass(15)
    await kit.calls(6, 0, { service: 'search' })
    expect(await kit.check()).toMatchObject({ resolved: 0, open: 1 })
  })

  it('that has an alert is watched also when too many others are larger', async () => {
    await kit.make({ ...CALLS, when: { kind: 'change', op: 'rises', by: 50, base: 'day' }, window: '60m', for: 0 })
    await kit.t.sql`delete from api_call_hours`
    const ts = (back: number) => new Date(kit.now().getTime() - back * 60_000).toISOString()
    const chat = (n: number, back: number) => Array(n).fill({ service: 'chat', ts: ts(back), status: 'ok' })
    await kit.send('api-calls', [...chat(2, 24 * 60 + 30), ...chat(8, 20)])
    await kit.t.fold()
    expect(await kit.minute()).toMatchObject({ fired: 1 })
    await services(MAX_SUBJECTS + 1, 10)
    expect(await kit.minute()).toMatchObject({ resolved: 0, open: 1 })
    expect(await subjects()).toEqual(['chat'])
  })

  it('is found among too many where small is bad', async () => {
    await kit.make({ ...CALLS, when: { kind: 'threshold', op: 'below', limit: 3 } })
    await services(MAX_SUBJECTS + 1, 4)
    await kit.calls(2, 0, { service: 'chat' })
    await kit.minute()
    expect(await subjects()).toEqual(['chat'])
  })
})

describe('who drove an alert', () => {
  it('is told also where rules of many values fire with it', async () => {
    await kit.make({ ...ERRORS, name: 'A', by: 'service' })
    await services(25, 5, 4)
    await kit.calls(9, 1, { service: 'chat', provider: 'one' })
    await kit.make({ ...ERRORS, name: 'B' })
    await kit.minute()
    const whole = (await kit.alerts()).find(({ subject }) => subject === '')
    expect(whole?.drivers).toMatch(/80% of/)
  })

  it('is not asked for before it fires', async () => {
    await kit.make({ ...ERRORS, for: 5 })
    await kit.calls(2, 8)
    const asked: string[] = []
    const { sql } = kit.t.deps.db
    const before = sql.options.debug
    sql.options.debug = (_, query) => {
      if (query.includes('cross join lateral')) asked.push(query)
    }
    try {
      await kit.minute()
      expect(asked).toHaveLength(1)
      for (let i = 0; i < 5; i++) await kit.minute()
      expect(await kit.alerts()).toMatchObject([{ state: 'firing' }])
      expect(asked.length).toBeGreaterThan(6)
    } finally {
      sql.options.debug = before as never
    }
  })
})
