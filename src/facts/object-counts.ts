import type { Fragment } from 'postgres'
import type { Tx } from './types.ts'

/**
 * How far the counters of objects went on with the states `stored`, as against the `old` ones: the rest of a with list.
 * An object says its total, so that a state told twice, or too late, adds nothing. `grown` are the hours concerned.
 */
export function countObjects(tx: Tx): Fragment {
  return tx`
      counters as (
        select s.kind, s.object_id, v.counter, date_trunc('hour', v.at) as hour, s.tenant_id, s.user_id, v.amount
        from stored s left join old o using (kind, object_id),
          lateral (values
            ('views', s.updated_at, ${grown(tx, 'views')}),
            ('sessions', s.updated_at, ${grown(tx, 'sessions')}),
            ('session_seconds', s.updated_at, ${grown(tx, 'session_seconds')}),
            ('seen', instant_of(s.properties ->> 'last_seen_at'),
              (s.properties ->> 'last_seen_at' is distinct from o.properties ->> 'last_seen_at')::int::numeric)
          ) v (counter, at, amount)
        where s.kind = case v.counter when 'seen' then 'cli_install' else 'portal' end and v.at is not null and v.amount <> 0
      ),
      grown as (
        insert into object_counts as t
        select * from counters
        on conflict (kind, object_id, counter, hour) do update set amount = t.amount + excluded.amount,
          tenant_id = excluded.tenant_id, user_id = excluded.user_id
        returning hour
      )`
}

const grown = (tx: Tx, name: string): Fragment =>
  tx`${numberOf(tx, 's', name)} - coalesce(${numberOf(tx, 'o', name)}, 0)`

const numberOf = (tx: Tx, row: 's' | 'o', name: string): Fragment =>
  tx`case when jsonb_typeof(${tx(row)}.properties -> ${name}) = 'number' then (${tx(row)}.properties ->> ${name})::numeric end`
