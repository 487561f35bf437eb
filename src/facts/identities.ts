import { z } from 'zod'
import { id, instant } from './fields.ts'
import { defineFact } from './types.ts'
import { type Merge, upsertInto } from './upsert.ts'

/** Whose it is was told last; of two told in one instant the larger, so that their order does not matter. */
const lastTold: Merge = (older, newer) => {
  const tied = (older.since as Date).getTime() === (newer.since as Date).getTime()
  return tied && (older.user_id as string) > (newer.user_id as string) ? older : newer
}

export default defineFact({
  kind: 'identities',
  path: 'identities',
  mode: 'upsert',
  keepsRow: true,
  doc: 'An id that turned out to be a user: anonymous_id (a visitor’s, or that of another account), user_id. What it did counts for that user.',
  schema: z.looseObject({ anonymous_id: id(), user_id: id(), since: instant() }),
  ts: (row) => row.since,
  store: (row, { ts }) => ({ anonymous_id: row.anonymous_id, user_id: row.user_id, since: ts, updated_at: ts }),
  write: upsertInto(
    'identities',
    ['anonymous_id'],
    (tx, json) => tx`
      with input as materialized (select * from json_populate_recordset(null::identities, ${json}::text::json)),
      old as materialized (select * from identities where anonymous_id in (select anonymous_id from input)),
      stored as (
        insert into identities as t (anonymous_id, user_id, since)
        select anonymous_id, user_id, since from input
        on conflict (anonymous_id) do update set user_id = excluded.user_id, since = excluded.since
        where (excluded.since, excluded.user_id collate "C") > (t.since, t.user_id collate "C")
        returning anonymous_id, user_id
      )
      insert into dirty_identities
      select s.anonymous_id from stored s left join old o using (anonymous_id)
      where s.user_id is distinct from o.user_id`,
    lastTold,
  ),
})
