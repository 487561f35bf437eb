import { last, live, metrics, ratio, stock, sum } from './define.ts'
import type { Expr } from './metric.ts'
import { reportedSum } from './reported.ts'
import { sampled } from './sampled.ts'

const count =
  (...statuses: string[]): Expr =>
  ({ sql }) =>
    sql`coalesce(sum(r.delta) filter (where r.status = any(${statuses}::text[])), 0)`

const ALIVE = ['trialing', 'active', 'past_due', 'paused', 'cancelling']
const flow =
  (column: 'cancelled' | 'trials_ended' | 'trials_converted' | 'dunning_ended' | 'dunning_recovered'): Expr =>
  ({ sql }) =>
    sql`sum(r.${sql(column)})`

/** Subscriptions by what state they are in, how trials end, and who moves up. */
export default metrics({
  'revenue.subscriptions': stock({
    label: 'Subscriptions',
    unit: 'subscriptions',
    good: 'up',
    definition:
      'Subscriptions that have not ended, at the end of the day: active, past due, in trial, paused, and those that are cancelled and run until what is paid for is over.',
    action: 'By status: which of them grows?',
    from: 'subscriptions',
    by: ['plan', 'status', 'currency'],
    value: count(...ALIVE),
  }),
  'revenue.subscriptions_active': stock({
    label: 'Active subscriptions',
    unit: 'subscriptions',
    good: 'up',
    definition: 'Subscriptions that are active at the end of the day.',
    action: 'Falling? Look at cancellations, and at past-due subscriptions that were given up.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: count('active'),
  }),
  'revenue.subscriptions_past_due': stock({
    label: 'Past-due subscriptions',
    unit: 'subscriptions',
    good: 'down',
    definition: 'Subscriptions whose payment failed and which were not given up yet, at the end of the day.',
    action: 'Remind them of their card before the provider stops trying.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: count('past_due'),
  }),
  'revenue.subscriptions_trialing': stock({
    label: 'Subscriptions in trial',
    unit: 'subscriptions',
    good: 'up',
    definition: 'Subscriptions whose trial was running at the end of the day.',
    action: 'Few? Look at sign-ups.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: count('trialing'),
  }),
  'revenue.subscriptions_paused': stock({
    label: 'Paused subscriptions',
    unit: 'subscriptions',
    good: 'down',
    definition: 'Subscriptions that were paused at the end of the day: they pay nothing meanwhile.',
    action: 'Write to them before they forget why they came.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: count('paused'),
  }),
  'revenue.subscriptions_cancelling': stock({
    label: 'Cancelled, still running',
    unit: 'subscriptions',
    good: 'down',
    definition: 'Subscriptions that were cancelled and run until the paid period is over, at the end of the day.',
    action: 'These can still be won back: ask them now.',
    from: 'subscriptions',
    by: ['plan', 'reason', 'currency'],
    value: count('cancelling'),
  }),
  'revenue.subscriptions_cancelled': stock({
    label: 'Cancelled subscriptions',
    unit: 'subscriptions',
    good: 'down',
    definition: 'Subscriptions that have ended because they were cancelled, up to the end of the day.',
    action: 'By reason: which of them could you do something about?',
    from: 'subscriptions',
    by: ['plan', 'reason', 'currency'],
    value: count('cancelled'),
  }),
  'revenue.subscriptions_expired': stock({
    label: 'Expired subscriptions',
    unit: 'subscriptions',
    good: 'down',
    definition:
      'Subscriptions that have ended by themselves, up to the end of the day: a trial that was over, a payment that never came.',
    action: 'Growing? Look at how trials end, and at failed payments.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: count('expired'),
  }),
  'revenue.mrr_past_due': stock({
    label: 'MRR past due',
    unit: 'money',
    good: 'down',
    definition:
      'MRR of subscriptions whose payment failed and which were not given up yet: it is in MRR and may be lost. A discount that ends is not taken off it; another currency counts at the rate of the day on which the payment failed.',
    action: 'Remind those customers of their card; the largest by hand.',
    from: 'subscriptions',
    by: ['plan'],
    value: (q) => reportedSum(q, 'mrr', q.sql`r.status = 'past_due'`),
  }),
  'revenue.payments_retrying': live({
    label: 'Failed payments being retried',
    unit: 'payments',
    good: 'down',
    definition: 'Past-due subscriptions whose newest payment failed: their provider will try again.',
    action: 'Ask for another card before the last try.',
    read: ({ sql }, scope) => sql`select count(*) from subscriptions s
      where status = 'past_due' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`} and 'failed' = (
        select p.status from payments p where p.subscription_id = s.subscription_id order by p.ts desc limit 1)`,
    history: sampled('revenue.payments_retrying', 'payments'),
  }),
  'revenue.dunning_ended': sum({
    label: 'Dunning ended',
    unit: 'subscriptions',
    good: 'neutral',
    definition: 'Subscriptions that were past due and are not any more: they pay again, or were given up.',
    action: 'See the share that is recovered.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: flow('dunning_ended'),
  }),
  'revenue.dunning_recovered': sum({
    label: 'Recovered subscriptions',
    unit: 'subscriptions',
    good: 'up',
    definition: 'Subscriptions that were past due and are active again.',
    action: 'Few? Ask for another card sooner, and let the provider try again more often.',
    from: 'subscriptions',
    by: ['plan', 'currency'],
    value: flow('dunning_recovered'),
  }),
  'revenue.recovery_rate': ratio({
    label: 'Recovered share',
    unit: 'percent',
    good: 'up',
    definition: 'Of the subscriptions that ceased to be past due in the period, the share that is active again.',
    formula: 'revenue.dunning_recovered ÷ revenue.dunning_ended',
    action: 'Low? Write before the last try; a card that can be changed with one click saves most of them.',
    warn: 50,
    crit: 30,
    from: 'subscriptions',
    by: ['plan', 'currency'],
    num: flow('dunning_recovered'),
    den: flow('dunning_ended'),
  }),
  'revenue.cancellations': sum({
    label: 'Cancellations',
    unit: 'subscriptions',
    good: 'down',
    definition:
      'Subscriptions that were cancelled, on the day of the decision; many run on until the paid period is over.',
    action: 'By reason: which of them could you do something about?',
    from: 'subscriptions',
    by: ['plan', 'reason'],
    value: flow('cancelled'),
  }),
  'revenue.trials_ended': sum({
    label: 'Trials ended',
    unit: 'trials',
    good: 'neutral',
    definition: 'Trials that ended: the time was over, or somebody decided before.',
    action: 'None? Nobody began a trial some weeks ago: look at sign-ups.',
    from: 'subscriptions',
    by: ['plan'],
    value: flow('trials_ended'),
  }),
  'revenue.trials_converted': sum({
    label: 'Trials converted',
    unit: 'trials',
    good: 'up',
    definition: 'Trials that ended in the period and were followed by a subscription that costs something.',
    action: 'See the share of trials that convert.',
    from: 'subscriptions',
    by: ['plan'],
    value: flow('trials_converted'),
  }),
  'revenue.trial_conversion': ratio({
    label: 'Trial to paid',
    unit: 'percent',
    good: 'up',
    definition:
      'Of the trials that ended in the period, the share that was followed by a subscription that costs something.',
    formula: 'revenue.trials_converted ÷ revenue.trials_ended',
    action: 'Low? Look at what people in trial do in their first days, and at when the reminder goes out.',
    warn: 15,
    crit: 5,
    from: 'subscriptions',
    by: ['plan'],
    num: flow('trials_converted'),
    den: flow('trials_ended'),
  }),
  'revenue.free_to_paid': last({
    label: 'Free to paid, month',
    unit: 'percent',
    good: 'up',
    definition:
      'Of the users on a free plan or with an expired trial at the start of the month that ends on the day, the share that pays at its end.',
    action: 'Low? Look at who nears a limit of the free plan.',
    from: 'upgrades',
    value: ({ sql }) => sql`100 * sum(r.from_free) / nullif(sum(r.free), 0)`,
  }),
  'revenue.pro_to_enterprise': last({
    label: 'Pro to enterprise, month',
    unit: 'percent',
    good: 'up',
    definition:
      'Of the users on a plan of PRO_PLANS at the start of the month that ends on the day, the share that is on one of ENTERPRISE_PLANS at its end.',
    action: 'Low? Talk to the teams among your users.',
    from: 'upgrades',
    value: ({ sql }) => sql`100 * sum(r.from_pro) / nullif(sum(r.pro), 0)`,
  }),
})
