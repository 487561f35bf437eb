import { z } from 'zod'
import { id, instant, object, text, texts, withRest } from './fields.ts'
import { each, newest, upsertStates } from './states.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: id(),
  name: text(300),
  variants: texts(),
  status: text(50),
  started_at: instant(),
  ended_at: instant(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'experiments',
  path: 'experiments',
  mode: 'upsert',
  keepsRow: false,
  doc: 'An experiment: id, name, variants, status, started_at, ended_at.',
  schema,
  ts: (row) => row.updated_at,
  store: (row, { ts }) => ({
    experiment_id: row.id,
    name: row.name,
    variants: row.variants,
    status: row.status,
    started_at: row.started_at,
    ended_at: row.ended_at,
    updated_at: ts,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertStates(
    'experiments',
    ['experiment_id'],
    each(newest, 'name', 'variants', 'status', 'started_at', 'ended_at', 'properties'),
  ),
})
