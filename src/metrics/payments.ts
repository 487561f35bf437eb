import { live, metrics, ratio, sum } from './define.ts'
import type { Expr } from './metric.ts'
import { isReported, reported, reportedSum } from './reported.ts'
import { sampled } from './sampled.ts'

/** A payment that was refunded later had succeeded. */
const succeeded: Expr = ({ sql }) => sql`r.status in ('succeeded', 'refunded')`

/** So many of the newest are looked at one by one. */
const NEWEST = 100

const money =
  (amount: 'amount' | 'fee' | 'fee_waived' | 'refunded', where?: Expr): Expr =>
  (q) =>
    reportedSum(q, amount, where?.(q))

/** What was paid. Counts are of all currencies, sums of all that have a rate, each payment at that of its day. */
export default metrics({
  'revenue.payments_volume': sum({
    label: 'Payment volume',
    unit: 'money',
    good: 'up',
    definition:
      'Money of payments that succeeded, before refunds and fees; of other currencies at the rate of the day.',
    action: 'Lower than MRR suggests? Look at failed payments and at the payment provider.',
    from: 'payments',
    by: ['provider'],
    value: money('amount', succeeded),
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
  'revenue.payments_failed_in_row': live({
    label: 'Payments failed in a row',
    unit: 'payments',
    good: 'down',
    definition: `Payments that failed since the last one that succeeded, of the newest ${NEWEST} of 30 days. Unknown where there are none.`,
    action: 'Several at once, of different customers? The payment gateway refuses them all: look at its status page.',
    warn: 3,
    crit: 5,
    read: ({ sql, now }, scope) => sql`
      select coalesce(min(p.n) filter (where p.status <> 'failed') - 1, count(*))
      from (
        select status, row_number() over (order by ts desc, payment_id desc) as n from payments
        where status <> 'pending' and ts > ${now}::timestamptz - interval '30 days'
          and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
        order by ts desc, payment_id desc limit ${NEWEST}
      ) p having count(*) > 0`,
    history: sampled('revenue.payments_failed_in_row', 'payments'),
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
    definition: 'Mean amount of a payment that succeeded, of those in a currency with a rate.',
    action: 'Falling? More small plans or more discounts: look at MRR by plan.',
    from: 'payments',
    by: ['provider'],
    num: money('amount', succeeded),
    den: (q) => q.sql`coalesce(sum(r.n) filter (where ${succeeded(q)} and ${isReported(q, 'amount')}), 0)`,
  }),
  'revenue.refunds': sum({
    label: 'Refunds',
    unit: 'money',
    good: 'down',
    definition:
      'Money given back of the payments of the period, on the day of the payment and not on that of the refund.',
    action: 'Read the reasons; many small refunds point at one broken step.',
    from: 'payments',
    by: ['provider'],
    value: money('refunded'),
  }),
  'revenue.fees': sum({
    label: 'Payment fees',
    unit: 'money',
    good: 'down',
    definition: 'What payment providers kept of payments that succeeded.',
    action: 'Compare providers: fees ÷ volume.',
    from: 'payments',
    by: ['provider'],
    value: money('fee', succeeded),
  }),
  'revenue.fees_waived': sum({
    label: 'Fees waived',
    unit: 'money',
    good: 'neutral',
    definition: 'Fees which customers were let off.',
    action: 'Growing? Check who grants waivers.',
    from: 'payments',
    by: ['provider'],
    value: money('fee_waived'),
  }),
  'revenue.net_receipts': sum({
    label: 'Net receipts',
    unit: 'money',
    good: 'up',
    definition: 'What was paid and kept: volume less refunds and fees, each on the day of its payment.',
    formula: 'revenue.payments_volume − revenue.refunds − revenue.fees',
    action: 'Compare with MRR: the difference is annual plans, one-off fees and failed payments.',
    from: 'payments',
    by: ['provider'],
    value: (
      q,
    ) => q.sql`coalesce(sum(${reported(q, 'amount')} - ${reported(q, 'fee')}) filter (where ${succeeded(q)}), 0)
      / ${q.minor}::float8 - ${money('refunded')(q)}`,
  }),
})
