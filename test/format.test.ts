import { describe, expect, it } from 'vitest'
import { minorUnits } from '../src/lib/currency.ts'
import { formatChange, formatValue } from '../src/metrics/format.ts'

describe('a value', () => {
  it.each([
    [48_216, 'users', 'tile', '48,216'],
    [1_240_000, 'tokens', 'tile', '1.24M'],
    [1_240_000, 'tokens', 'table', '1,240,000'],
    [999_999, 'tokens', 'tile', '1M'],
    [12_345_678_901, 'tokens', 'tile', '12.3B'],
    [48_216, 'users', 'tight', '48.2k'],
    [0, 'users', 'tile', '0'],
    [-3, 'users', 'tile', '−3'],
    [2.5, 'users', 'tile', '2.5'],
    [86_420, 'money', 'tile', '$86,420'],
    [91_900, 'money', 'tight', '$91.9k'],
    [9_874.16, 'money', 'table', '$9,874.16'],
    [0.0831, 'money', 'table', '$0.0831'],
    [0.0831, 'money', 'tile', '$0.0831'],
    [0.5, 'money', 'tile', '$0.50'],
    [12.5, 'money', 'tile', '$12.50'],
    [-120, 'money', 'tile', '−$120'],
    [0, 'money', 'table', '$0.00'],
    [25.8, 'percent', 'tile', '25.8%'],
    [99.95, 'percent', 'tile', '99.95%'],
    [100, 'percent', 'tile', '100%'],
    [0, 'percent', 'tile', '0%'],
    [8.75, 'ratio', 'tile', '8.75×'],
    [840, 'ms', 'tile', '840 ms'],
    [4_200, 'ms', 'tile', '4.2 s'],
    [161_000, 'ms', 'tile', '2 m 41 s'],
    [15_120_000, 'ms', 'tile', '4 h 12 m'],
    [12 * 86_400_000, 'ms', 'tile', '12 d'],
    [59_990, 'ms', 'tile', '1 m 0 s'],
    [93.42, 'score', 'tile', '93.4'],
  ] as const)('of %d %s reads in a %s as %s', (value, unit, form, text) => {
    expect(formatValue(value, unit, form)).toBe(text)
  })

  it('that is not known is a dash, never a zero', () => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(formatValue(value, 'money', 'tile')).toBe('—')
    }
  })

  it('in another currency has its code before it', () => {
    expect(formatValue(1_204_500, 'money', 'tile', 'NGN')).toBe('NGN 1.2M')
    expect(formatValue(1_204_500, 'money', 'table', 'NGN')).toBe('NGN 1,204,500.00')
    expect(formatValue(1_204_500, 'money', 'table', 'JPY')).toBe('¥1,204,500')
  })

  it('that rounds to zero has no minus', () => {
    expect(formatValue(-0.001, 'percent', 'tile')).toBe('0%')
    expect(formatValue(-0, 'users', 'tile')).toBe('0')
  })
})

describe('a change', () => {
  const change = (
    value: number | null,
    previous: number | null,
    unit = 'users',
    good: 'up' | 'down' | 'neutral' = 'up',
  ) => {
    const points = unit === 'percent' || unit === 'score'
    const by =
      value === null || previous === null
        ? null
        : points
          ? value - previous
          : previous
            ? (value - previous) / previous
            : null
    return formatChange({ value, previous, change: by }, unit, good)
  }

  it('is a share of the base, and its meaning follows from what is good', () => {
    expect(change(1167, 1000)).toEqual({ text: '16.7%', direction: 'up', meaning: 'better' })
    expect(change(1167, 1000, 'money', 'down')).toEqual({ text: '16.7%', direction: 'up', meaning: 'worse' })
    expect(change(900, 1000, 'users', 'neutral')).toEqual({ text: '10%', direction: 'down', meaning: 'neutral' })
  })

  it('of a percentage is in points', () => {
    expect(change(25.8, 25.7, 'percent')).toEqual({ text: '0.1 pp', direction: 'up', meaning: 'better' })
    expect(change(97.4, 98.1, 'percent')).toEqual({ text: '0.7 pp', direction: 'down', meaning: 'worse' })
    expect(change(93.4, 94.3, 'score')).toMatchObject({ text: '0.9', direction: 'down' })
  })

  it('from zero is new, without a base unknown, and none at all is flat', () => {
    expect(change(5, 0).text).toBe('new')
    expect(change(0, 0).text).toBe('—')
    expect(change(5, null).text).toBe('—')
    expect(change(null, 5).text).toBe('—')
    expect(change(5, 5)).toEqual({ text: '0%', direction: 'flat', meaning: 'neutral' })
  })

  it('of many times the base says how many', () => {
    expect(change(2_500, 100).text).toBe('25×')
  })
})

describe('minor units', () => {
  it('are those of the currency', () => {
    expect(['USD', 'JPY', 'KWD', 'nonsense'].map(minorUnits)).toEqual([100, 1, 1000, 100])
  })
})
