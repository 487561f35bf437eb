import { z } from 'zod'
import { runStarted } from '../api/described.ts'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { BANDS, COMPONENT_NAMES } from './components.ts'

const { tenant, plan, segment, limit } = parameters
const tag = 'Health'
const score = z.number().nullable().describe('0 to 100; null is unknown.')
const band = z.enum(BANDS)

const outcome = z
  .strictObject({
    days: z.array(z.iso.date()).describe('The days whose scores were looked at.'),
    users: z.number(),
    left: z.number().describe('Of them, within 30 days.'),
    rate: z.number().describe('Percent.'),
    auc: z
      .strictObject({ value: z.number(), low: z.number(), high: z.number() })
      .nullable()
      .describe('How often one who left had the lower score of a pair, with its 95 % range; 0.5 is chance.'),
    bands: z.array(
      z.strictObject({
        band,
        users: z.number(),
        left: z.number(),
        rate: z.number().nullable(),
        lift: z.number().nullable().describe('How many times as often as on the whole.'),
      }),
    ),
  })
  .nullable()
  .describe('null = not enough history.')

export const readHealth = operation({
  method: 'get',
  path: '/api/health',
  tag,
  summary: 'How users are doing: bands, their change, and what past scores foretold',
  query: z.object({ tenant, plan, segment }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      tenant: z.string().nullable().describe('null = all tenants.'),
      plan: z.string().optional(),
      segment: z.string().optional(),
      day: z.iso.date().nullable().describe('Scores are as of the end of this day; null = nobody was ever scored.'),
      compared_with: z.iso.date().nullable(),
      computed_at: z.iso.datetime().nullable(),
      weights: z.record(z.enum(COMPONENT_NAMES), z.number()).nullable(),
      users: z.number(),
      mean: score,
      mean_before: score,
      bands: z.array(z.strictObject({ band, users: z.number(), users_before: z.number().nullable() })),
      histogram: z.array(z.strictObject({ from: z.number(), users: z.number() })).describe('In steps of five.'),
      outcomes: z.strictObject({
        churned: outcome.describe('Of users who paid, those who stopped.'),
        lapsed: outcome.describe('Of users who were active, those who were no more.'),
      }),
    }),
  },
})

const user = z.strictObject({
  user_id: z.string(),
  tenant_id: z.string(),
  plan: z.string(),
  class: z.string(),
  stage: z.string(),
  score,
  band,
  change: z.number().nullable().describe('Against 30 days before.'),
  why: z.string().describe('What costs most points.'),
  change_reason: z.string().nullable(),
  action: z.string().nullable().describe('What to do; null for healthy users.'),
  components: z.record(
    z.enum(COMPONENT_NAMES),
    z.strictObject({
      score,
      weight: z.number().describe('Percent of the whole; 0 = left out.'),
      why: z.string(),
    }),
  ),
})

export const listHealthUsers = operation({
  method: 'get',
  path: '/api/health/users',
  tag,
  summary: 'Users by their score, the lowest first',
  details: 'Users without a score come last. All of them as a file: /exports/health.csv.',
  query: z.object({
    tenant,
    plan,
    segment,
    band: z.enum(BANDS, { error: `It is one of ${BANDS.join(', ')}.` }).optional(),
    after: z.string().max(600).optional().meta({ description: 'The `next` of the page before.' }),
    limit: limit(500, 100),
  }),
  example: 'band=at-risk&limit=20',
  answer: {
    type: 'application/json',
    schema: z.strictObject({ users: z.array(user), next: z.string().nullable() }),
  },
})

export const readHealthUser = operation({
  method: 'get',
  path: '/api/health/users/:id',
  tag,
  summary: 'The score of one user, what it is made of, and its weeks',
  params: z.object({ id: z.string().meta({ description: 'Id of the user.' }) }),
  answer: {
    type: 'application/json',
    schema: user.extend({ history: z.array(z.strictObject({ day: z.iso.date(), score: z.number() })) }),
  },
})

export const recalculateHealth = operation({
  method: 'post',
  path: '/api/health/recalculate',
  tag,
  summary: 'Score all users anew, as of the last closed day',
  details: 'Answers at once; /api/jobs/runs/:id tells how far it is. The daily tasks do the same each night.',
  answer: { type: 'application/json', status: 202, schema: runStarted },
})

export const healthOperations = [readHealth, listHealthUsers, readHealthUser, recalculateHealth]
