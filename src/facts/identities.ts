import { z } from 'zod'
import { id, instant } from './fields.ts'
import { defineFact } from './types.ts'
import { upsertInto } from './upsert.ts'

export default defineFact({
  kind: 'identities',
  path: 'identities',
  mode: 'upsert',
  keepsRow: true,
  doc: 'An anonymous id that turned out to be a user: anonymous_id, user_id.',
  schema: z.looseObject({ anonymous_id: id(), user_id: id(), since: instant() }),
  ts: (row) => row.since,
  store: (row, { ts }) => ({ anonymous_id: row.anonymous_id, user_id: row.user_id, since: ts, updated_at: ts }),
  write: upsertInto(
    'identities',
    ['anonymous_id'],
    (tx, json) => tx`
      insert into identities as t (anonymous_id, user_id, since)
      select anonymous_id, user_id, since from json_populate_recordset(null::identities, ${json}::text::json)
      on conflict (anonymous_id) do update set user_id = excluded.user_id, since = excluded.since
      where excluded.since >= t.since and excluded.user_id <> t.user_id`,
  ),
})
