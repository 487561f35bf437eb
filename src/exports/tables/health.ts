import { date, joined, number, type TableExport, text, time } from '../table.ts'

/** How users are doing, as it was computed last. */
export const healthTables: TableExport[] = [
  {
    name: 'health',
    doc: 'The health score of every user as it was computed last, what it is made of, and the score of 30 days before.',
    source: (sql) => sql`user_health`,
    walk: 'all',
    at: 'day',
    atType: 'date',
    order: [{ column: 'user_id', type: 'text' }],
    hasTenant: true,
    columns: {
      user_id: text(),
      tenant_id: text(),
      email: joined(text()),
      plan: text(),
      stage: text({ doc: 'Of life: activation, growth, mature, at-risk or lapsed.' }),
      date: date({ from: 'day', doc: 'The score is as of the end of this day.' }),
      score: number({ doc: '0 to 100; empty = under half of the weights have data.' }),
      band: text({ doc: 'healthy, at-risk, churning or unknown' }),
      build_success: number({ from: 'builds' }),
      engagement: number(),
      return: number({ from: 'returns' }),
      adoption: number(),
      satisfaction: number({
        doc: 'Components are 0 to 100; one without data is empty, and its weight shared among the rest.',
      }),
      score_30_days_before: number({ from: 'then_score' }),
      active_days: number({ doc: 'Of the last 30.' }),
      last_active_on: date({ doc: 'Within 60 days.' }),
      jobs: number({ doc: 'That ended in 30 days.' }),
      jobs_succeeded: number({ from: 'jobs_ok' }),
      key_features: number({ from: 'features', doc: 'Used in 90 days.' }),
      ratings: number({ doc: 'Given in 90 days.' }),
      computed_at: time(),
    },
    filters: ['band', 'plan', 'stage'],
    joins: (sql) => sql`left join (select user_id as account, email from users) account on account.account = w.user_id`,
  },
]
