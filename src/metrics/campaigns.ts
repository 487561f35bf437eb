import { different, metrics, ratio, sum } from './define.ts'
import type { Expr } from './metric.ts'
import { reportedSum } from './reported.ts'

const BY = ['campaign', 'channel', 'kind'] as const

const money =
  (amount: 'spend' | 'revenue'): Expr =>
  (q) =>
    reportedSum(q, amount)
const total =
  (column: string): Expr =>
  ({ sql }) =>
    sql`coalesce(sum(r.${sql(column)}), 0)`

/** What campaigns cost and what they bring. */
export default metrics({
  'campaigns.spend': sum({
    label: 'Spend of campaigns',
    unit: 'money',
    good: 'neutral',
    definition:
      'What campaigns of any kind cost; of other currencies at the rate of the day, without a rate it is not in it.',
    action: 'By campaign: compare with what each brought.',
    from: 'campaigns',
    by: BY,
    value: money('spend'),
  }),
  'campaigns.impressions': sum({
    label: 'Impressions',
    unit: 'events',
    good: 'up',
    definition: 'How often campaigns were seen, as their channels tell.',
    action: 'Many without clicks? Another picture or text, or another audience.',
    from: 'campaigns',
    by: BY,
    value: total('impressions'),
  }),
  'campaigns.clicks': sum({
    label: 'Campaign clicks',
    unit: 'clicks',
    good: 'up',
    definition: 'Clicks on campaigns, as their channels tell.',
    action: 'Many without sign-ups? The page that they lead to does not keep what the campaign says.',
    from: 'campaigns',
    by: BY,
    value: total('clicks'),
  }),
  'campaigns.click_rate': ratio({
    label: 'Campaign click rate',
    unit: 'percent',
    good: 'up',
    definition: 'Clicks on campaigns as a share of impressions.',
    formula: 'campaigns.clicks ÷ campaigns.impressions',
    action: 'Compare campaigns of one channel: the best text wins.',
    from: 'campaigns',
    by: BY,
    num: total('clicks'),
    den: total('impressions'),
  }),
  'campaigns.conversions': sum({
    label: 'Conversions told',
    unit: 'events',
    good: 'up',
    definition: 'Conversions as the channels of the campaigns count them.',
    action: 'Far above the sign-ups that name the campaign? Channels like to count a user for themselves.',
    from: 'campaigns',
    by: BY,
    value: total('conversions'),
  }),
  'campaigns.signups': sum({
    label: 'Sign-ups of campaigns',
    unit: 'users',
    good: 'up',
    definition: 'New users whose referrer names a campaign, by its id or its name.',
    action: 'By campaign: what costs and brings nobody can end.',
    from: 'campaigns',
    by: BY,
    value: total('signups'),
  }),
  'campaigns.cost_per_signup': ratio({
    label: 'Spend per sign-up',
    unit: 'money',
    good: 'down',
    definition: 'What campaigns cost for each new user whose referrer names one.',
    formula: 'campaigns.spend ÷ campaigns.signups',
    action: 'Compare campaigns, then look at how many of their users come to pay.',
    from: 'campaigns',
    by: BY,
    num: money('spend'),
    den: total('signups'),
  }),
  'campaigns.revenue': sum({
    label: 'Revenue of campaigns',
    unit: 'money',
    good: 'up',
    definition:
      'Payments that succeeded, less what was refunded, of users whose referrer names a campaign; on the day of the payment. Those of other currencies count at its rate; without one they are not in it.',
    action: 'Rises weeks after the spend: look at a longer range.',
    from: 'campaigns',
    by: BY,
    value: money('revenue'),
  }),
  'campaigns.roi': ratio({
    label: 'Campaign ROI',
    unit: 'percent',
    good: 'up',
    definition:
      'What campaigns brought beyond what they cost, as a share of the cost; −100 % is money that brought nothing yet. Unknown where nothing was spent.',
    formula: '(campaigns.revenue − campaigns.spend) ÷ campaigns.spend',
    action: 'Below zero for months? End the campaign, or look at where its users stop.',
    warn: 0,
    crit: -50,
    from: 'campaigns',
    by: BY,
    num: (q) => q.sql`${money('revenue')(q)} - ${money('spend')(q)}`,
    den: money('spend'),
  }),
  'campaigns.engagement': sum({
    label: 'Engagement',
    unit: 'events',
    good: 'up',
    definition: 'Events that name a campaign (campaign_id or utm_campaign).',
    action: 'Falling while it is still paid for? The audience has seen it: change it.',
    from: 'campaignUse',
    by: BY,
    value: total('events'),
  }),
  'campaigns.users': different({
    label: 'People engaged',
    unit: 'users',
    good: 'up',
    definition: 'Users and visitors with an event that names a campaign; over a longer period each is counted once.',
    action: 'Far fewer than clicks? They leave before the page is there.',
    from: 'campaignUsers',
    by: BY,
    value: ({ sql }) => sql`count(distinct r.user_id)`,
  }),
  'campaigns.generations': sum({
    label: 'Generations of campaigns',
    unit: 'calls',
    good: 'neutral',
    definition: 'AI calls that were made for a campaign.',
    action: 'Many for little engagement? Make less, and look at what was liked.',
    from: 'campaignUse',
    by: BY,
    value: total('calls'),
  }),
  'campaigns.generation_success': ratio({
    label: 'Campaign generation success',
    unit: 'percent',
    good: 'up',
    definition: 'AI calls for campaigns that succeeded as a share of all of them.',
    action: 'See Generation success by type.',
    from: 'campaignUse',
    by: BY,
    num: ({ sql }) => sql`coalesce(sum(r.calls - r.errors), 0)`,
    den: total('calls'),
  }),
  'campaigns.ai_cost': sum({
    label: 'AI cost of campaigns',
    unit: 'money',
    good: 'down',
    definition: 'What the AI calls for campaigns cost. Calls without a price are not in it; if all are, it is unknown.',
    action: 'By campaign: compare with its engagement.',
    from: 'campaignUse',
    by: BY,
    value: ({ sql }) =>
      sql`case when sum(r.calls) = 0 then 0 when sum(r.cost_unknown) < sum(r.calls) then sum(r.cost) end`,
  }),
  'campaigns.engagement_per_call': ratio({
    label: 'Engagement per generation',
    unit: 'ratio',
    good: 'up',
    definition: 'Generation efficiency: events that name a campaign for each AI call that was made for it.',
    formula: 'campaigns.engagement ÷ campaigns.generations',
    action: 'Low? More is made than anybody looks at.',
    from: 'campaignUse',
    by: BY,
    num: total('events'),
    den: total('calls'),
  }),
})
