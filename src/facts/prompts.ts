import { z } from 'zod'
import { bool, choice, content, id, instant, number, object, optionalId, tenant, text, withRest } from './fields.ts'
import { COUNTED, noteChanges } from './note-changes.ts'
import { each, earliest, newest, newestOf, upsertStates } from './states.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: id(),
  ts: instant(),
  user_id: optionalId(),
  tenant_id: tenant(),
  object_id: optionalId(),
  job_id: optionalId(),
  model: text(200),
  site_type: text(200),
  industry: text(200),
  status: choice('succeeded', 'failed', 'pending'),
  duration_ms: number(0, 86_400_000),
  library_used: bool(),
  text: content(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))
const STAGES = ['pending', 'failed', 'succeeded']

export default defineFact({
  kind: 'prompts',
  path: 'prompts',
  mode: 'upsert',
  keepsRow: false,
  content: ['text', 'prompt', 'content', 'input', 'output', 'response', 'completion', 'messages'],
  doc: 'A prompt that a user gave: id, ts, user_id, model, site_type, industry, status, duration_ms.',
  schema,
  ts: (row) => row.updated_at ?? row.ts,
  store: (row, { ts }) => ({
    prompt_id: row.id,
    ts: row.ts ?? ts,
    user_id: row.user_id,
    tenant_id: row.tenant_id,
    object_id: row.object_id,
    job_id: row.job_id,
    model: row.model,
    site_type: row.site_type,
    industry: row.industry,
    status: row.status,
    duration_ms: row.duration_ms,
    library_used: row.library_used,
    text: row.text,
    updated_at: ts,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertStates(
    'prompts',
    ['prompt_id'],
    {
      ...each(newest, 'user_id', 'tenant_id', 'object_id', 'job_id', 'model', 'site_type', 'industry'),
      ...each(newest, 'duration_ms', 'library_used', 'text', 'properties'),
      ts: earliest,
      status: newestOf(STAGES),
    },
    noteChanges('prompts', COUNTED.prompts),
  ),
})
