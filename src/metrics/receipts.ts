import { metrics, ratio, sum } from './define.ts'
import type { Expr } from './metric.ts'
import { reported, reportedSum } from './reported.ts'

const succeeded: Expr = ({ sql }) => sql`r.status in ('succeeded', 'refunded')`

const money =
  (amount: string): Expr =>
  (q) =>
    reportedSum(q, amount, succeeded(q))

const waived: Expr = (q) => reportedSum(q, 'fee_waived')
const fees = money('fee')

/** What payments are for, and what of them providers keep. */
export default metrics({
  'revenue.subscription_receipts': sum({
    label: 'Subscription payments',
    unit: 'money',
    good: 'up',
    definition: 'Payment volume that names a subscription, before refunds and fees.',
    action: 'Compare with MRR: yearly plans come all at once.',
    from: 'payments',
    by: ['provider'],
    value: money('subscription'),
  }),
  'revenue.other_receipts': sum({
    label: 'Other payments',
    unit: 'money',
    good: 'neutral',
    definition:
      'Payment volume that names no subscription: one-off sales, transaction fees and top-ups, before refunds and fees.',
    action: 'Growing faster than subscriptions? It is revenue that does not come again by itself.',
    from: 'payments',
    by: ['provider'],
    value: (q) =>
      q.sql`coalesce(sum(${reported(q, 'amount')} - ${reported(q, 'subscription')}) filter (where ${succeeded(q)}), 0)
        / ${q.minor}::float8`,
  }),
  'revenue.fee_rate': ratio({
    label: 'Fee share of payments',
    unit: 'percent',
    good: 'down',
    definition: 'What payment providers kept, as a share of the volume of payments that succeeded.',
    formula: 'revenue.fees ÷ revenue.payments_volume',
    action: 'By provider: small amounts pay most. Would yearly plans help?',
    warn: 5,
    from: 'payments',
    by: ['provider'],
    num: fees,
    den: money('amount'),
  }),
  'revenue.payments_waived': sum({
    label: 'Payments with a fee waived',
    unit: 'payments',
    good: 'neutral',
    definition: 'Payments of which a fee was waived, of any status and currency.',
    action: 'Growing? Check who grants waivers.',
    from: 'payments',
    by: ['provider', 'currency'],
    value: ({ sql }) => sql`sum(r.waived_n)`,
  }),
  'revenue.waived_share': ratio({
    label: 'Waived share of fees',
    unit: 'percent',
    good: 'down',
    definition: 'Fees which customers were let off, as a share of those and of the fees that were taken.',
    formula: 'revenue.fees_waived ÷ (revenue.fees + revenue.fees_waived)',
    action: 'Above a few percent waivers cost as much as a provider: check who grants them.',
    from: 'payments',
    by: ['provider'],
    num: waived,
    den: (q) => q.sql`${fees(q)} + ${waived(q)}`,
  }),
})
