import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Unit } from '../src/metrics/metric.ts'
import { parseQuantity, type Quantity, quantityExample, quantityText } from '../src/metrics/quantity.ts'

const outcome = (read: Quantity): number | string => (read.ok ? read.value : read.reason)
const parsed = (text: string, unit: Unit, currency?: string) => outcome(parseQuantity(text, unit, currency))

describe('what people type', () => {
  it.each<[string, Unit, number]>([
    ['4h', 'ms', 14_400_000],
    ['4 hours', 'ms', 14_400_000],
    ['14400000 ms', 'ms', 14_400_000],
    ['14,400,000 ms', 'ms', 14_400_000],
    ['1 h 30 m', 'ms', 5_400_000],
    ['1h30m', 'ms', 5_400_000],
    ['1.5 h', 'ms', 5_400_000],
    ['2 m 41 s', 'ms', 161_000],
    ['2 days', 'ms', 172_800_000],
    ['1 week', 'ms', 604_800_000],
    ['250ms', 'ms', 250],
    ['0.25 s', 'ms', 250],
    ['0', 'ms', 0],
    ['1.5 GB', 'bytes', 1_610_612_736],
    ['512 kb', 'bytes', 524_288],
    ['2 GiB', 'bytes', 2_147_483_648],
    ['1,024 B', 'bytes', 1_024],
    ['80', 'percent', 80],
    ['80 %', 'percent', 80],
    ['99.5%', 'percent', 99.5],
    ['\u22125 %', 'percent', -5],
    ['3×', 'ratio', 3],
    ['1.5x', 'ratio', 1.5],
    ['$1,200', 'money', 1_200],
    ['1200', 'money', 1_200],
    ['USD 1,200.50', 'money', 1_200.5],
    ['1200 usd', 'money', 1_200],
    ['$1.2k', 'money', 1_200],
    ['-$40', 'money', -40],
    ['$0.0831', 'money', 0.0831],
    ['1.5M', 'users', 1_500_000],
    ['1,200 users', 'users', 1_200],
    ['1 user', 'users', 1],
    ['1 200', 'calls', 1_200],
    ['12 months', 'months', 12],
    ['2 years', 'months', 24],
    ['7.5 h', 'hours', 7.5],
    ['70', 'score', 70],
    ['0.1', 'shift', 0.1],
  ])('%s of %s', (text, unit, value) => {
    expect(parsed(text, unit)).toBe(value)
  })

  it.each<[string, Unit, RegExp]>([
    ['1,5', 'percent', /^Is 1,5 meant as 1\.5\? Write the decimals after a point; a comma only parts thousands/],
    ['1,5 h', 'ms', /^Is 1,5 meant as 1\.5\?/],
    ['1.200,50', 'money', /can be read in two ways/],
    ['1,20,000', 'users', /can be read in two ways/],
    ['4', 'ms', /^4 of what\? Write the unit with it, such as 250 ms, 4 s or 4 h\.$/],
    ['1 h 30', 'ms', /of what\?/],
    ['1500', 'bytes', /^1500 of what\? .* 1\.5 GB/],
    ['4 parsecs', 'ms', /^This is not a value such as 250 ms/],
    ['h', 'ms', /^This is not a value/],
    ['€5', 'money', /^Money is in USD here, such as \$1,200/],
    ['5 EUR', 'money', /^Money is in USD here/],
    ['5 ms', 'percent', /^This is not a value such as 80/],
    ['12 pounds', 'users', /^This is not a value such as 12/],
    ['many', 'users', /^This is not a value/],
    ['', 'users', /^This is not a value/],
    ['1e3', 'users', /^This is not a value/],
    ['--5', 'percent', /^This is not a value/],
    ['Infinity', 'score', /^This is not a value/],
    ['constructor', 'ms', /^This is not a value/],
    ['5 constructor', 'ms', /^This is not a value/],
    ['9'.repeat(61), 'users', /^This is not a value/],
  ])('%s of %s is refused, with what would do', (text, unit, reason) => {
    expect(parsed(text, unit)).toMatch(reason)
  })
})

describe('what is shown in a field', () => {
  it.each<[number, Unit, string, string?]>([
    [14_400_000, 'ms', '4 h'],
    [5_400_000, 'ms', '1 h 30 m'],
    [250, 'ms', '250 ms'],
    [1_500, 'ms', '1.5 s'],
    [0, 'ms', '0 s'],
    [0.5, 'ms', '0.5 ms'],
    [604_800_000, 'ms', '7 d'],
    [1_610_612_736, 'bytes', '1.5 GB'],
    [1_000, 'bytes', '1,000 B'],
    [80, 'percent', '80%'],
    [1_200, 'money', '$1,200'],
    [-40, 'money', '\u2212$40'],
    [1_200, 'money', 'NGN 1,200', 'NGN'],
    [1_200_000, 'users', '1,200,000'],
    [1.5, 'ratio', '1.5×'],
  ])('%d of %s is %s', (value, unit, text, currency) => {
    expect(quantityText(value, unit, currency)).toBe(text)
    expect(parsed(text, unit, currency)).toBe(value)
  })

  it('is read back as the very same number, of any unit and currency', () => {
    const units: Unit[] = ['ms', 'bytes', 'money', 'percent', 'ratio', 'months', 'hours', 'score', 'shift', 'users']
    const numbers = fc.oneof(
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      fc.integer({ min: 0, max: 1_000_000_000_000_000 }),
      fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1_000),
      fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
    )
    fc.assert(
      fc.property(
        numbers,
        fc.constantFrom(...units),
        fc.constantFrom('USD', 'EUR', 'JPY', 'NGN'),
        (n, unit, currency) => {
          expect(parseQuantity(quantityText(n, unit, currency), unit, currency)).toEqual({ ok: true, value: n + 0 })
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom<Unit>('ms', 'bytes', 'money', 'users'), (text, unit) => {
        const read = parseQuantity(text, unit)
        expect(read.ok ? Number.isFinite(read.value) : read.reason.length > 0).toBe(true)
      }),
    )
  })

  it('is what the example tells to type', () => {
    expect(quantityExample('ms')).toBe('250 ms, 4 s, 1 h 30 m or 2 d')
    expect(quantityExample('money', 'NGN')).toBe('NGN 1,200 or NGN 0.05')
  })
})
