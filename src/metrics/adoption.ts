import { distinct, last, metrics, ratio, sum } from './define.ts'

/** What is used, by how many, and how much. */
export default metrics({
  'adoption.rate': last({
    label: 'Feature adoption',
    unit: 'percent',
    good: 'up',
    definition:
      'Share of the monthly active users who used a key feature within the 30 days; without a feature chosen the mean of all KEY_FEATURES that anybody ever used.',
    formula: 'users of the feature ÷ monthly active users',
    action: 'Low for a good feature? It is not found: show it where it is needed.',
    from: 'features',
    by: ['feature'],
    value: ({ sql }) => sql`100.0 * count(*) filter (where r.used) / nullif(count(*), 0)`,
  }),
  'adoption.users': last({
    label: 'Uses of key features',
    unit: 'users',
    good: 'up',
    definition:
      'Monthly active users who used a key feature within the 30 days, by feature; without one chosen a user counts once for each.',
    action: 'A feature that falls alone was moved, broken or replaced: look at its last change.',
    from: 'features',
    by: ['feature'],
    zero: true,
    value: ({ sql }) => sql`count(*) filter (where r.used)`,
  }),
  'adoption.new': sum({
    label: 'First uses of key features',
    unit: 'users',
    good: 'up',
    definition:
      'Users who used a key feature for the first time in the period, by feature: the timeline of its adoption. A user counts once for each feature.',
    action: 'A launch shows as a peak that stays above what was before; a peak alone is curiosity.',
    from: 'firstUses',
    by: ['feature', 'country', 'provider'],
    value: ({ sql }) => sql`count(*)`,
  }),
  'adoption.features_per_user': ratio({
    label: 'Key features per user',
    unit: 'ratio',
    good: 'up',
    definition: 'How many of the KEY_FEATURES a monthly active user used within the 30 days, on average.',
    action: 'Users of one feature leave more easily: lead them to the one that is most used beside it.',
    from: 'engagement',
    num: ({ sql }) => sql`case when max(r.features) > 0 then sum(r.features_used) end`,
    den: ({ sql }) => sql`count(*)`,
  }),
  'adoption.engagement': ratio({
    label: 'Engagement score',
    unit: 'score',
    good: 'up',
    definition:
      'Mean score of the monthly active users, 0 to 100: half for the days they came (20 of 30 are full marks), a quarter for events on such a day (20 are full marks), a quarter for the share of key features used. Without key features the first two share the whole.',
    formula: '50 × days ÷ 20 + 25 × events a day ÷ 20 + 25 × features used ÷ features, each part capped',
    action: 'Falling? The parts tell why: stickiness, events per active user, key features per user.',
    from: 'engagement',
    num: ({ sql }) => sql`sum((50 * least(1, r.days / 20.0) + 25 * least(1, r.events / (20.0 * r.days))
      + 25 * coalesce(r.features_used / nullif(r.features, 0)::float8, 0)) / case when r.features > 0 then 1 else 0.75 end)`,
    den: ({ sql }) => sql`count(*)`,
  }),
  'events.users': distinct({
    label: 'Users with events',
    unit: 'users',
    good: 'up',
    definition:
      'Active users with at least one event; by event those who had it. Each of the first 512 names is told apart.',
    action: 'By event: one whose users fall while its count holds is used by fewer, and more often.',
    from: 'users',
    by: ['event', 'class', 'country', 'provider'],
    who: ({ sql }) => sql`r.events > 0`,
  }),
})
