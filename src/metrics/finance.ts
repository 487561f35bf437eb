import { derived, last, metrics } from './define.ts'
import type { Expr } from './metric.ts'

const entered =
  (item: 'cash' | 'burn'): Expr =>
  ({ sql, minor }) =>
    sql`sum(r.amount_minor) filter (where r.item = ${item}) / ${minor}::float8`

/** What no door tells: entered by hand, month by month. */
export default metrics({
  'finance.cash': last({
    label: 'Cash',
    unit: 'money',
    good: 'up',
    definition:
      'Cash at hand, as entered for the month of the day or, failing that, one of the two months before; unknown after that. Of the whole product: tenants have none.',
    action: 'Enter the balance at the turn of each month.',
    from: 'balances',
    value: entered('cash'),
  }),
  'finance.burn': last({
    label: 'Burn, a month',
    unit: 'money',
    good: 'down',
    definition:
      'By how much cash shrinks in a month, as entered for the month of the day or, failing that, one of the two months before.',
    action: 'Rising faster than revenue? Look at costs by item.',
    from: 'balances',
    value: entered('burn'),
  }),
  'finance.runway': derived({
    label: 'Runway',
    unit: 'months',
    good: 'up',
    definition: 'Months that the cash lasts at the entered burn. Unknown where nothing is burnt: then it has no end.',
    formula: 'finance.cash ÷ finance.burn',
    action: 'Under six months raising money takes longer than you have: cut costs or sell yearly plans.',
    warn: 9,
    crit: 6,
    of: ['finance.cash', 'finance.burn'],
    compute: (v) => (v['finance.burn'] > 0 ? v['finance.cash'] / v['finance.burn'] : null),
  }),
})
