import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { eraseHrefFor } from '../privacy/may.ts'

/**
 * The id of a user whom the product has deleted, found like one who is there; undefined = there is none to be seen. What
 * an erasure leaves is nobody's.
 */
export async function deletedUser(
  { db: { sql } }: Pick<Deps, 'db'>,
  who: Who,
  ref: string,
): Promise<string | undefined> {
  if (ref === '' || ref.length > 500 || ref.includes('\0')) return undefined
  const [row] = await sql<{ id: string; tenantId: string }[]>`
    select user_id as id, tenant_id as "tenantId" from users
    where user_id in (${ref}, (select m.user_id from merged_ids m where m.id = ${ref})) and status = 'deleted'
      and not exists (select from erased_ids e where e.pseudonym = users.user_id)
    order by user_id = ${ref} desc limit 1`
  return row && mayTenant(who, row.tenantId) ? row.id : undefined
}

/** Says of a user whom the product has deleted that they are not gone from here, with the way to that for who may. */
export function accountDeleted(who: Who, id: string): NotFound {
  const erase = eraseHrefFor(who, id)
  const held =
    'The product has deleted this account. What Quarterdeck holds of it stays until it is erased here as well'
  return erase === undefined
    ? new NotFound(`${held}, by an owner of all tenants.`)
    : new NotFound(`${held}.`).leadingTo({ label: 'Erase what is held here', href: erase })
}
