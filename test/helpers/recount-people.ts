import type { PendingQuery, Row, Sql } from 'postgres'

type Fragment = PendingQuery<Row[]>

/**
 * What happened to whom, as folded and as counted by hand: errors and refusals, countries, campaigns, experiments.
 * @param owners `with … owners (id, owner)`, to begin a statement with
 */
export function recountPeople(
  sql: Sql,
  zone: string,
  owners: Fragment,
): Record<string, [Promise<unknown>, Promise<unknown>]> {
  const day = sql`(ts at time zone ${zone})::date`
  const id = sql`coalesce(nullif(f.user_id, ''), f.anonymous_id)`
  const scopes = sql`cross join lateral (values ('*'), (nullif(f.tenant_id, ''))) s (scope)`
  return {
    troubles: [
      sql`select user_id, scope, day::text, errors::int, rate_limited::int from user_trouble_days
          where errors + rate_limited > 0 order by 1, 2, 3`,
      sql`${owners}
          select coalesce(o.owner, nullif(f.user_id, '')) as user_id, scope, ${day}::text as day,
            sum(error)::int as errors, sum(refused)::int as rate_limited
          from (
            select user_id, anonymous_id, tenant_id, ts, 1 as error, 0 as refused from app_errors
            union all
            select user_id, null, tenant_id, ts, 0, 1 from api_calls where error_kind = 'rate_limit' and not ai
          ) f left join owners o on o.id = ${id} ${scopes}
          where scope is not null and coalesce(o.owner, nullif(f.user_id, '')) is not null
          group by 1, 2, 3 order by 1, 2, 3`,
    ],
    countries: [
      sql`select user_id, scope, country, first_day::text from user_countries order by 1, 2, 3`,
      sql`${owners}
          select coalesce(o.owner, nullif(f.user_id, '')) as user_id, scope, country, min(${day})::text as first_day
          from events f left join owners o on o.id = ${id} ${scopes}
          where name in ('login', 'Signed In', 'signed_in') and country <> '' and scope is not null and coalesce(o.owner, nullif(f.user_id, '')) is not null
          group by 1, 2, 3 order by 1, 2, 3`,
    ],
    // Who is nobody's yet is counted, by their own id.
    campaignUsers: [
      sql`select user_id, scope, day::text, campaign_id from campaign_user_days order by 1, 2, 3, 4`,
      sql`${owners}
          select distinct coalesce(o.owner, ${id}) as user_id, scope, ${day}::text as day, campaign_id
          from events f left join owners o on o.id = ${id} ${scopes}
          where campaign_id is not null and scope is not null and ${id} is not null order by 1, 2, 3, 4`,
    ],
    exposedPeople: [
      sql`select person, scope, experiment_id, variant, first_day::text from exposed_people order by 1, 2, 3, 4`,
      sql`${owners}
          select coalesce(o.owner, ${id}) as person, scope, experiment_id, variant, min(${day})::text as first_day
          from exposures f left join owners o on o.id = ${id} ${scopes}
          where scope is not null and ${id} is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    ],
  }
}
