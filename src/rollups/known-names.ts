import type { Tag } from '../db/tag.ts'
import type { Tx } from '../facts/types.ts'
import type { Fragment } from './types.ts'

/** How many names of a kind are told apart: of those that were heard of in these days. */
const MAX_NAMES = 500
const HEARD_DAYS = 90
export const OTHER = '(other)'

/**
 * Two more of a statement's `with`: `named (path, name)` has for each path of `paths (path, day)` the name it counts by,
 * its route where that is one of those known or there is room for it. Under the fold lock, so that names are learnt by
 * one statement at a time; a rebuild finds the names that the fold has learnt. One that is not heard of any more makes
 * room for others, and stays the name of what was counted by it as long as that is kept.
 */
export function knownNames(tx: Tx, kind: string, paths: Fragment): Fragment {
  return tx`
    routes as materialized (select path, route_of(path) as route, max(day) as day from ${paths} p group by 1),
    known as materialized (
      select name from known_names where kind = ${kind} and name in (select route from routes)
    ),
    heard as (
      select greatest(
        (select max(seen_on) from known_names where kind = ${kind}), (select max(day) from routes)
      ) - ${HEARD_DAYS}::int as before
    ),
    unknown as (
      select route, max(day) as day from routes where route not in (select name from known) group by route
    ),
    fresh as (
      insert into known_names (kind, name, seen_on)
      select ${kind}, route, day from (
        (select route, day from unknown where day > (select before from heard) order by route
          limit greatest(0, ${MAX_NAMES} - (
            select count(*) from known_names where kind = ${kind} and seen_on > (select before from heard)
          )))
        union all
        -- Of old days, as long as there is room among all that are kept: else each import would bring as many again.
        (select route, day from unknown where day <= (select before from heard) order by route
          limit greatest(0, ${MAX_NAMES} - (select count(*) from known_names where kind = ${kind})))
      ) u
      returning name
    ),
    seen as (
      update known_names n set seen_on = r.day
      from (select route, max(day) as day from routes group by 1) r
      where n.kind = ${kind} and n.name = r.route and n.seen_on < r.day
    ),
    named as (
      select path, case when route in (select name from known union all select name from fresh) then route
        else ${OTHER} end as name
      from routes
    )`
}

/** The name that a path was counted by; what lies beneath a number says the same. */
export function nameOf(tx: Tag, kind: string, path: Fragment): Fragment {
  return tx`coalesce((select k.name from known_names k where k.kind = ${kind} and k.name = route_of(${path})), ${OTHER})`
}
