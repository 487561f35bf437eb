import { afterAll, beforeAll, expect, test } from 'vitest'
import { summary } from '../src/metrics/query.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-06-30T12:00:00Z')
/** From 11 June on, three events a day of two people; today, the 30th, one so far. */
const FIRST = 11

let t: TestApp
let cookie: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  const days = Array.from({ length: 30 - FIRST }, (_, n) => FIRST + n)
  const event = (day: number, user_id: string, hour: string) => ({
    kind: 'events' as const,
    row: { name: 'Saved', type: 'track', user_id, ts: `2026-06-${day}T${hour}:00:00Z` },
  })
  const facts = [
    ...days.flatMap((day) => [event(day, 'a', '08'), event(day, 'a', '09'), event(day, 'b', '10')]),
    event(30, 'a', '08'),
    { kind: 'users' as const, row: { id: 'a', created_at: '2026-06-11T08:00:00Z' } },
    { kind: 'users' as const, row: { id: 'b', created_at: '2026-06-20T08:00:00Z' } },
  ].map((fact, index) => ({ ...fact, index }))
  const { rejected } = await t.deps.writer.write(facts, { source: 'typed', receivedAt: NOW })
  expect(rejected).toEqual([])
  await t.fold()
  cookie = await t.admin('viewer')
})
afterAll(() => t.close())

const page = async (path: string) => (await t.request(path, { headers: { cookie } })).text()

test('a total is not compared with a period of which only some days are known', async () => {
  // 14 days to the 30th; the 14 before begin on the 3rd, of which 11 to 16 are known.
  const fortnight = { scope: '*', from: '2026-06-17', to: '2026-06-30', compare: 'previous' as const }
  const found = await summary(t.deps, ['events.total', 'users.total'], fortnight)
  expect(found['events.total']).toMatchObject({ value: 40, previous: 18, change: null })
  expect(found['events.total'].previousKnown).toEqual({ days: 6, of: 14 })
  // A stock is that of the last day, which is known.
  expect(found['users.total']).toMatchObject({ value: 2, previous: 1, change: 1 })
  expect(found['users.total'].previousKnown).toBeUndefined()

  const week = await summary(t.deps, ['events.total'], { ...fortnight, from: '2026-06-24' })
  expect(week['events.total']).toMatchObject({ value: 19, previous: 21 })
  expect(week['events.total'].change).toBeCloseTo(-2 / 21)
})

test('the page of the metric says how much is known instead of a change', async () => {
  const html = await page('/dashboard/metrics/events.total?range=custom&from=2026-06-17&to=2026-06-30')
  expect(html).toContain('not compared: 6 of 14 days known of previous 14 days')
  // The rest of the page compares as little as its head.
  expect(html).toContain('Not compared: 6 of 14 days known.')
  expect(html).not.toContain('vs before</th>')
  expect(html).not.toContain('id="card-moved"')
  const known = await page('/dashboard/metrics/events.total?range=7d')
  expect(known).toContain('vs 21, previous 7 days')
  expect(known).toContain('vs before</th>')
  expect(known).toContain('id="card-moved"')
})

test('the running day is neither the lowest day nor in the mean', async () => {
  const html = (await page('/dashboard/metrics/events.total?range=7d')).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  expect(html).toMatch(/Per day 3 median 3/)
  expect(html).toMatch(/Lowest 3 /)
  const today = (await page('/dashboard/metrics/events.total?range=today'))
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
  expect(today).toMatch(/Lowest 1 30 Jun/)
})
