import { localDay } from './fragments.ts'
import type { FoldContext, Fragment } from './types.ts'

/**
 * Facts by the person whose they are, tenant and local day: a fact counts for the user it names or, where it names none,
 * for the one its anonymous id belongs to; and where an id was merged into another, for that one. Facts of nobody are
 * left out. `facts` have user_id, anonymous_id, tenant_id and ts. They are summed up by id first, and each id is looked
 * up once: by its index (the `limit` keeps it so), whatever the planner thinks of how many there are.
 * @param sums of facts, to be summed again; `extra` are further columns to group by
 */
export function byOwner(
  { tx, config }: FoldContext,
  facts: Fragment,
  sums: { name: string; sum: Fragment; again: Fragment }[],
  extra: readonly string[] = [],
): Fragment {
  const grouped = extra.map((name) => tx`, ${tx(name)}`).reduce((all, one) => tx`${all}${one}`, tx``)
  const first = sums.map(({ name, sum }) => tx`, ${sum} as ${tx(name)}`).reduce((all, one) => tx`${all}${one}`, tx``)
  const again = sums
    .map(({ name, again }) => tx`, ${again} as ${tx(name)}`)
    .reduce((all, one) => tx`${all}${one}`, tx``)
  return tx`
    select owner as user_id, tenant_id, day${grouped}, min(born) as born${again}
    from (
      select i.*, coalesce(m.user_id, nullif(i.user_id, '')) as owner,
        -- What a visitor did before they signed up does not make them a user from then on.
        case when i.user_id = '' then greatest(i.earliest_ts, m.since) else i.earliest_ts end as born
      from (
        select user_id, case when user_id = '' then anonymous_id end as anonymous_id, tenant_id,
          ${localDay(tx, 'ts', config.timeZone)} as day${grouped}, min(ts) as earliest_ts${first}
        from (${facts}) f
        where user_id <> '' or anonymous_id is not null and exists (select from merged_ids)
        group by user_id, 2, tenant_id, day${grouped}
      ) i left join lateral (
        select user_id, since from merged_ids where id = coalesce(nullif(i.user_id, ''), i.anonymous_id) limit 1
      ) m on true
    ) o
    where owner is not null
    group by owner, tenant_id, day${grouped}`
}

/**
 * Who did facts, by tenant and local day: as byOwner, and whoever is nobody's yet counts by the id that they have. Ids are
 * made one before each is looked up.
 * @param extra further columns that are told apart
 */
export function byPerson({ tx, config }: FoldContext, facts: Fragment, extra: readonly string[]): Fragment {
  const columns = extra.map((name) => tx`, ${tx(name)}`).reduce((all, one) => tx`${all}${one}`, tx``)
  return tx`
    select distinct coalesce(m.user_id, i.id) as person, tenant_id, day${columns}
    from (
      select distinct coalesce(nullif(user_id, ''), anonymous_id) as id, tenant_id,
        ${localDay(tx, 'ts', config.timeZone)} as day${columns}
      from (${facts}) f
      where coalesce(nullif(user_id, ''), anonymous_id) is not null
    ) i left join lateral (select user_id from merged_ids where id = i.id limit 1) m on true`
}
