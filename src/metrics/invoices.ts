import { metrics, ratio, stock, sum } from './define.ts'
import type { Expr } from './metric.ts'
import { isReported, reportedSum } from './reported.ts'

type Count = 'issued' | 'paid' | 'open' | 'overdue' | 'pending'

const count =
  (column: Count): Expr =>
  ({ sql }) =>
    sql`sum(r.${sql(column)})`

const money =
  (column: Count): Expr =>
  (q) =>
    reportedSum(q, column)

/**
 * Bills; a draft is none yet. Counts are of all currencies, sums of all that have a rate: what is owed at that of the day
 * an invoice was issued, what was paid at that of its day.
 */
export default metrics({
  'revenue.invoices_issued': sum({
    label: 'Invoices issued',
    unit: 'invoices',
    good: 'neutral',
    definition: 'Invoices that were issued, in any currency; drafts are not.',
    action: 'None at the turn of the month? Look at the billing system.',
    from: 'invoices',
    by: ['provider', 'currency'],
    value: count('issued'),
  }),
  'revenue.invoices_issued_value': sum({
    label: 'Invoiced',
    unit: 'money',
    good: 'up',
    definition: 'Sum of the invoices that were issued; of other currencies at the rate of the day.',
    action: 'Compare with payment volume: the difference is still to come, or never will.',
    from: 'invoices',
    by: ['provider'],
    value: money('issued'),
  }),
  'revenue.invoices_paid': sum({
    label: 'Invoices paid',
    unit: 'invoices',
    good: 'up',
    definition: 'Invoices that were paid, on the day they were, in any currency.',
    action: 'Fewer than issued, month after month? Look at overdue invoices.',
    from: 'invoices',
    by: ['provider', 'currency'],
    value: count('paid'),
  }),
  'revenue.invoices_paid_value': sum({
    label: 'Invoices paid, value',
    unit: 'money',
    good: 'up',
    definition: 'What was paid of the invoices that were paid, on the day they were.',
    action: 'See invoices paid.',
    from: 'invoices',
    by: ['provider'],
    value: money('paid'),
  }),
  'revenue.average_invoice': ratio({
    label: 'Average invoice',
    unit: 'money',
    good: 'up',
    definition: 'Mean sum of an invoice that was issued, of those in a currency with a rate.',
    action: 'Falling? More small plans: look at MRR by plan.',
    from: 'invoices',
    by: ['provider'],
    num: money('issued'),
    den: (q) => q.sql`coalesce(sum(r.issued) filter (where ${isReported(q, 'issued')}), 0)`,
  }),
  'revenue.invoices_open': stock({
    label: 'Open invoices',
    unit: 'invoices',
    good: 'down',
    definition:
      'Invoices that were issued and neither paid nor given up, at the end of the day, those under review among them.',
    action: 'Growing? Look at which are overdue.',
    from: 'invoices',
    by: ['provider', 'currency'],
    value: count('open'),
  }),
  'revenue.invoices_outstanding': stock({
    label: 'Outstanding',
    unit: 'money',
    good: 'down',
    definition:
      'What is still to be paid of open invoices at the end of the day, of other currencies at the rate of the day of issue. A part that was paid is taken off while the invoice is open.',
    action: 'More than a month of revenue? Ask earlier.',
    from: 'invoices',
    by: ['provider'],
    value: money('open'),
  }),
  'revenue.invoices_overdue': stock({
    label: 'Overdue invoices',
    unit: 'invoices',
    good: 'down',
    definition: 'Open invoices whose day of payment has passed, at the end of the day.',
    action: 'Remind them, the oldest first.',
    from: 'invoices',
    by: ['provider', 'currency'],
    value: count('overdue'),
  }),
  'revenue.invoices_overdue_value': stock({
    label: 'Overdue',
    unit: 'money',
    good: 'down',
    definition: 'What is still to be paid of overdue invoices at the end of the day.',
    action: 'Remind them, the largest by hand.',
    from: 'invoices',
    by: ['provider'],
    value: money('overdue'),
  }),
  'revenue.invoices_pending': stock({
    label: 'Pending verification',
    unit: 'invoices',
    good: 'down',
    definition: 'Open invoices whose payment was told and waits to be verified, at the end of the day.',
    action: 'Somebody has paid and waits: verify the oldest first.',
    from: 'invoices',
    by: ['provider', 'currency'],
    value: count('pending'),
  }),
})
