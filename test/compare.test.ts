import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alignPoints, comparedDay, comparedRange } from '../src/lib/compare.ts'
import { addDays, daysBetween, eachDay } from '../src/lib/time.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const weekday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay()
const lastDays = (days: number, to = '2026-11-20') => ({ from: addDays(to, 1 - days), to })

describe('matched weekdays', () => {
  it.each([
    [1, '2026-11-13', '2026-11-13'],
    [7, '2026-11-07', '2026-11-13'],
    [28, '2026-09-26', '2026-10-23'],
    [30, '2026-09-17', '2026-10-16'],
  ])('move a range of %i days back by whole weeks, and never into itself', (days, from, to) => {
    const range = lastDays(days)
    expect(comparedRange(range, 'matched')).toEqual({ from, to })
    expect(to < range.from).toBe(true)
  })

  it('meet their own weekday on every day, at month ends and over clock changes too', () => {
    for (const range of [
      lastDays(30),
      { from: '2026-01-31', to: '2026-02-28' },
      { from: '2024-02-29', to: '2024-03-31' },
      { from: '2026-10-20', to: '2026-11-02' },
    ])
      for (const day of eachDay(range.from, range.to)) {
        const other = comparedDay(day, range, 'matched') ?? ''
        expect([weekday(other), daysBetween(other, day) % 7], day).toEqual([weekday(day), 0])
      }
  })

  it('are the previous period where that is whole weeks anyway', () => {
    for (const days of [7, 14, 28]) {
      const range = lastDays(days)
      expect(comparedRange(range, 'matched')).toEqual(comparedRange(range, 'previous'))
    }
  })
})

describe('the year before', () => {
  it('goes by the calendar, and a 29 February has no day beside it', () => {
    expect(comparedRange({ from: '2024-02-29', to: '2024-03-31' }, 'year')).toEqual({
      from: '2023-02-28',
      to: '2023-03-31',
    })
    expect(comparedDay('2024-02-29', { from: '2024-02-01', to: '2024-03-31' }, 'year')).toBeUndefined()
    expect(comparedDay('2025-03-01', { from: '2025-02-01', to: '2025-03-31' }, 'year')).toBe('2024-03-01')
  })

  it('keeps the days beside each other after a leap day, in both directions', () => {
    const pointsOf = (from: string, to: string) =>
      eachDay(from, to).map((day) => ({ day, value: Number(day.slice(5).replace('-', '')) }))
    const leap = { from: '2024-02-27', to: '2024-03-02' }
    expect(
      alignPoints(eachDay(leap.from, leap.to), pointsOf('2023-02-27', '2023-03-02'), leap, 'year').map(
        ({ value }) => value,
      ),
    ).toEqual([227, 228, null, 301, 302])
    const after = { from: '2025-02-27', to: '2025-03-02' }
    expect(
      alignPoints(eachDay(after.from, after.to), pointsOf('2024-02-27', '2024-03-02'), after, 'year').map(
        ({ value }) => value,
      ),
    ).toEqual([227, 228, 301, 302])
  })
})

describe('over a clock change, in a zone that has them', () => {
  let t: TestApp
  beforeAll(async () => {
    t = await testApp({ now: new Date('2026-11-20T12:00:00Z'), config: { timeZone: 'America/New_York' } })
    // n events on the n-th of each day, at noon there; clocks go back on 1 November.
    const facts = eachDay('2026-10-12', '2026-11-19').flatMap((day) =>
      Array.from({ length: Number(day.slice(8)) }, (_, n) => ({
        kind: 'events' as const,
        row: { name: 'Saved', user_id: `u${n}`, tenant_id: 'acme', ts: `${day}T17:00:00Z` },
      })),
    )
    await t.deps.writer.write(
      facts.map((fact, index) => ({ ...fact, index })),
      { source: 'typed', receivedAt: t.deps.now() },
    )
    await t.fold()
  })
  afterAll(() => t.close())

  const get = async (path: string) => {
    const response = await t.request(path, { headers: { authorization: `Bearer ${await t.key(['read'])}` } })
    expect(response.status, await response.clone().text()).toBe(200)
    return response
  }

  it('the API puts each day beside its own weekday, with the total of the other period', async () => {
    const query = 'metrics=users.dau&from=2026-11-10&to=2026-11-19&compare=matched'
    const answer = (await (await get(`/api/metrics/timeseries?${query}`)).json()) as {
      compare: string
      metrics: { points: unknown[]; previous: { points: { date: string; value: number }[] } }[]
    }
    expect(answer.compare).toBe('matched')
    const { points, previous } = answer.metrics[0]!
    expect(points).toHaveLength(10)
    expect(previous.points).toEqual(
      eachDay('2026-10-27', '2026-11-05').map((date) => ({ date, value: Number(date.slice(8)) })),
    )
    const summary = (await (await get(`/api/metrics/summary?${query.replace('users.dau', 'users.new')}`)).json()) as {
      compare: string
    }
    expect(summary.compare).toBe('matched')
  })

  it('the CSV has the compared day and its value in columns of their own, also by a dimension', async () => {
    const text = await (
      await get('/exports/metrics.csv?metrics=users.dau&from=2026-11-18&to=2026-11-19&compare=matched')
    ).text()
    expect(text.trim().split(/\r?\n/)).toEqual([
      'date,users.dau,compared_date,compared users.dau',
      '2026-11-18,18,2026-11-11,11',
      '2026-11-19,19,2026-11-12,12',
    ])
    const by = await (
      await get('/exports/metrics.csv?metrics=users.dau&by=class&from=2026-11-19&to=2026-11-19&compare=previous')
    ).text()
    expect(by.trim().split(/\r?\n/)).toEqual([
      'date,class,users.dau,compared_date,compared users.dau',
      expect.stringMatching(/^2026-11-19,\w+,19,2026-11-18,18$/),
    ])
  })

  it('without compare both answer as before, and a word that is none is refused', async () => {
    const plain = await (await get('/exports/metrics.csv?metrics=users.dau&from=2026-11-19&to=2026-11-19')).text()
    expect(plain.trim()).toMatch(/^date,users\.dau\r?\n2026-11-19,19$/)
    const key = await t.key(['read'])
    const bad = await t.request('/exports/metrics.csv?metrics=users.dau&compare=weekdays', {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(bad.status).toBe(422)
  })

  it('the page has it in its menu, its chart and its words', async () => {
    const cookie = await t.admin('viewer')
    const html = await (
      await t.request('/dashboard/metrics/users.dau?range=7d&compare=matched', { headers: { cookie } })
    ).text()
    expect(html).toContain('Matched weekdays')
    expect(html).toContain('matched weekdays, 7 Nov – 13 Nov')
    expect(html).toContain('"previous":{"name":"matched weekdays","values":[7,8,9,10,11,12,13]')
  })
})
