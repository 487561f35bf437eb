import { describe, expect, it } from 'vitest'
import anomaly from '../src/alerts/conditions/anomaly.ts'
import change from '../src/alerts/conditions/change.ts'
import noData from '../src/alerts/conditions/no-data.ts'
import threshold from '../src/alerts/conditions/threshold.ts'
import { slide } from '../src/alerts/series.ts'
import { median, spread } from '../src/lib/stats.ts'

describe('a limit', () => {
  const above = { kind: 'threshold', op: 'above', limit: 10, end: 8 } as const
  const verdict = (now: number | null) => threshold.judge(above, { now, earlier: [] }, false).verdict
  it('is breached beyond it, and well again beyond that of its end', () => {
    expect([11, 10, 9, 8, 7, null].map(verdict)).toEqual(['breach', 'near', 'near', 'ok', 'ok', 'unknown'])
  })
  it('is the other way round below', () => {
    const below = { kind: 'threshold', op: 'below', limit: 85 } as const
    expect([84, 85, 86].map((now) => threshold.judge(below, { now, earlier: [] }, false).verdict)).toEqual([
      'breach',
      'ok',
      'ok',
    ])
  })
  it('offers limits around it that a person would choose', () => {
    const limits = threshold.others?.({ kind: 'threshold', op: 'above', limit: 10 })
    expect(limits?.map(({ limit }) => limit)).toEqual([7.5, 15, 20])
  })
})

describe('a change', () => {
  it('is held against the mean of those before it', () => {
    // Mean of the eight: 10; twice that is 20.
    const rule = { kind: 'change', op: 'rises', by: 100, base: 'mean8' } as const
    const earlier = [8, 12, 10, 10, 9, 11, 10, 10]
    expect(change.judge(rule, { now: 21, earlier }, false)).toMatchObject({ verdict: 'breach', high: 20 })
    expect(change.judge(rule, { now: 20, earlier }, false).verdict).toBe('ok')
  })
  it('of a percentage is in points', () => {
    const rule = { kind: 'change', op: 'falls', by: 3, base: 'week' } as const
    expect(change.judge(rule, { now: 96, earlier: [98] }, true).verdict).toBe('ok')
    expect(change.judge(rule, { now: 94.9, earlier: [98] }, true)).toMatchObject({ verdict: 'breach', low: 95 })
  })
  it('is unknown without an earlier value, from nothing, and where most of the earlier ones are missing', () => {
    const rule = { kind: 'change', op: 'rises', by: 10, base: 'usual' } as const
    const judge = (earlier: (number | null)[]) => change.judge(rule, { now: 50, earlier }, false).verdict
    expect(judge([null, null])).toBe('unknown')
    expect(judge([0, 0])).toBe('unknown')
    expect(judge([10, null, null])).toBe('unknown')
    expect(judge([10, 10, null])).toBe('breach')
  })
})

describe('what is unusual', () => {
  it('is measured by the median and its deviation, which an outage does not move', () => {
    expect(median([1, 3, 2, 100])).toBe(2.5)
    // Distances from 3: 2, 1, 0, 1, 97; their median is 1.
    expect(spread([1, 2, 3, 4, 100])).toBeCloseTo(1.4826)
  })
  it('lies outside the band; the band is never narrower than a twentieth', () => {
    const rule = { kind: 'anomaly', op: 'outside', times: 4 } as const
    const earlier = [100, 100, 100, 100, 100, 100]
    // No deviation at all: 95 to 105.
    expect(anomaly.judge(rule, { now: 105, earlier }, false)).toMatchObject({ verdict: 'ok', low: 95, high: 105 })
    expect(anomaly.judge(rule, { now: 106, earlier }, false).verdict).toBe('breach')
    expect(anomaly.judge(rule, { now: 106, earlier: earlier.slice(0, 4) }, false).verdict).toBe('unknown')
  })
  it('compares working days with working days', () => {
    // A Monday: of the 28 days before it eight lay at a weekend.
    const days = anomaly.earlier(
      { kind: 'anomaly', op: 'above', times: 3 },
      { window: '60m', weekday: 1, split: false },
    )
    expect(days).toHaveLength(20)
    expect(days.slice(0, 3)).toEqual([3 * 1440, 4 * 1440, 5 * 1440])
  })
  it('takes for one day as a whole what the forecast of the days before expects', () => {
    const watch = { kind: 'anomaly', op: 'outside', times: 3 } as const
    const at = { window: '1d', weekday: 1, split: false } as const
    expect(anomaly.earlier(watch, at)).toEqual(Array.from({ length: 83 }, (_, i) => (i + 1) * 1440))
    expect(anomaly.earlier(watch, { ...at, split: true })).toHaveLength(20)
    expect(anomaly.earlier(watch, { ...at, window: '7d' })).toHaveLength(20)
    // 2 more each day, 50 less at weekends, and 3 up or down: the next is day 83, a weekday of 266.
    const day = (i: number) => 100 + 2 * i - (i % 7 < 2 ? 50 : 0) + [3, -3, 0, -3, 3, 0, 0, 3, -3][i % 9]!
    const earlier = Array.from({ length: 83 }, (_, i) => day(82 - i))
    const usual = anomaly.judge(watch, { now: 266, earlier }, false)
    expect(usual.verdict).toBe('ok')
    expect(usual.low).toBeGreaterThan(235)
    expect(usual.high).toBeLessThan(295)
    // It is what the median of the last 28 days expects, who know of no growth: 28 fewer.
    expect(anomaly.judge(watch, { now: 216, earlier }, false).verdict).toBe('breach')
    expect(anomaly.judge({ ...watch, op: 'above' }, { now: 216, earlier }, false).verdict).toBe('ok')
    // Of fewer than four weeks the median is what is usual, of hardly any nothing.
    const only = (days: number) => earlier.map((_, i) => (i < days ? 100 : null))
    expect(anomaly.judge(watch, { now: 106, earlier: only(27) }, false)).toMatchObject({ verdict: 'breach', high: 105 })
    expect(anomaly.judge(watch, { now: 0, earlier: only(4) }, false)).toMatchObject({ verdict: 'unknown', high: null })
    // What falls to nothing is not expected below it.
    const falling = Array.from({ length: 83 }, (_, i) => 2 * i)
    expect(anomaly.judge(watch, { now: 0, earlier: falling }, false).verdict).toBe('ok')
  })
})

describe('no data', () => {
  const judge = (now: number | null, earlier: (number | null)[]) =>
    noData.judge({ kind: 'nodata' }, { now, earlier }, false).verdict
  it('is silence where there usually is something', () => {
    expect(judge(0, [3, 0, 2])).toBe('breach')
    expect(judge(1, [3, 0, 2])).toBe('ok')
    expect(judge(0, [0, null, 0])).toBe('ok')
    expect(judge(null, [])).toBe('breach')
    expect(judge(0, [])).toBe('ok')
  })
})

describe('windows out of their steps', () => {
  const held = (value: number | null, of: number | null = null) => ({ value, of })
  it('add amounts up, and begin only when they are whole', () => {
    const sums = slide(
      { kind: 'sum' },
      [1, 2, 3, null, 5].map((value) => held(value)),
      3,
    )
    expect(sums.map(({ value }) => value)).toEqual([null, null, 6, 5, 8])
  })
  it('weigh shares by what they are of', () => {
    // 10 of 100 and 50 of 300: 160 of 400 … 10% of 100 = 10, 50% of 300 = 150.
    const shares = slide({ kind: 'ratio' }, [held(10, 100), held(50, 300), held(null, 0)], 2)
    expect(shares).toEqual([held(null), held(40, 400), held(50, 300)])
  })
})
