import { addUp } from './fragments.ts'
import type { FoldContext, Fragment } from './types.ts'

/** The owner of the rows, and the day that they are of, in the roll-ups by person that are neither days nor sessions. */
const PERSON_TABLES = [
  { table: 'user_trouble_days', person: 'user_id', day: 'day' },
  { table: 'campaign_user_days', person: 'user_id', day: 'day' },
  { table: 'user_countries', person: 'user_id', day: 'first_day' },
  { table: 'exposed_people', person: 'person', day: 'first_day' },
] as const

/** Everything that counts for some people counts for others from now on; `moved` is a table m (old_id, new_id). */
export async function movePersonTables({ tx }: FoldContext, moved: Fragment, owners: string[]): Promise<void> {
  await tx`
    insert into user_trouble_days as t (user_id, scope, day, errors, rate_limited)
    select new_id, scope, day, sum(errors), sum(rate_limited)
    from ${moved} join user_trouble_days on user_id = old_id
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (user_id, scope, day) do update set ${addUp(tx, ['errors', 'rate_limited'])}`
  await tx`
    insert into campaign_user_days (user_id, scope, day, campaign_id)
    select distinct new_id, scope, day, campaign_id
    from ${moved} join campaign_user_days on user_id = old_id
    order by 1, 2, 3, 4
    on conflict do nothing`
  await tx`
    insert into user_countries as t (user_id, scope, country, first_day)
    select new_id, scope, country, min(first_day)
    from ${moved} join user_countries on user_id = old_id
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (user_id, scope, country) do update set first_day = excluded.first_day
    where excluded.first_day < t.first_day`
  await tx`
    insert into exposed_people as t (experiment_id, variant, person, scope, first_day)
    select experiment_id, variant, new_id, scope, min(first_day)
    from ${moved} join exposed_people on person = old_id
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (experiment_id, variant, person, scope) do update set first_day = excluded.first_day
    where excluded.first_day < t.first_day`
  for (const { table, person } of PERSON_TABLES)
    await tx`delete from ${tx(table)} where ${tx(person)} = any(${owners}::text[])`
}

/** Takes what counts for an owner on some days out, to be counted anew; of what happened first, that of these days. */
export async function clearPersonDays({ tx }: FoldContext, owner: string, days: string[]): Promise<void> {
  for (const { table, person, day } of PERSON_TABLES)
    await tx`delete from ${tx(table)} where ${tx(person)} = ${owner} and ${tx(day)} = any(${days}::text[]::date[])`
}

/** Scopes and days on which something counts for some people. */
export function personDays({ tx }: FoldContext, people: string[]): Fragment {
  return PERSON_TABLES.map(
    ({ table, person, day }) =>
      tx`select scope, ${tx(day)} as day from ${tx(table)} where ${tx(person)} = any(${people}::text[])`,
  ).reduce((all, one) => tx`${all} union all ${one}`)
}
