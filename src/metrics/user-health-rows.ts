import type { Fragment, SqlContext } from './metric.ts'
import type { Window } from './window.ts'

/** Weeks of the past are scored once: until the next one, users are as they were. After that it is unknown. */
export const HOLDS_DAYS = 7

/** Users by band at the end of each day, as they were scored last. */
export function healthRows({ sql }: SqlContext, w: Window): Fragment {
  return sql`select s.scope, d.day, h.day as scored_on, h.band, h.n, h.score
      from unnest(${w.scopes}::text[]) s (scope) cross join unnest(${w.days}::text[]::date[]) d (day)
        cross join lateral (
          select max(day) as day from health_days
          where scope = s.scope and day <= d.day and day > d.day - ${HOLDS_DAYS}::int
        ) newest
        join health_days h on h.scope = s.scope and h.day = newest.day`
}
