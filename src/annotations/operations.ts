import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { annotationInput } from './input.ts'
import { ALL_ANNOTATION_KINDS } from './kinds.ts'

const { from, to, tenant } = parameters

const annotation = z.strictObject({
  id: z.number().nullable().describe('null where a table tells it: those cannot be deleted.'),
  kind: z.enum(ALL_ANNOTATION_KINDS),
  at: z.iso.datetime().describe('Of a whole day: its first instant.'),
  day: z.iso.date().nullable().describe('Given where it is about a whole day.'),
  text: z.string(),
  link: z.string().nullable(),
  tenant: z.string().nullable().describe('null = all tenants.'),
  source: z.string().describe('written, or the table that tells it.'),
})

export const listAnnotations = operation({
  method: 'get',
  path: '/api/annotations',
  tag: 'Annotations',
  summary: 'What happened on some days: written ones, and those that the tables tell',
  details:
    'Price changes of models in use, campaigns, deploys by jobs (counted by day) come from the tables; incidents, sources that went away and admin actions are told for all tenants together only.',
  query: z.object({
    from,
    to,
    tenant,
    kinds: z
      .array(z.enum(ALL_ANNOTATION_KINDS, { error: `It is one of ${ALL_ANNOTATION_KINDS.join(', ')}.` }))
      .meta({ description: 'Only these kinds.' })
      .optional(),
  }),
  example: 'kinds=deploy,note',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      tenant: z.string().nullable(),
      annotations: z.array(annotation),
    }),
  },
})

export const writeAnnotation = operation({
  method: 'post',
  path: '/api/annotations',
  tag: 'Annotations',
  summary: 'Mark something on the time charts: a deploy, a note',
  details: 'With an `id` of your own a repeated call changes nothing and answers 200.',
  body: annotationInput,
  answer: {
    type: 'application/json',
    status: 201,
    schema: z.strictObject({ id: z.number(), created: z.boolean() }),
  },
})

export const deleteAnnotation = operation({
  method: 'delete',
  path: '/api/annotations/:id',
  tag: 'Annotations',
  summary: 'Take a written annotation away',
  params: z.object({ id: z.string() }),
  answer: { type: 'application/json', schema: z.strictObject({ id: z.string(), deleted: z.literal(true) }) },
})

export const annotationOperations = [listAnnotations, writeAnnotation, deleteAnnotation]
