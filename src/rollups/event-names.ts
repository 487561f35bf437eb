import type { Tx } from '../facts/types.ts'
import type { Fragment } from './types.ts'

/** As many names as a day's bits of a user have room for. */
const MAX_NAMES = 512

/**
 * Gives names of events, or kinds of jobs, that are new their number, the most frequent first. Under the fold lock, as
 * all that calls it.
 * @param names a query of `name` and `n`
 */
export function nameNew(tx: Tx, type: 'event' | 'job', names: Fragment): Fragment {
  return tx`
    insert into event_names (id, type, name, bit)
    select id, ${type}, name, set_bit(repeat('0', 512)::bit(512), id, 1)
    from (
      select (coalesce((select max(id) from event_names), -1) + row_number() over (order by sum(n) desc, name))::int as id, name
      from (${names}) told
      where not exists (select from event_names e where e.type = ${type} and e.name = told.name)
      group by name
    ) fresh
    where id < ${MAX_NAMES}`
}
