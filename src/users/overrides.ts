import type { Deps } from '../context.ts'
import type { FoundUser } from './find.ts'

/** A limit that was set from here for one user alone. */
export interface Override {
  name: string
  most: number
  since: Date
  /** Null = until it is changed. */
  until: Date | null
}

/** The limits that hold in place of the plan's, as far as they were set from here, by their names. */
export async function overridesOf(
  { db: { sql }, now }: Pick<Deps, 'db' | 'now'>,
  { ids }: Pick<FoundUser, 'ids'>,
): Promise<Map<string, Override>> {
  const rows = await sql<Override[]>`
    select * from (
      select distinct on (name) r.request ->> 'limit' as name, (r.request ->> 'value')::float8 as most, r.settled_at as since,
        r.settled_at + (r.request ->> 'days')::int * interval '1 day' as until
      from action_runs r
      where r.user_id = any(${ids}::text[]) and r.action = 'limits' and r.state = 'done'
        and r.request ->> 'limit' is not null
        and not exists (select from action_runs u where u.undo_of = r.id and u.state = 'done' and u.action <> 'limits')
      order by name, r.settled_at desc
    ) newest where until is null or until > ${now()}`
  return new Map(rows.map((row) => [row.name, row]))
}
