import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'

/** The ids and addresses that a user is known by. */
export interface Names {
  ids: string[]
  emails: string[]
}

/** All ids that lead to a user, with theirs first: of devices, of visits before they signed in, of merged accounts. */
export async function namesOf(tx: TransactionSql, id: string): Promise<Names> {
  const ids = await tx<{ id: string }[]>`
    with recursive own as (
      select ${id}::text as id
      union
      select x.id from own cross join lateral (
        (select anonymous_id as id from identities where user_id = own.id offset 0) union all
        (select m.id from merged_ids m where m.user_id = own.id offset 0)
      ) x
    )
    select id from own`
  const all = [id, ...ids.map((row) => row.id).filter((one) => one !== id)]
  const emails = await tx<{ email: string }[]>`
    select distinct lower(v.email) as email
    from users u cross join lateral (values (u.email), (u.username), (u.traits ->> 'email')) v (email)
    where u.user_id = any(${all}::text[]) and v.email like '%_@_%'
    union select lower(recipient) from emails where user_id = any(${all}::text[])`
  return { ids: all, emails: emails.map(({ email }) => email) }
}

/** What stands in the place of each id: random, and different for each, so that what was told apart still is. */
export const pseudonymsFor = (ids: readonly string[]): Record<string, string> =>
  Object.fromEntries(ids.map((id) => [id, `erased-${randomUUID()}`]))
