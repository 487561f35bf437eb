import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters, values } from '../api/query.ts'
import { BANDS } from '../health/components.ts'
import { TAB_NAMES } from './groups.ts'
import { MAX_TAG } from './notes.ts'
import { USER_COLUMNS } from './rows.ts'
import { DEFAULT_SORT, SORT_NAMES } from './sorts.ts'

const text = (most: number) =>
  z.string().refine((one) => one.length <= most && !one.includes('\0'), 'This is too long.')

/** What lists of users are asked by; the page has the same words in its address. */
export const userParameters = {
  tenant: parameters.tenant,
  tab: z
    .enum(TAB_NAMES, { error: `It is one of ${TAB_NAMES.join(', ')}.` })
    .default('all')
    .meta({ description: 'Which part: by class, or those who are suspended. Default: all.' }),
  plan: parameters.plan.unwrap().meta({ description: 'Only users on this plan now.' }).optional(),
  segment: parameters.segment,
  q: text(200).meta({ description: 'The beginning of an e-mail address, its domain, a name or an id.' }).optional(),
  tag: text(MAX_TAG).meta({ description: 'Only users with this tag.' }).optional(),
  sort: z
    .enum(SORT_NAMES, { error: `It is one of ${SORT_NAMES.join(', ')}.` })
    .default(DEFAULT_SORT)
    .meta({ description: `Default: ${DEFAULT_SORT}. What is unknown stands last.` }),
  dir: z
    .enum(['asc', 'desc'], { error: 'It is asc or desc.' })
    .meta({ description: 'Default: the largest and newest first; names from A, margins from the smallest.' })
    .optional(),
}

const cell = z.union([z.string(), z.number()]).nullable()
const scored = {
  health: z.number().nullable().describe('0 to 100, as of the last night; null = too little is known.'),
  health_band: z.enum(BANDS).nullable().describe('null = never scored.'),
}
const row = z.looseObject({
  user_id: z.string(),
  calls_30d: z.number(),
  ai_cost_30d: z.number(),
  mrr: cell,
  margin_30d: cell,
  ...scored,
})

export const listOfUsers = operation({
  method: 'get',
  path: '/api/users',
  tag: 'Users',
  summary: 'Users with what they do, cost and pay',
  details:
    'A page of users; `next` goes into `after` for the following one and is null at the end. Calls and cost are those of 30 days, today among them; MRR is null where it is not known, or paid by the tenant.',
  query: z.object({
    ...userParameters,
    limit: parameters.limit(1_000, 100),
    after: z.string().max(3_000).meta({ description: '`next` of the page before, in the same order.' }).optional(),
  }),
  example: 'sort=cost&limit=10',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      tenant: z.string().nullable(),
      total: z.number().nullable().describe('null where a search, a tag or a segment is set.'),
      currency: z.string(),
      users: z.array(row),
      next: z.string().nullable(),
    }),
  },
})

export const fileOfUsers = operation({
  method: 'get',
  path: '/exports/user-list.csv',
  tag: 'Users',
  summary: 'The list of users as a file',
  query: z.object({
    ...userParameters,
    user: values('Only these users, by id; once for each.'),
  }),
  // The tag in the field beside the buttons.
  unread: ['word'],
  example: 'tab=paying&sort=margin',
  answer: { type: 'text/csv', doc: `Columns: ${USER_COLUMNS.join(', ')}, currency.` },
})

export const oneUser = operation({
  method: 'get',
  path: '/api/users/:id',
  tag: 'Users',
  summary: 'One user: account, the last 30 days, subscriptions, tags',
  params: z.object({ id: z.string().meta({ description: 'Their id, or one that turned out to be theirs.' }) }),
  answer: {
    type: 'application/json',
    schema: z.looseObject({
      user_id: z.string(),
      email: z.string().nullable(),
      plan: z.string(),
      plan_told: z
        .string()
        .nullable()
        .describe('The plan the product says they are on, where no subscription is known; `plan` is what counts.'),
      class: z.string(),
      status: z.string(),
      currency: z.string(),
      ...scored,
      days: z.array(z.looseObject({ day: z.iso.date(), api_calls: z.number() })),
    }),
  },
})

export const userOperations = [listOfUsers, fileOfUsers, oneUser]
