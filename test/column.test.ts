import { expect, test } from 'vitest'
import { formatColumn } from '../src/metrics/column.ts'
import { isUnpriced, valueName } from '../src/metrics/value-name.ts'

test('money of one column has the decimals of a coin, or four where all of it is less than one', () => {
  expect(formatColumn([12.4, 1204, 0.5, null, -3], 'money')).toEqual(['$12.40', '$1,204.00', '$0.50', '—', '−$3.00'])
  expect(formatColumn([0.0016, 0.2284, 0.004, 0], 'money')).toEqual(['$0.0016', '$0.2284', '$0.0040', '$0.0000'])
  expect(formatColumn([1204.4, 3], 'money', 'JPY')).toEqual(['¥1,204', '¥3'])
})

test('what is there is not rounded to nothing', () => {
  expect(formatColumn([80, 0.0012, -0.0012, 0], 'money')).toEqual(['$80.00', '< $0.01', '> −$0.01', '$0.00'])
})

test('shares of one column have one precision, two decimals where one of them is close to all', () => {
  expect(formatColumn([2, 1.84, 0], 'percent')).toEqual(['2.0%', '1.8%', '0.0%'])
  expect(formatColumn([99.95, 50], 'percent')).toEqual(['99.95%', '50.00%'])
  expect(formatColumn([100, 50], 'percent')).toEqual(['100%', '50%'])
})

test('counts and multiples too; times and sizes say their unit each', () => {
  expect(formatColumn([3, 4.25, 1200], 'users')).toEqual(['3.0', '4.3', '1,200.0'])
  expect(formatColumn([3, 1200], 'users')).toEqual(['3', '1,200'])
  expect(formatColumn([9, 8.756], 'ratio')).toEqual(['9.00×', '8.76×'])
  expect(formatColumn([840, 4200, undefined], 'ms')).toEqual(['840 ms', '4.2 s', '—'])
})

test('values of a fixed list are read as words, names that somebody gave stay as they are', () => {
  expect(valueName('item', 'other_costs')).toBe('other costs')
  expect(valueName('model', 'acme_layout_7b')).toBe('acme_layout_7b')
  expect([valueName('plan', ''), valueName('plan', '', 'not said')]).toEqual(['no plan', 'not said'])
})

test('a cost without a price is unknown, a count that is not known is a gap', () => {
  expect([isUnpriced('ai.cost', null), isUnpriced('ai.cost', 0), isUnpriced('users.dau', null)]).toEqual([
    true,
    false,
    false,
  ])
})
