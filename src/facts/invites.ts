import { z } from 'zod'
import { id, instant, optionalId, tenant, text } from './fields.ts'
import { markDays } from './mark-days.ts'
import { each, earliest, newest, upsertStates } from './states.ts'
import { defineFact } from './types.ts'

export default defineFact({
  kind: 'invites',
  path: 'invites',
  mode: 'upsert',
  keepsRow: false,
  doc: 'An invitation by a user: id, user_id (who invites), invitee, sent_at, accepted_at, accepted_user_id.',
  schema: z.looseObject({
    id: id(),
    user_id: optionalId(),
    tenant_id: tenant(),
    invitee: text(320),
    channel: text(100),
    sent_at: instant(),
    accepted_at: instant(),
    accepted_user_id: optionalId(),
    status: text(50),
    updated_at: instant(),
  }),
  ts: (row) => row.updated_at ?? row.accepted_at ?? row.sent_at,
  store: (row, { ts }) => ({
    invite_id: row.id,
    user_id: row.user_id,
    tenant_id: row.tenant_id,
    invitee: row.invitee,
    channel: row.channel,
    sent_at: row.sent_at ?? row.accepted_at ?? ts,
    accepted_at: row.accepted_at,
    accepted_user_id: row.accepted_user_id,
    status: row.status,
    updated_at: ts,
  }),
  write: upsertStates(
    'invites',
    ['invite_id'],
    {
      ...each(newest, 'user_id', 'tenant_id', 'invitee', 'channel', 'accepted_user_id', 'status'),
      ...each(earliest, 'sent_at', 'accepted_at'),
    },
    markDays('invite_days', ['sent_at', 'accepted_at'], ['tenant_id', 'channel', 'user_id']),
  ),
})
