import type { Deps } from '../context.ts'
import { NotFound } from '../lib/errors.ts'
import { appended, states, together } from './held.ts'

/** Somebody of whom something may be held. */
export interface HeldUser {
  id: string
  /** What one calls them. */
  name: string
}

/**
 * The user of an id, or of one that was merged into them; also one whom the product has deleted, or who has no account
 * here but facts. @throws NotFound
 */
export async function heldUser({ db: { sql } }: Pick<Deps, 'db'>, ref: string): Promise<HeldUser> {
  const none = () => new NotFound(`Nothing is held of a user “${ref.slice(0, 80)}”.`)
  if (ref === '' || ref.length > 500 || ref.includes('\0')) throw none()
  const [merged] = await sql<{ id: string }[]>`select user_id as id from merged_ids where id = ${ref} limit 1`
  const id = merged?.id ?? ref
  const [account] = await sql<HeldUser[]>`
    select user_id as id, coalesce(nullif(email, ''), nullif(username, ''), user_id) as name
    from users where user_id = ${id}`
  if (account) return account
  const sought = [...states, ...appended, ...together].filter(({ ids }) => ids.includes('user_id'))
  const indexed = sought.filter(({ table }) => INDEXED.has(table))
  const found = indexed
    .map(({ table }) => sql`exists (select from ${sql(table)} where user_id = ${id})`)
    .reduce((all, one) => sql`${all} or ${one}`)
  const [row] = await sql<{ found: boolean }[]>`select ${found} as found`
  if (!row?.found) throw none()
  return { id, name: id }
}

/** Tables in which a user is found at once. */
const INDEXED: ReadonlySet<string> = new Set([
  'events',
  'api_calls',
  'jobs',
  'payments',
  'invoices',
  'subscriptions',
  'objects',
  'messages',
  'prompts',
  'tickets',
  'user_days',
])
