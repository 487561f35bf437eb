import { metrics, ratio, sum } from './define.ts'

/** What users say when they are asked. */
export default metrics({
  'satisfaction.nps': ratio({
    label: 'Net promoter score',
    unit: 'score',
    good: 'up',
    definition:
      'Share of promoters (9 or 10 of 10) less the share of detractors (6 or less), of the answers of the period: −100 to 100.',
    formula: '100 × (promoters − detractors) ÷ answers',
    action: 'Read the comments of detractors first: what they name more than once is the next thing to mend.',
    warn: 20,
    crit: 0,
    from: 'feedback',
    num: ({ sql }) => sql`100 * sum(r.promoters - r.detractors) filter (where r.kind = 'nps')`,
    den: ({ sql }) => sql`sum(r.scored) filter (where r.kind = 'nps')`,
  }),
  'satisfaction.csat': ratio({
    label: 'Customer satisfaction',
    unit: 'percent',
    good: 'up',
    definition: 'Share of the answers about satisfaction in the period that give 4 or 5 of 5.',
    action: 'Low? Look at what the unsatisfied did just before: errors, waiting, a failed build.',
    warn: 75,
    crit: 60,
    from: 'feedback',
    num: ({ sql }) => sql`sum(r.satisfied) filter (where r.kind = 'csat')`,
    den: ({ sql }) => sql`sum(r.scored) filter (where r.kind = 'csat')`,
  }),
  'satisfaction.rating': ratio({
    label: 'Mean rating',
    unit: 'score',
    good: 'up',
    definition: 'Mean of the ratings of the period, of 5, whatever their scale was.',
    action: 'Falling since a release? Compare the ratings by what they are about.',
    warn: 4,
    crit: 3,
    from: 'feedback',
    num: ({ sql }) => sql`5 * sum(r.score) filter (where r.kind = 'rating')`,
    den: ({ sql }) => sql`sum(r.scored) filter (where r.kind = 'rating')`,
  }),
  'satisfaction.responses': sum({
    label: 'Responses',
    unit: 'responses',
    good: 'up',
    definition: 'Answers and comments of users in the period, of any kind.',
    action: 'Few? Ask in the moment, with one question.',
    from: 'feedback',
    by: ['kind'],
    value: ({ sql }) => sql`sum(r.n)`,
  }),
})
