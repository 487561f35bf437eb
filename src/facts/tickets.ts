import { z } from 'zod'
import { choice, id, instant, object, optionalId, tenant, text, withRest } from './fields.ts'
import { COUNTED, noteChanges } from './note-changes.ts'
import { each, earliest, newest, newestOf, upsertStates, withDefaults } from './states.ts'
import { defineFact } from './types.ts'

const STATUSES = ['open', 'pending', 'solved', 'closed'] as const

const schema = z.looseObject({
  id: id(),
  user_id: optionalId(),
  tenant_id: tenant(),
  subject: text(1000),
  status: choice(...STATUSES),
  priority: text(50),
  created_at: instant(),
  first_response_at: instant(),
  closed_at: instant(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'tickets',
  path: 'tickets',
  mode: 'upsert',
  keepsRow: false,
  content: ['text', 'body', 'description', 'comment', 'comments', 'messages'],
  doc: 'A support ticket: id, user_id, status, priority, created_at, first_response_at, closed_at.',
  schema,
  ts: (row) => row.updated_at ?? row.closed_at ?? row.first_response_at ?? row.created_at,
  store: (row, { ts }) =>
    withDefaults(
      {
        ticket_id: row.id,
        user_id: row.user_id,
        tenant_id: row.tenant_id,
        subject: row.subject,
        status: row.status,
        priority: row.priority,
        created_at: row.created_at ?? ts,
        first_response_at: row.first_response_at,
        closed_at: row.closed_at,
        updated_at: ts,
        properties: withRest(KNOWN, row, row.properties),
      },
      { status: 'open' },
    ),
  write: upsertStates(
    'tickets',
    ['ticket_id'],
    {
      ...each(newest, 'user_id', 'tenant_id', 'subject', 'priority', 'closed_at', 'properties'),
      ...each(earliest, 'created_at', 'first_response_at'),
      status: newestOf(STATUSES),
    },
    noteChanges('tickets', COUNTED.tickets),
  ),
})
