import type { Fragment, SqlContext } from './metric.ts'
import type { Window } from './window.ts'

/** The window of adoption and engagement: that of the monthly active users. */
const WINDOW_DAYS = 30

/** Active users of the 30 days that end on a day × the key features that anybody ever used, and whether they did. */
export function featureRows(q: SqlContext, w: Window): Fragment {
  return q.sql`select scope, day, user_id, feature, used
      from (${usersByFeature(q, w)}) u where feature is not null`
}

/** Active users of the 30 days that end on a day: how often they came, how much they did, and with how many features. */
export function engagementRows(q: SqlContext, w: Window): Fragment {
  return q.sql`select scope, day, user_id, max(days) as days, max(events) as events,
        count(*) filter (where used) as features_used, count(feature) as features
      from (${usersByFeature(q, w)}) u group by 1, 2, 3`
}

function usersByFeature({ sql, keyFeatures }: SqlContext, w: Window): Fragment {
  const days = sql`unnest(${w.days}::text[]::date[]) d (day)`
  const within = (row: string) =>
    sql`${sql(row)}.day between d.day - ${WINDOW_DAYS - 1}::int and d.day and ${sql(row)}.scope = any(${w.scopes}::text[])`
  return sql`
        with features as (
          select f.name, coalesce((select bit_or(bit) from event_names e where e.name = f.name), 0::bit(512)) as bit
          from unnest(${keyFeatures}::text[]) f (name) where exists (select from user_firsts u where u.name = f.name)
        ),
        visitors as (
          select a.scope, d.day, a.user_id, count(*) as days, sum(a.events) as events,
            coalesce(bit_or(a.names), 0::bit(512)) as names
          from ${days} join user_days a on ${within('a')} and a.active and a.user_id <> ''
          group by 1, 2, 3
        ),
        things as (
          select distinct o.scope, d.day, o.user_id, o.kind
          from ${days} join object_user_days o on ${within('o')} and o.kind = any(${keyFeatures}::text[])
        )
        select p.scope, p.day, p.user_id, p.days, p.events, f.name as feature,
          coalesce((p.names & f.bit) <> 0::bit(512), false) or t.user_id is not null as used
        from visitors p left join features f on true
          left join things t on t.scope = p.scope and t.day = p.day and t.user_id = p.user_id and t.kind = f.name`
}
