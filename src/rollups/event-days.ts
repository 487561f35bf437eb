import { nameNew } from './event-names.ts'
import { localDay, scopes } from './fragments.ts'
import { byOwner } from './owners.ts'
import type { FoldContext, Source } from './types.ts'

/** How often each event happened, by day. Before the days of users, which tell events by their numbers. */
export async function foldEventDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    with by_tenant as (
      select tenant_id, ${localDay(tx, 'ts', config.timeZone)} as day, name, count(*) as n
      from events where ${source}
      group by 1, 2, 3
    ),
    counted as (
      insert into event_days as t (scope, day, name, n)
      select scope, day, name, sum(n) from by_tenant cross join ${scopes(tx)}
      where scope is not null
      group by 1, 2, 3
      order by 1, 2, 3
      on conflict (scope, day, name) do update set n = t.n + excluded.n
    )
    ${nameNew(tx, 'event', tx`select name, n from by_tenant`)}`
}

/** A user's sessions by day: one that passes midnight counts on both days. */
export async function foldSessionDays(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  const facts = tx`
    select user_id, anonymous_id, tenant_id, ts, session_id from events where ${source} and session_id is not null`
  const sums = [
    { name: 'first_ts', sum: tx`min(ts)`, again: tx`min(first_ts)` },
    { name: 'last_ts', sum: tx`max(ts)`, again: tx`max(last_ts)` },
    { name: 'events', sum: tx`count(*)`, again: tx`sum(events)` },
  ]
  await tx`
    with by_tenant as (${byOwner(context, facts, sums, ['session_id'])})
    insert into session_days as t (user_id, scope, day, session_id, first_ts, last_ts, events)
    select user_id, scope, day, session_id, min(first_ts), max(last_ts), sum(events)
    from by_tenant cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (user_id, scope, day, session_id) do update set
      first_ts = least(t.first_ts, excluded.first_ts), last_ts = greatest(t.last_ts, excluded.last_ts),
      events = t.events + excluded.events`
}
