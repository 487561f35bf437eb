import { derived, last, metrics, stock, sum, trailing } from './define.ts'
import type { Expr } from './metric.ts'
import { allMoved, customers, moved } from './money-moves.ts'

/** What is left, at the end of a period, of the MRR at its start: `share` is the column with it. */
const retained =
  (period: 'month' | 'year', share: 'end_minor' | 'kept_minor'): Expr =>
  ({ sql }) =>
    sql`100 * sum(r.${sql(share)}) filter (where r.period = ${period})
      / sum(r.start_minor) filter (where r.period = ${period})`

const MONTH =
  'the month that ends on the day (on the last day of a month: that calendar month; else back to the same day of the month before)'
const OUTSIDE = 'Changes of exchange rates are left out: what is paid at the end counts at the rates of the start.'

/** Who of those who paid goes on paying, and how much. */
export default metrics({
  'revenue.nrr': last({
    label: 'Net revenue retention, month',
    unit: 'percent',
    good: 'up',
    definition: `What the customers who paid at the start of ${MONTH} pay at its end, as a share of what they paid at its start. ${OUTSIDE}`,
    formula: 'Σ MRR at the end ÷ Σ MRR at the start, over customers with MRR at the start',
    action: 'Under 100 % you shrink without new customers: look at churned and contraction MRR.',
    warn: 98,
    crit: 95,
    from: 'retention',
    value: retained('month', 'end_minor'),
  }),
  'revenue.grr': last({
    label: 'Gross revenue retention, month',
    unit: 'percent',
    good: 'up',
    definition: `Of what customers paid at the start of ${MONTH}, the share that they still pay at its end: who pays more counts as before. ${OUTSIDE}`,
    formula: 'Σ min(MRR at the end, at the start) ÷ Σ MRR at the start',
    action: 'Falling? This is loss which expansion hides: ask those who left or took a smaller plan.',
    warn: 97,
    crit: 93,
    from: 'retention',
    value: retained('month', 'kept_minor'),
  }),
  'revenue.nrr_12m': last({
    label: 'Net revenue retention, 12 months',
    unit: 'percent',
    good: 'up',
    definition: `What the customers who paid twelve months before pay on the day, as a share of what they paid then. ${OUTSIDE}`,
    formula: 'Σ MRR now ÷ Σ MRR twelve months before, over customers with MRR then',
    action: 'Under 100 % every cohort shrinks: look at the month’s retention for where it turned.',
    warn: 100,
    crit: 85,
    from: 'retention',
    value: retained('year', 'end_minor'),
  }),
  'revenue.grr_12m': last({
    label: 'Gross revenue retention, 12 mo',
    unit: 'percent',
    good: 'up',
    definition: `Of what customers paid twelve months before, the share that they still pay on the day: who pays more counts as before. ${OUTSIDE}`,
    formula: 'Σ min(MRR now, twelve months before) ÷ Σ MRR twelve months before',
    action: 'Under 80 % a product has to sell itself anew every few years: look at who leaves, and when.',
    warn: 85,
    crit: 70,
    from: 'retention',
    value: retained('year', 'kept_minor'),
  }),
  'revenue.customer_churn_3m': last({
    label: 'Customer churn, 3-month mean',
    unit: 'percent',
    good: 'down',
    definition: `Mean of the monthly churn of three months, the last of which is ${MONTH} and each of which begins where the one before ends: customers whose MRR fell to zero, as a share of those who paid at the month’s start. A month at whose start nobody paid is left out.`,
    formula: 'mean of 3 × (lost ÷ customers at the start)',
    action: 'See Customer churn, 30 days; this one moves slower, and the lifetime value rests on it.',
    warn: 5,
    crit: 10,
    from: 'retention',
    value: ({ sql }) => sql`avg(100.0 * r.lost / r.customers) filter (where r.period <> 'year')`,
  }),
  'revenue.revenue_churn_rate': trailing({
    label: 'Revenue churn, 30 days',
    unit: 'percent',
    good: 'down',
    definition:
      'MRR that was lost to churn and contraction in the 30 days that end on the day, as a share of the MRR at their start. What came within the 30 days and was lost again is among it.',
    formula: '−(churned + contraction MRR of 30 days) ÷ MRR 30 days before',
    action: 'Above customer churn? Your larger customers leave, or take smaller plans.',
    warn: 3,
    crit: 7,
    from: 'mrr',
    values: [moved('churn', 'contraction'), allMoved],
    days: 30,
    compute: ([lost = 0], [lostBefore = 0, mrr = 0]) => (mrr > 0 ? (100 * (lostBefore - lost)) / mrr : null),
  }),
  'revenue.customers_reactivated': sum({
    label: 'Reactivated customers',
    unit: 'customers',
    good: 'up',
    definition: 'Customers who had left and pay again.',
    action: 'Find out what brought them back, and tell the others who left.',
    from: 'mrr',
    by: ['plan'],
    value: customers('reactivation'),
  }),
  'revenue.customers_total': stock({
    label: 'Customers',
    unit: 'customers',
    good: 'up',
    definition:
      'Accounts (the tenant if the subscription names one, else the user) with a subscription that has not ended at the end of the day: paying, past due, in trial, paused or free of charge.',
    action: 'Growing while paying customers do not? Look at the end of trials.',
    from: 'accounts',
    value: ({ sql }) => sql`sum(r.delta)`,
  }),
  'revenue.arpa_all': derived({
    label: 'ARPA, all customers',
    unit: 'money',
    good: 'up',
    definition: 'MRR per customer, those among them who pay nothing now.',
    formula: 'revenue.mrr ÷ revenue.customers_total',
    action: 'Far below ARPA? Many accounts do not pay: look at trials and at paused subscriptions.',
    of: ['revenue.mrr', 'revenue.customers_total'],
    compute: (v) => (v['revenue.customers_total'] > 0 ? v['revenue.mrr'] / v['revenue.customers_total'] : null),
  }),
})
