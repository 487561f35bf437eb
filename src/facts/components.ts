import { z } from 'zod'
import { bool, content, id, instant, number, object, text, withRest } from './fields.ts'
import { each, earliest, newest, upsertStates } from './states.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: id(),
  name: text(300),
  kind: text(100),
  category: text(100),
  version: text(100),
  quality: number(0, 100),
  system: bool(),
  status: text(50),
  code: content(),
  created_at: instant(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'components',
  path: 'components',
  mode: 'upsert',
  keepsRow: false,
  content: ['code', 'source', 'html', 'css', 'content'],
  doc: 'A building block of the product’s library: id, name, kind, category, version, quality 0-100.',
  schema,
  ts: (row) => row.updated_at ?? row.created_at,
  store: (row, { ts }) => ({
    component_id: row.id,
    name: row.name,
    kind: row.kind,
    category: row.category,
    version: row.version,
    quality: row.quality,
    system: row.system,
    status: row.status,
    code: row.code,
    created_at: row.created_at ?? ts,
    updated_at: ts,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertStates('components', ['component_id'], {
    ...each(newest, 'name', 'kind', 'category', 'version', 'quality', 'system', 'status', 'code', 'properties'),
    created_at: earliest,
  }),
})
