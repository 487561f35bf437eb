import type { Fragment, SqlContext } from './metric.ts'
import type { Window } from './window.ts'

/** The window of adoption and engagement: that of the monthly active users. */
const WINDOW_DAYS = 30

/** Active users of the 30 days that end on a day × the key features that anybody ever used, and whether they did. */
export function featureRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`${visitors(q, w)}
        select v.scope, v.day, v.user_id, f.name as feature, ${used(q)} as used
        from visitors v cross join features f`
}

/** Active users of the 30 days that end on a day: how often they came, how much they did, and with how many features. */
export function engagementRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`${visitors(q, w)}
        select v.scope, v.day, v.user_id, v.days, v.events, n.features, n.features_used
        from visitors v
          cross join lateral (select count(*) as features, count(*) filter (where ${used(q)}) as features_used from features f) n`
}

const used = ({ sql }: SqlContext): Fragment =>
  sql`((v.names & f.bit) <> 0::bit(512) or coalesce(f.name = any(v.kinds), false))`

/** The features; and who came, with the names of events and the kinds of objects. The rows are read once, not once for each day. */
function visitors({ sql, keyFeatures }: SqlContext, w: Window): Fragment {
  const days = sql`unnest(${w.days}::text[]::date[]) d (day)`
  const read = sql`scope = any(${w.scopes}::text[]) and user_id <> ''
            and day between ${w.from}::date - ${WINDOW_DAYS - 1}::int and ${w.to}::date`
  const within = (row: string) => sql`${sql(row)}.day between d.day - ${WINDOW_DAYS - 1}::int and d.day`
  return sql`
        with features as materialized (
          select f.name, coalesce((select bit_or(bit) from event_names e where e.name = f.name), 0::bit(512)) as bit
          from unnest(${keyFeatures}::text[]) f (name) where exists (select from user_firsts u where u.name = f.name)
        ),
        came as materialized (
          select scope, day, user_id, events, names from user_days where active and ${read}
        ),
        made as materialized (
          select scope, day, user_id, kind from object_user_days where kind = any(${keyFeatures}::text[]) and ${read}
        ),
        visitors as (
          select c.*, m.kinds
          from (
            select c.scope, d.day, c.user_id, count(*) as days, sum(c.events) as events,
              coalesce(bit_or(c.names), 0::bit(512)) as names
            from ${days} join came c on ${within('c')}
            group by 1, 2, 3
          ) c left join (
            select m.scope, d.day, m.user_id, array_agg(distinct m.kind) as kinds
            from ${days} join made m on ${within('m')}
            group by 1, 2, 3
          ) m on m.scope = c.scope and m.day = c.day and m.user_id = c.user_id
        )`
}
