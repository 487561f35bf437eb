import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'

const { from, to, tenant } = parameters
export const period = z
  .enum(['week', 'month'])
  .default('week')
  .meta({ description: 'Cohorts by the week (from Monday) or the month of the sign-up.' })

const rate = z.number().nullable().describe('Percent; null until the week is over for all of the cohort.')
export const cohortsFields = {
  cohorts: z.array(
    z.strictObject({
      cohort: z.iso.date().describe('First day of the week or month of the sign-ups.'),
      size: z.number(),
      weeks: z.array(
        z.strictObject({
          week: z.number().describe('0 to 12: days 7k to 7k + 6 after each user’s own sign-up.'),
          returned: z.number().describe('Users who were active in it.'),
          rate: z.number().describe('Percent of the cohort.'),
          finished: z.boolean().describe('false: not over for all of the cohort.'),
        }),
      ),
      week_1: rate,
      week_4: rate,
      week_12: rate,
    }),
  ),
  mean: z
    .array(z.strictObject({ week: z.number(), size: z.number(), rate: z.number() }))
    .describe('Over the cohorts whose week is over, weighted by size.'),
  computed_at: z.iso.datetime().nullable().describe('Counted anew by the daily tasks; null before the first time.'),
}

export const listCohorts = operation({
  method: 'get',
  path: '/api/metrics/cohorts',
  tag: 'Metrics',
  summary: 'Retention of cohorts of sign-ups, week by week',
  details: 'The cohorts that have a day in the period, which is the last 30 days unless told otherwise.',
  query: z.object({ from, to, tenant, period }),
  example: 'period=week',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      tenant: z.string().nullable().describe('null = all tenants.'),
      ...cohortsFields,
    }),
  },
})

export const cohortOperations = [listCohorts]
