import { derived, last, metrics, sum, trailing } from './define.ts'
import type { Expr, Numbers } from './metric.ts'
import { customers, moved } from './money-moves.ts'

const OF_REVENUE = ['ai', 'fees', 'hosting']
const ACQUISITION = ['campaigns', 'acquisition']
const ALL = [...OF_REVENUE, ...ACQUISITION, 'other_costs']

const spent =
  (items: string[]): Expr =>
  ({ sql }) =>
    sql`coalesce(sum(r.amount) filter (where r.item = any(${items}::text[])), 0)`
const rowsOf =
  (items: string[]): Expr =>
  ({ sql }) =>
    sql`count(*) filter (where r.item = any(${items}::text[]))`
const priced: Expr = ({ sql }) => sql`coalesce(sum(r.priced), 0)`
const unpriced: Expr = ({ sql }) => sql`coalesce(sum(r.unpriced), 0)`

/** Unknown where AI was called and no call had a price: it was not free. */
const knownCost = ([cost = 0, n = 0, unknown = 0]: Numbers, [before = 0, nBefore = 0, unknownBefore = 0]: Numbers) =>
  n === nBefore && unknown > unknownBefore ? null : cost - before

const ENTERED =
  'Hosting and other costs are what was entered for the month, an equal part for each day; what was not entered is not in it, and no tenant has a share of it. GPU machines are not in it either: enter them with hosting.'
/** Longer than this nobody can tell; and without churn a lifetime would have no end. */
const MAX_MONTHS = 60

/** What a customer brings, and what it costs to have one. */
export default metrics({
  'revenue.costs_30d': trailing({
    label: 'Costs, 30 days',
    unit: 'money',
    good: 'down',
    definition: `AI calls with a known price, payment fees, hosting, acquisition and other costs of the 30 days that end on the day. ${ENTERED}`,
    action: 'By item: which of them grows faster than revenue?',
    from: 'costs',
    by: ['item'],
    values: [spent(ALL), priced, unpriced],
    days: 30,
    compute: knownCost,
  }),
  'revenue.cost_of_revenue_30d': trailing({
    label: 'Cost of revenue, 30 days',
    unit: 'money',
    good: 'down',
    definition: `AI calls with a known price, payment fees and hosting of the 30 days that end on the day. ${ENTERED}`,
    action: 'See gross margin.',
    from: 'costs',
    by: ['item'],
    values: [spent(OF_REVENUE), priced, unpriced],
    days: 30,
    compute: knownCost,
  }),
  'revenue.gross_profit': derived({
    label: 'Gross profit, a month',
    unit: 'money',
    good: 'up',
    definition: 'MRR less AI, payment fees and entered hosting of 30 days.',
    formula: 'revenue.mrr − revenue.cost_of_revenue_30d',
    action: 'Falling while MRR grows? Look at AI cost by model, and at users whose cost exceeds what they pay.',
    of: ['revenue.mrr', 'revenue.cost_of_revenue_30d'],
    compute: (v) => v['revenue.mrr'] - v['revenue.cost_of_revenue_30d'],
  }),
  'revenue.margin_after_ai': derived({
    label: 'Margin after AI, a month',
    unit: 'money',
    good: 'up',
    definition:
      'MRR less what AI cost in the 30 days that end on the day: of all customers, or of one tenant where it is chosen. Calls without a price are not in it.',
    formula: 'revenue.mrr − ai.cost_30d',
    action: 'Negative for a tenant? Its use costs more than it pays: look at its AI cost by model, then at its plan.',
    warn: 0,
    of: ['revenue.mrr', 'ai.cost_30d'],
    compute: (v) => v['revenue.mrr'] - v['ai.cost_30d'],
  }),
  'revenue.negative_margin_customers': last({
    label: 'Customers with a negative margin',
    unit: 'customers',
    good: 'down',
    definition:
      'Customers who pay at the end of the day, and whose AI calls of the 30 days that end on it cost more than they pay a month.',
    formula: 'count of customers with AI cost of 30 days > MRR',
    action: 'Open the rows: who are they, and would a larger plan or a limit fit them?',
    from: 'margins',
    zero: true,
    value: ({ sql }) => sql`count(*) filter (where r.cost > r.mrr)`,
  }),
  'revenue.gross_margin': derived({
    label: 'Gross margin',
    unit: 'percent',
    good: 'up',
    definition: 'What is left of MRR after AI, payment fees and entered hosting of 30 days, as a share of MRR.',
    formula: '(revenue.mrr − revenue.cost_of_revenue_30d) ÷ revenue.mrr',
    action: 'Under 60 % look at AI cost by model first, then at fees by provider.',
    warn: 60,
    crit: 40,
    of: ['revenue.mrr', 'revenue.cost_of_revenue_30d'],
    compute: (v) => (v['revenue.mrr'] > 0 ? 100 * (1 - v['revenue.cost_of_revenue_30d'] / v['revenue.mrr']) : null),
  }),
  'revenue.to_cost': derived({
    label: 'Revenue ÷ cost',
    unit: 'ratio',
    good: 'up',
    definition:
      'MRR against all known costs of the 30 days that end on the day, acquisition and other costs among them.',
    formula: 'revenue.mrr ÷ revenue.costs_30d',
    action: 'Under 1× every month costs more than it brings: look at costs by item.',
    warn: 1.5,
    crit: 1,
    of: ['revenue.mrr', 'revenue.costs_30d'],
    compute: (v) => (v['revenue.costs_30d'] > 0 ? v['revenue.mrr'] / v['revenue.costs_30d'] : null),
  }),
  'revenue.campaign_spend': sum({
    label: 'Campaign spend',
    unit: 'money',
    good: 'neutral',
    definition: 'What campaigns of the kind “acquisition” cost; of other currencies at the rate of the day.',
    action: 'By channel: compare with the new customers of the weeks after.',
    from: 'costs',
    by: ['channel'],
    value: spent(['campaigns']),
  }),
  'revenue.acquisition_spend_30d': trailing({
    label: 'Acquisition spend, 30 days',
    unit: 'money',
    good: 'neutral',
    definition:
      'What acquisition campaigns cost in the 30 days that end on the day, with the acquisition costs entered for their months. Unknown where neither was told.',
    action: 'See CAC.',
    from: 'costs',
    values: [spent(ACQUISITION), rowsOf(ACQUISITION)],
    days: 30,
    compute: ([now = 0, n = 0], [before = 0, nBefore = 0]) => (n > nBefore ? now - before : null),
  }),
  'revenue.customers_new_30d': trailing({
    label: 'New customers, 30 days',
    unit: 'customers',
    good: 'up',
    definition: 'Customers who paid for the first time in the 30 days that end on the day.',
    action: 'See new customers.',
    from: 'mrr',
    values: [customers('new')],
    days: 30,
    compute: ([now = 0], [before = 0]) => now - before,
  }),
  'revenue.arpa_new': trailing({
    label: 'ARPA of new customers',
    unit: 'money',
    good: 'up',
    definition: 'New MRR per new customer, of the 30 days that end on the day.',
    formula: 'new MRR ÷ new customers, of 30 days',
    action: 'Below ARPA? New customers begin small: look at expansion after some months.',
    from: 'mrr',
    values: [moved('new'), customers('new')],
    days: 30,
    compute: ([money = 0, n = 0], [moneyBefore = 0, nBefore = 0]) =>
      n > nBefore ? (money - moneyBefore) / (n - nBefore) : null,
  }),
  'revenue.cac': derived({
    label: 'CAC',
    unit: 'money',
    good: 'down',
    definition:
      'Customer acquisition cost: what acquisition cost in the 30 days that end on the day, per customer who paid for the first time in them.',
    formula: 'revenue.acquisition_spend_30d ÷ revenue.customers_new_30d',
    action: 'Rising? Compare channels, and look at how trials convert.',
    of: ['revenue.acquisition_spend_30d', 'revenue.customers_new_30d'],
    compute: (v) =>
      v['revenue.customers_new_30d'] > 0 ? v['revenue.acquisition_spend_30d'] / v['revenue.customers_new_30d'] : null,
  }),
  'revenue.ltv': derived({
    label: 'LTV',
    unit: 'money',
    good: 'up',
    definition: `Lifetime value: what a customer leaves after costs each month, for as many months as customers stay at the churn of the last three months, ${MAX_MONTHS} at the most. Unknown without churn: nobody has left yet who could tell.`,
    formula: `revenue.arpa × revenue.gross_margin × min(1 ÷ revenue.customer_churn_3m, ${MAX_MONTHS})`,
    action: 'Falling? Churn moves it most, then margin, then price.',
    of: ['revenue.arpa', 'revenue.gross_margin', 'revenue.customer_churn_3m'],
    compute: (v) => {
      const churn = v['revenue.customer_churn_3m'] / 100
      if (churn <= 0) return null
      return v['revenue.arpa'] * (v['revenue.gross_margin'] / 100) * Math.min(1 / churn, MAX_MONTHS)
    },
  }),
  'revenue.ltv_to_cac': derived({
    label: 'LTV ÷ CAC',
    unit: 'ratio',
    good: 'up',
    definition: 'What a customer leaves over its lifetime against what it cost to win one.',
    formula: 'revenue.ltv ÷ revenue.cac',
    action: 'Under 3× growth is dear: lower churn before you spend more. Far above 5× you could grow faster.',
    warn: 3,
    crit: 1,
    of: ['revenue.ltv', 'revenue.cac'],
    compute: (v) => (v['revenue.cac'] > 0 ? v['revenue.ltv'] / v['revenue.cac'] : null),
  }),
  'revenue.payback': derived({
    label: 'CAC payback',
    unit: 'months',
    good: 'down',
    definition: 'Months until a new customer has paid back, after costs, what it cost to win one.',
    formula: 'revenue.cac ÷ (revenue.arpa_new × revenue.gross_margin)',
    action: 'Over a year you pay for growth in advance: look at CAC by channel, and at yearly plans.',
    warn: 12,
    crit: 24,
    of: ['revenue.cac', 'revenue.arpa_new', 'revenue.gross_margin'],
    compute: (v) => {
      const monthly = (v['revenue.arpa_new'] * v['revenue.gross_margin']) / 100
      return monthly > 0 ? v['revenue.cac'] / monthly : null
    },
  }),
})
