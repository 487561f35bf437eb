import { metrics, ratio, sum, trailing } from './define.ts'
import type { Expr } from './metric.ts'

const BY = ['task', 'model'] as const
const off: Expr = ({ sql }) => sql`sum(r.off_policy)`

/** What machines cost by the hour, what a month costs, and what calls cost that went to another model than they should. */
export default metrics({
  'costs.gpu_hours': sum({
    label: 'GPU hours (estimate)',
    unit: 'hours',
    good: 'neutral',
    definition:
      'Hours that GPU machines ran, busy or idle, by type: an estimate, from samples by the minute. An hour without any sample is not in it.',
    action: 'Compare with GPU workers idle: hours without work cost the same.',
    from: 'gpu',
    by: ['instance'],
    value: ({ sql }) => sql`sum(r.hours)`,
  }),
  'costs.gpu': sum({
    label: 'GPU cost (estimate)',
    unit: 'money',
    good: 'down',
    definition:
      'GPU hours × the price of the machine’s type at that hour: an estimate, without discounts. Unknown where no type has a price.',
    formula: 'Σ hours × price per hour',
    action: 'Idle machines? Scale down, or take spot machines for what can wait.',
    from: 'gpu',
    by: ['instance'],
    value: ({ sql }) => sql`sum(r.cost)`,
  }),
  'costs.ai_month': trailing({
    label: 'AI cost, a month (estimate)',
    unit: 'money',
    good: 'down',
    definition:
      'What AI costs in a month, by the 30 days that end on the day: calls at the price of their tokens, and GPU machines at that of their hours. An estimate; what has no price is not in it.',
    formula: 'AI cost + GPU cost, of 30 days',
    action: 'Look at cost by model and by task; compare with the budget.',
    from: 'aiCosts',
    values: [({ sql }) => sql`sum(r.cost)`, ({ sql }) => sql`sum(r.known)`],
    days: 30,
    compute: ([cost = 0, known = 0], [costBefore = 0, knownBefore = 0]) =>
      known > knownBefore ? cost - costBefore : null,
  }),
  'costs.policy_calls': sum({
    label: 'Calls under a policy',
    unit: 'calls',
    good: 'neutral',
    definition: 'AI calls for tasks of which the model policy says which model they are to go to.',
    action: 'Few of all AI calls? Add the other tasks to the policy.',
    from: 'policy',
    by: BY,
    value: ({ sql }) => sql`sum(r.calls)`,
  }),
  'costs.off_policy_calls': sum({
    label: 'Calls against the policy',
    unit: 'calls',
    good: 'down',
    definition: 'AI calls for a task that went to another model than the policy of that day says.',
    action: 'By task and model: a fallback that never went back, or a default that was forgotten?',
    from: 'policy',
    by: BY,
    value: off,
  }),
  'costs.off_policy_share': ratio({
    label: 'Against the policy, share',
    unit: 'percent',
    good: 'down',
    definition: 'AI calls against the model policy as a share of those for tasks that have one.',
    formula: 'costs.off_policy_calls ÷ costs.policy_calls',
    action: 'See Calls against the policy.',
    warn: 10,
    crit: 30,
    from: 'policy',
    by: BY,
    num: off,
    den: ({ sql }) => sql`sum(r.calls)`,
  }),
  'costs.policy_loss': sum({
    label: 'Lost against the policy',
    unit: 'money',
    good: 'down',
    definition:
      'What calls against the model policy cost more than the policy’s model would have for the same tokens: an estimate, below zero where they were cheaper. Unknown where calls were against it and neither model’s price is known.',
    formula: 'Σ cost − tokens × price of the policy’s model',
    action: 'Send the task that loses most to the policy’s model.',
    from: 'policy',
    by: BY,
    value: ({ sql }) => sql`case when count(r.lost) > 0 or sum(r.unknown) = 0 then coalesce(sum(r.lost), 0) end`,
  }),
})
