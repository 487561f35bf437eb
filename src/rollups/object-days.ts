import type { Tag } from '../db/tag.ts'
import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'
import type { Fragment } from './types.ts'
import { firstsOfObjects, ownerOf } from './user-firsts.ts'

/** Objects of each kind and variant by the day they were created, reached their aim, and were closed; and by their users. */
export const foldObjectDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'object_days', buckets)
  await clearDays(context, 'object_user_days', buckets)
  await tx`
    with d as materialized (${days(context, buckets)}),
    parts as (
      ${objectParts(tx)}
    )
    insert into object_days (scope, day, kind, variant, origin, created, closed, quantity, done, created_done)
    select scope, day, kind, variant, origin, sum(created), sum(closed), sum(quantity), sum(done), sum(created_done)
    from parts cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5`
  await tx`
    insert into object_user_days (scope, day, user_id, kind, variant, part, created)
    select scope, day, ${ownerOf(tx)}, o.kind, f.f[1], f.f[3], count(*)
    from (${days(context, buckets)}) d join objects o on o.created_at >= d.start and o.created_at < d.until
      cross join lateral (select object_facets(o.kind, o.name, o.properties) as f offset 0) f
      cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5, 6`
  await firstsOfObjects(context, days(context, buckets))
}

/** What became of objects on the days `d`; the rows beneath their numbers are these. */
export function objectParts(tx: Tag): Fragment {
  const facets = tx`cross join lateral (select object_facets(o.kind, o.name, o.properties) as f offset 0) f`
  const own = (what: string) => tx`o.object_id, ${what}::text as what`
  const during = (column: string) => tx`o.${tx(column)} >= d.start and o.${tx(column)} < d.until`
  return tx`
      select o.tenant_id, d.day, o.kind, f.f[1] as variant, f.f[2] as origin, 1 as created, 0 as closed,
        coalesce(o.quantity, 0) as quantity, 0 as done, (instant_of(f.f[4]) is not null)::int as created_done,
        ${own('created')}, o.created_at as at
      from d join objects o on ${during('created_at')} ${facets}
      union all
      select o.tenant_id, d.day, o.kind, f.f[1], f.f[2], 0, 1, 0, 0, 0, ${own('closed')}, o.closed_at
      from d join objects o on ${during('closed_at')} ${facets}
      union all
      select o.tenant_id, d.day, o.kind, f.f[1], f.f[2], 0, 0, 0, 1, 0, ${own('done')}, signed.at
      from d join objects o on o.kind = 'contract' ${facets}
        -- Most are of other days, which their text tells.
        cross join lateral (
          select case when d.day is null or left(f.f[4], 10) between (d.day - 1)::text and (d.day + 1)::text then instant_of(f.f[4]) end as at
        ) signed
      where signed.at >= d.start and signed.at < d.until`
}
