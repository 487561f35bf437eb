import type { Deps } from '../context.ts'

/** Who made a link, as they are now. */
export interface Maker {
  tenants: string[] | null
  /** When their key ends, if it does. */
  expiresAt: Date | null
}

/** The maker of a link by 'key:ID' or 'admin:ID'; null = one who may not read (any more). Asked anew for each use. */
export async function findMaker({ db: { sql }, now }: Pick<Deps, 'db' | 'now'>, by: string): Promise<Maker | null> {
  const [, kind, id = ''] = /^(admin|key):([\w-]{1,100})$/.exec(by) ?? []
  if (kind === 'admin') {
    const [admin] = await sql<Maker[]>`
      select tenants, null::timestamptz as "expiresAt" from admins where id = ${id} and disabled_at is null`
    return admin ?? null
  }
  if (kind !== 'key') return null
  // A token of a sign-in ends with its admin, too.
  const [key] = await sql<Maker[]>`
    select k.tenants, k.expires_at as "expiresAt" from api_keys k
    where k.id = ${id} and k.revoked_at is null and 'read' = any(k.scopes)
      and (k.expires_at is null or k.expires_at > ${now()})
      and (k.id not like 'tok\\_%' or exists (select from admins a where a.id = k.created_by and a.disabled_at is null))`
  return key ?? null
}
