import { last, metrics, ratio } from './define.ts'
import type { About, Expr } from './metric.ts'

/** How users are doing, by their health scores: the newest that there are at the end of a day. */
export default metrics({
  'health.score_avg': ratio({
    label: 'Mean health score',
    unit: 'score',
    good: 'up',
    definition:
      'Mean of the health scores of all users who have one, 0 to 100: build success, engagement, return, adoption and satisfaction by the weights of the settings. A component without data is left out and its weight shared among the rest; under half of the weights there is no score. When those settings change, half a year is scored anew; days before that keep the scores of the settings of then.',
    formula: 'Σ scores ÷ users with a score',
    action: 'Falling? Look at the movers of the Health page: the reason that most of them share is the one to mend.',
    warn: 50,
    crit: 35,
    from: 'health',
    num: ({ sql }) => sql`coalesce(sum(r.score) filter (where r.band <> 'unknown'), 0)`,
    den: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.band <> 'unknown'), 0)`,
  }),
  'health.users_healthy': inBand('healthy', {
    label: 'Healthy users',
    good: 'up',
    definition: 'Users whose health score is 70 or more (a setting), at the end of the day.',
    action: 'Ask them for a word in public, and what nearly made them leave.',
  }),
  'health.users_at_risk': inBand('at-risk', {
    label: 'Users at risk by score',
    good: 'down',
    definition: 'Users whose health score is 40 or more and under 70 (settings), at the end of the day.',
    action: 'Those of them who pay come first: the Health page lists them with the reason.',
  }),
  'health.users_churning': inBand('churning', {
    label: 'Churning users by score',
    good: 'down',
    definition: 'Users whose health score is under 40 (a setting), at the end of the day.',
    action: 'Many are gone already. Of those who still come, look at what went wrong last.',
  }),
  'health.users_unknown': inBand('unknown', {
    label: 'Users without a score',
    good: 'neutral',
    definition: 'Users of whom under half of the weights have data, at the end of the day.',
    action: 'Many? A source is not connected: jobs, events or ratings are missing.',
  }),
  'health.healthy_rate': ratio({
    label: 'Share of healthy users',
    unit: 'percent',
    good: 'up',
    definition: 'Healthy users as a share of those who have a score.',
    formula: 'healthy users ÷ users with a score',
    action: 'Compare with retention: when both fall, the product got worse; when only this falls, habits change.',
    from: 'health',
    num: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.band = 'healthy'), 0)`,
    den: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.band <> 'unknown'), 0)`,
  }),
})

function inBand(band: string, about: Pick<About, 'label' | 'good' | 'definition' | 'action'>) {
  const value: Expr = ({ sql }) => sql`coalesce(sum(r.n) filter (where r.band = ${band}), 0)`
  return last({ ...about, unit: 'users', from: 'health', value })
}
