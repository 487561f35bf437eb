import type { TransactionSql } from 'postgres'
import type { Fragment } from '../metrics/metric.ts'
import type { Held } from './held.ts'

/** What an erasure works with. */
export interface Erased {
  /** Each old id with its pseudonym. */
  names: Record<string, string>
  emails: string[]
  /** Visits are told apart afterwards as before, and cannot be found by the ids they had. */
  salt: string
}

/** The columns of a table as they are after somebody was erased; the table is called t. */
export function asErased(tx: TransactionSql, { ids, visitor, sessions = [], cleared = {} }: Held, erased: Erased) {
  const old = Object.keys(erased.names)
  const names = tx`${JSON.stringify(erased.names)}::text::jsonb`
  const renamed = [...ids, ...(visitor ? [visitor] : [])].map(
    (name) => tx`${tx(name)} = coalesce(${names} ->> t.${tx(name)}, t.${tx(name)})`,
  )
  // What somebody else did at the same device is theirs.
  const theirs = visitor ? tx`t.user_id = any(array_append(${old}::text[], ''))` : tx`true`
  const own = (name: string, value: Fragment) =>
    tx`${tx(name)} = case when ${theirs} then ${value} else t.${tx(name)} end`
  const visits = sessions.map((name) => own(name, tx`md5(${erased.salt} || t.${tx(name)})`))
  const texts = Object.entries(cleared).map(([name, value]) => own(name, tx`${value}`))
  return listed(tx, [...renamed, ...visits, ...texts])
}

/** Whose rows these are, a condition for each index that may find them. */
export function ownedBy(tx: TransactionSql, { ids, visitor }: Held, old: string[]): Fragment[] {
  const byId = ids.map((name) => tx`t.${tx(name)} = any(${old}::text[])`)
  if (!visitor) return byId
  const visits = tx`t.${tx(visitor)} = any(${old}::text[])`
  return [...byId, tx`t.user_id = '' and ${visits}`, visits]
}

const listed = (tx: TransactionSql, parts: Fragment[]): Fragment => parts.reduce((all, one) => tx`${all}, ${one}`)
