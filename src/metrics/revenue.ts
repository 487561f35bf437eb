import { derived, type Expr, metrics, stock, sum, trailing } from './define.ts'

/** The movements of one kind, in major units of the configured currency. */
const moved =
  (...kinds: string[]): Expr =>
  ({ sql, currency, minor }) =>
    sql`coalesce(sum(r.amount_minor) filter (where r.kind = any(${kinds}::text[]) and r.currency = ${currency}), 0)
      / ${minor}::float8`

/** Customers of the configured currency, as MRR has them; of one kind of movement where it is given. */
const customers =
  (kind?: string): Expr =>
  ({ sql, currency }) =>
    sql`coalesce(sum(r.customers_delta) filter (where r.currency = ${currency}
      ${kind === undefined ? sql`` : sql`and r.kind = ${kind}`}), 0)`

const lost: Expr = (q) => q.sql`-${customers('churn')(q)}`

/** Recurring revenue: the running sum of an append-only ledger of movements. */
export default metrics({
  'revenue.mrr': stock({
    label: 'MRR',
    unit: 'money',
    good: 'up',
    definition:
      'Monthly recurring revenue: active and past-due subscriptions normalised to a month, without tax, trials, one-off and metered fees, at the end of the day. Money in another currency than the configured one is not converted and not in it.',
    formula: 'Σ movements up to the day (yearly ÷ 12; trials and paused 0)',
    action: 'Falling? Look at which movement did it: churn, contraction, or too little new.',
    from: 'mrr',
    by: ['plan'],
    value: ({ sql, currency, minor }) =>
      sql`sum(r.amount_minor) filter (where r.currency = ${currency}) / ${minor}::float8`,
  }),
  'revenue.arr': derived({
    label: 'ARR',
    unit: 'money',
    good: 'up',
    definition: 'Annual recurring revenue: what twelve months of the MRR of that day are.',
    formula: '12 × revenue.mrr',
    action: 'See MRR.',
    of: ['revenue.mrr'],
    compute: (v) => 12 * v['revenue.mrr'],
  }),
  'revenue.paying_customers': stock({
    label: 'Paying customers',
    unit: 'customers',
    good: 'up',
    definition:
      'Accounts (the tenant if the subscription names one, else the user) whose MRR in the configured currency is above zero.',
    action: 'Falling while MRR holds? You depend on fewer, larger customers.',
    from: 'mrr',
    value: customers(),
  }),
  'revenue.customers_new': sum({
    label: 'New customers',
    unit: 'customers',
    good: 'up',
    definition:
      'Customers who paid for the first time, in the configured currency; who comes back is not new: see Reactivation MRR.',
    action: 'Few? Look at trials that ended, and at new users of the weeks before.',
    from: 'mrr',
    by: ['plan'],
    value: customers('new'),
  }),
  'revenue.arpu': derived({
    label: 'ARPU',
    unit: 'money',
    good: 'up',
    definition: 'MRR per paying user. Users who pay in another currency than the configured one are among those.',
    formula: 'revenue.mrr ÷ users.paid',
    action: 'Falling? Discounts, or growth in the cheapest plan: look at MRR by plan.',
    of: ['revenue.mrr', 'users.paid'],
    compute: (v) => (v['users.paid'] > 0 ? v['revenue.mrr'] / v['users.paid'] : null),
  }),
  'revenue.arpa': derived({
    label: 'ARPA',
    unit: 'money',
    good: 'up',
    definition: 'MRR per paying customer.',
    formula: 'revenue.mrr ÷ revenue.paying_customers',
    action: 'Falling? New customers are smaller than those you have: look at expansion.',
    of: ['revenue.mrr', 'revenue.paying_customers'],
    compute: (v) => (v['revenue.paying_customers'] > 0 ? v['revenue.mrr'] / v['revenue.paying_customers'] : null),
  }),
  'revenue.mrr_new': sum({
    label: 'New MRR',
    unit: 'money',
    good: 'up',
    definition: 'MRR of customers who pay for the first time.',
    action: 'Low? Look at trials that ended and at new users of the weeks before.',
    from: 'mrr',
    by: ['plan'],
    value: moved('new'),
  }),
  'revenue.mrr_expansion': sum({
    label: 'Expansion MRR',
    unit: 'money',
    good: 'up',
    definition: 'MRR that existing customers added: larger plans, more seats, more subscriptions.',
    action: 'Low? Talk to customers near a limit of their plan.',
    from: 'mrr',
    by: ['plan'],
    value: moved('expansion'),
  }),
  'revenue.mrr_contraction': sum({
    label: 'Contraction MRR',
    unit: 'money',
    good: 'up',
    definition: 'MRR that customers who stay took away; negative. Ending one of several subscriptions is contraction.',
    action: 'Ask those customers what they no longer need.',
    from: 'mrr',
    by: ['plan'],
    value: moved('contraction'),
  }),
  'revenue.mrr_churn': sum({
    label: 'Churned MRR',
    unit: 'money',
    good: 'up',
    definition: 'MRR of customers whose MRR fell to zero, at the end of what they had paid for; negative.',
    action: 'Look at who they were: plan, age, errors met, last activity.',
    from: 'mrr',
    by: ['plan'],
    value: moved('churn'),
  }),
  'revenue.mrr_reactivation': sum({
    label: 'Reactivation MRR',
    unit: 'money',
    good: 'up',
    definition: 'MRR of customers who had left and pay again.',
    action: 'Find out what brought them back, and tell the others.',
    from: 'mrr',
    by: ['plan'],
    value: moved('reactivation'),
  }),
  'revenue.net_new_mrr': sum({
    label: 'Net new MRR',
    unit: 'money',
    good: 'up',
    definition: 'All movements together: exactly the change of MRR.',
    formula: 'new + expansion + contraction + churn + reactivation + fx',
    action: 'Negative? Read the movements one by one.',
    from: 'mrr',
    by: ['plan', 'kind'],
    value: moved('new', 'expansion', 'contraction', 'churn', 'reactivation', 'fx'),
  }),
  'revenue.customers_churned': sum({
    label: 'Churned customers',
    unit: 'customers',
    good: 'down',
    definition: 'Customers whose MRR in the configured currency fell to zero.',
    action: 'Ask them why, one by one, while there are few.',
    from: 'mrr',
    value: lost,
  }),
  'revenue.customer_churn_rate': trailing({
    label: 'Customer churn, 30 days',
    unit: 'percent',
    good: 'down',
    definition:
      'Customers whose MRR in the configured currency fell to zero in the 30 days that end on the day, as a share of those who paid at their start.',
    formula: 'churned in 30 days ÷ paying customers 30 days before',
    action: 'Above 5 % a month a product shrinks faster than most can grow: look at churned customers.',
    warn: 5,
    crit: 10,
    from: 'mrr',
    values: [lost, customers()],
    days: 30,
    compute: ([churned = 0], [churnedBefore = 0, paying = 0]) =>
      paying > 0 ? (100 * (churned - churnedBefore)) / paying : null,
  }),
  'revenue.mrr_to_ai_cost': derived({
    label: 'MRR ÷ AI cost',
    unit: 'ratio',
    good: 'up',
    definition: 'MRR against what AI cost in the 30 days that end on the day.',
    formula: 'revenue.mrr ÷ ai.cost_30d',
    action: 'Under 3× AI eats the margin: look at cost by model and at users whose cost exceeds what they pay.',
    warn: 4,
    crit: 2,
    of: ['revenue.mrr', 'ai.cost_30d'],
    compute: (v) => (v['ai.cost_30d'] > 0 ? v['revenue.mrr'] / v['ai.cost_30d'] : null),
  }),
})
