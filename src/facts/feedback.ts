import { z } from 'zod'
import { appendTo } from './append.ts'
import { content, instant, number, object, optionalId, requiredChoice, tenant, withRest } from './fields.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: optionalId(),
  ts: instant(),
  user_id: optionalId(),
  tenant_id: tenant(),
  kind: requiredChoice('nps', 'csat', 'rating', 'comment'),
  score: number(0, 1000),
  max: number(1, 1000),
  comment: content(),
  object_id: optionalId(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))
type Feedback = z.infer<typeof schema>

/** The scales that go without saying. */
const MAX: Partial<Record<Feedback['kind'], number>> = { nps: 10, csat: 5, rating: 5 }
const maxOf = (row: Feedback): number | undefined => row.max ?? MAX[row.kind]

export default defineFact({
  kind: 'feedback',
  path: 'feedback',
  mode: 'append',
  keepsRow: false,
  content: ['comment', 'text', 'answer', 'content'],
  doc: 'What a user thinks: kind (nps, csat, rating, comment), score of max (10 for nps, else 5, unless told).',
  schema: schema
    .refine((row) => row.kind === 'comment' || row.score !== undefined, { path: ['score'], message: 'is required' })
    .refine((row) => (row.score ?? 0) <= (maxOf(row) ?? 1000), { path: ['score'], message: 'is more than max' }),
  ts: (row) => row.ts,
  store: (row) => ({
    user_id: row.user_id ?? '',
    tenant_id: row.tenant_id ?? '',
    kind: row.kind,
    score: row.score,
    max: row.score === undefined ? undefined : maxOf(row),
    comment: row.comment,
    object_id: row.object_id,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: appendTo('feedback'),
})
