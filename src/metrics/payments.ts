import { type Expr, metrics, ratio, sum } from './define.ts'

/** A payment that was refunded later had succeeded. */
const succeeded: Expr = ({ sql }) => sql`r.status in ('succeeded', 'refunded')`

const money =
  (column: 'amount_minor' | 'fee_minor' | 'fee_waived_minor' | 'refunded_minor', where: Expr): Expr =>
  (q) =>
    q.sql`coalesce(sum(r.${q.sql(column)}) filter (where ${where(q)} and r.currency = ${q.currency}), 0)
      / ${q.minor}::float8`

/** What was paid. Counts are of all currencies, sums of the configured one only. */
export default metrics({
  'revenue.payments_volume': sum({
    label: 'Payment volume',
    unit: 'money',
    good: 'up',
    definition: 'Money of payments that succeeded, before refunds and fees, in the configured currency.',
    action: 'Lower than MRR suggests? Look at failed payments and at the payment provider.',
    from: 'payments',
    by: ['provider'],
    value: money('amount_minor', succeeded),
  }),
  'revenue.transactions': sum({
    label: 'Transactions',
    unit: 'payments',
    good: 'up',
    definition: 'Payments of any status and currency.',
    action: 'None for hours in a day? The payment gateway may be silent.',
    from: 'payments',
    by: ['provider', 'status', 'currency'],
    value: ({ sql }) => sql`sum(r.n)`,
  }),
  'revenue.payments_succeeded': sum({
    label: 'Payments succeeded',
    unit: 'payments',
    good: 'up',
    definition: 'Payments that succeeded, those refunded later among them.',
    action: 'Falling while transactions hold? Look at the success rate by provider.',
    from: 'payments',
    by: ['provider', 'currency'],
    value: (q) => q.sql`coalesce(sum(r.n) filter (where ${succeeded(q)}), 0)`,
  }),
  'revenue.payments_failed': sum({
    label: 'Payments failed',
    unit: 'payments',
    good: 'down',
    definition: 'Payments that failed.',
    action: 'Remind the customers whose card failed before their subscription ends.',
    from: 'payments',
    by: ['provider', 'currency'],
    value: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.status = 'failed'), 0)`,
  }),
  'revenue.payment_success_rate': ratio({
    label: 'Payment success',
    unit: 'percent',
    good: 'up',
    definition: 'Payments that succeeded as a share of those that succeeded or failed.',
    formula: 'succeeded ÷ (succeeded + failed)',
    action: 'Below 80 % something is broken: compare providers, read the failure reasons.',
    warn: 90,
    crit: 80,
    from: 'payments',
    by: ['provider', 'currency'],
    num: (q) => q.sql`coalesce(sum(r.n) filter (where ${succeeded(q)}), 0)`,
    den: (q) => q.sql`coalesce(sum(r.n) filter (where ${succeeded(q)} or r.status = 'failed'), 0)`,
  }),
  'revenue.average_payment': ratio({
    label: 'Average payment',
    unit: 'money',
    good: 'up',
    definition: 'Mean amount of a payment that succeeded, in the configured currency.',
    action: 'Falling? More small plans or more discounts: look at MRR by plan.',
    from: 'payments',
    by: ['provider'],
    num: money('amount_minor', succeeded),
    den: (q) => q.sql`coalesce(sum(r.n) filter (where ${succeeded(q)} and r.currency = ${q.currency}), 0)`,
  }),
  'revenue.refunds': sum({
    label: 'Refunds',
    unit: 'money',
    good: 'down',
    definition: 'Money given back of the payments of the period, in the configured currency.',
    action: 'Read the reasons; many small refunds point at one broken step.',
    from: 'payments',
    by: ['provider'],
    value: money('refunded_minor', ({ sql }) => sql`true`),
  }),
  'revenue.fees': sum({
    label: 'Payment fees',
    unit: 'money',
    good: 'down',
    definition: 'What payment providers kept of payments that succeeded, in the configured currency.',
    action: 'Compare providers: fees ÷ volume.',
    from: 'payments',
    by: ['provider'],
    value: money('fee_minor', succeeded),
  }),
  'revenue.fees_waived': sum({
    label: 'Fees waived',
    unit: 'money',
    good: 'neutral',
    definition: 'Fees which customers were let off.',
    action: 'Growing? Check who grants waivers.',
    from: 'payments',
    by: ['provider'],
    value: money('fee_waived_minor', ({ sql }) => sql`true`),
  }),
  'revenue.net_receipts': sum({
    label: 'Net receipts',
    unit: 'money',
    good: 'up',
    definition: 'What was paid and kept: volume less refunds and fees, in the configured currency.',
    formula: 'revenue.payments_volume − revenue.refunds − revenue.fees',
    action: 'Compare with MRR: the difference is annual plans, one-off fees and failed payments.',
    from: 'payments',
    by: ['provider'],
    value: (q) => q.sql`coalesce(sum(r.amount_minor - r.fee_minor) filter (where ${succeeded(q)}
      and r.currency = ${q.currency}), 0) / ${q.minor}::float8 - ${money('refunded_minor', ({ sql }) => sql`true`)(q)}`,
  }),
})
