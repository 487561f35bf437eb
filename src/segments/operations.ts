import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { ruleSchema } from './rule.ts'
import { MAX_NAME } from './store.ts'

const params = z.object({ id: z.string().meta({ description: 'Slug or id.' }) })

const segment = z.strictObject({
  id: z.number(),
  slug: z.string().describe('For `segment=` in addresses; it stays when the name changes.'),
  name: z.string(),
  sentence: z.string().describe('The rule in words.'),
  rule: z.looseObject({}),
  shared: z.boolean(),
  by: z.string(),
  updated_at: z.iso.datetime(),
})

/** What a segment is made of. */
export const segmentBody = z.strictObject({
  name: z.string().meta({ description: `At most ${MAX_NAME} characters, and of no other segment.` }),
  rule: z.unknown().meta({
    description:
      'all or any of conditions, each with a kind, an op and its values; groups of conditions may stand among them.',
    example: {
      match: 'all',
      conditions: [
        { kind: 'plan', op: 'is', values: ['pro'] },
        { kind: 'signed_up', op: 'between', from: '2026-05-01', to: '2026-05-31' },
        { kind: 'jobs', op: 'more', name: 'build', n: 3, days: 30 },
      ],
    },
  }),
  shared: z.boolean().default(true).meta({ description: 'Whether it is in the menu of all admins.' }),
})
const documentedBody = segmentBody.extend({ rule: ruleSchema })

const one = { type: 'application/json', schema: segment } as const

export const listOfSegments = operation({
  method: 'get',
  path: '/api/segments',
  tag: 'Segments',
  summary: 'All segments',
  answer: { type: 'application/json', schema: z.strictObject({ segments: z.array(segment) }) },
})

export const readSegment = operation({
  method: 'get',
  path: '/api/segments/:id',
  tag: 'Segments',
  summary: 'One segment',
  params,
  answer: one,
})

export const makeSegment = operation({
  method: 'post',
  path: '/api/segments',
  tag: 'Segments',
  summary: 'Make a segment',
  details:
    'A rule over what is known of users. Who is in it is asked anew each time: it is whom the rule holds for now.',
  body: documentedBody,
  answer: { ...one, status: 201 },
})

export const putSegment = operation({
  method: 'put',
  path: '/api/segments/:id',
  tag: 'Segments',
  summary: 'Change a segment',
  params,
  body: documentedBody,
  answer: one,
})

export const dropSegment = operation({
  method: 'delete',
  path: '/api/segments/:id',
  tag: 'Segments',
  summary: 'Delete a segment',
  details: 'Views that used it say so, and show all users.',
  params,
  answer: { type: 'application/json', schema: z.strictObject({ id: z.number(), deleted: z.literal(true) }) },
})

export const usersOfSegment = operation({
  method: 'get',
  path: '/api/segments/:id/users',
  tag: 'Segments',
  summary: 'The users of a segment, by id',
  params,
  query: z.object({
    tenant: parameters.tenant,
    after: z.string().max(500).meta({ description: '`next` of the page before.' }).optional(),
    limit: parameters.limit(1_000, 100),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      segment: z.string(),
      tenant: z.string().nullable(),
      total: z.number().nullable().describe('null = it takes too long to count them.'),
      users: z.array(z.looseObject({ user_id: z.string() })),
      next: z.string().nullable().describe('`after` of the next page; null at the end.'),
    }),
  },
})

export const usersOfSegmentFile = operation({
  method: 'get',
  path: '/exports/segment-users.csv',
  tag: 'Segments',
  summary: 'All users of a segment as a file',
  query: z.object({
    segment: z.string().max(200).meta({ description: 'Slug or id.' }),
    tenant: parameters.tenant,
  }),
  example: 'segment=pro-in-may',
  answer: { type: 'text/csv', doc: 'A row a user, by id.' },
})

export const segmentOperations = [
  listOfSegments,
  readSegment,
  makeSegment,
  putSegment,
  dropSegment,
  usersOfSegment,
  usersOfSegmentFile,
]
