import { z } from 'zod'
import { choice, content, id, instant, object, optionalId, tenant, text, withRest } from './fields.ts'
import { COUNTED, noteChanges } from './note-changes.ts'
import { each, earliest, furthestOf, newest, upsertStates, withDefaults } from './states.ts'
import { defineFact } from './types.ts'

const STATUSES = ['sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'failed'] as const

const schema = z.looseObject({
  id: id(),
  ts: instant(),
  user_id: optionalId(),
  tenant_id: tenant(),
  channel: choice('chat', 'email', 'sms', 'other'),
  direction: choice('in', 'out'),
  status: choice(...STATUSES),
  recipient: text(320),
  subject: text(1000),
  text: content(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'messages',
  path: 'messages',
  mode: 'upsert',
  keepsRow: false,
  content: ['text', 'body', 'html', 'content', 'message'],
  doc: 'A message to or from a user: id, channel, direction, status (a later stage wins, whenever it is told), recipient.',
  schema,
  ts: (row) => row.updated_at ?? row.ts,
  store: (row, { ts }) =>
    withDefaults(
      {
        message_id: row.id,
        ts: row.ts ?? ts,
        user_id: row.user_id,
        tenant_id: row.tenant_id,
        channel: row.channel,
        direction: row.direction,
        status: row.status,
        recipient: row.recipient,
        subject: row.subject,
        text: row.text,
        updated_at: ts,
        properties: withRest(KNOWN, row, row.properties),
      },
      { channel: 'other', direction: 'out', status: 'sent' },
    ),
  write: upsertStates(
    'messages',
    ['message_id'],
    {
      ...each(newest, 'user_id', 'tenant_id', 'channel', 'direction', 'recipient', 'subject', 'text', 'properties'),
      ts: earliest,
      status: furthestOf(STATUSES),
    },
    noteChanges('messages', COUNTED.messages),
  ),
})
