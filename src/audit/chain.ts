import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { sha256 } from '../auth/secrets.ts'
import type { Sql } from '../db/connect.ts'
import type { Tag } from '../db/tag.ts'

/** A line of the log as it is hashed: ids, times and hashes, nothing that may have to be erased one day. */
export interface ChainLine {
  /** Its place in the chain, from 1. */
  seq: number
  id: string
  /** UTC with microseconds, as the database has it. */
  at: string
  actor: string
  action: string
  target: string | null
  detailHash: string | null
}

/** The end of the chain. */
export interface ChainHead {
  seq: number
  hash: string
  mac: string | null
}

/** What a line adds to the chain: whoever changes it, or anything before it, gets another one. */
export function chainHash(previous: string, line: ChainLine): string {
  const { seq, id, at, actor, action, target, detailHash } = line
  return sha256(JSON.stringify([previous, seq, id, at, actor, action, target, detailHash]))
}

type Place = Pick<ChainHead, 'seq' | 'hash'>

/** The head signed with a key that is not in the database: who can only write there cannot make a new end. */
export const signHead = (place: Place, secretKey: string): string => sign('quarterdeck audit head', place, secretKey)

/** Whether a head was signed with this key; one before the first line has to be as well, or all could begin anew. */
export const isSignedHead = ({ mac, ...place }: ChainHead, secretKey: string): boolean =>
  isSame(mac ?? '', signHead(place, secretKey))

/** That an owner knows of a place where the key was changed: signed as well, or whoever writes there could know of it. */
export const signChange = (place: Place, secretKey: string): string => sign('quarterdeck audit key', place, secretKey)
export const isSignedChange = (mac: string, place: Place, secretKey: string): boolean =>
  isSame(mac, signChange(place, secretKey))

function sign(purpose: string, { seq, hash }: Place, secretKey: string): string {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', purpose, 32))
  return createHmac('sha256', key).update(`${seq}:${hash}`).digest('hex')
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * Signs the end of a chain that is not begun, where nobody can have done anything yet: without a line and without an
 * admin. Later nothing makes a chain that begins anew one of ours.
 */
export async function beginChain(sql: Sql, secretKey: string): Promise<void> {
  await sql`
    update audit_head set mac = ${signHead({ seq: 0, hash: '' }, secretKey)}
    where seq = 0 and hash = '' and mac is null
      and not exists (select from audit_log) and not exists (select from admins)`
}

/** Columns of `audit_log l` that a ChainLine is made of. */
export const lineColumns = (sql: Tag) => sql`
  l.id::text as id, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, l.actor, l.action, l.target`

/** The hash of a line's text with its salt; without a salt the text was erased, and only its hash is left. */
export const detailHash = (sql: Tag) => sql`
  case when l.salt is null then l.detail_hash
    else encode(sha256(convert_to(l.salt || ':' || coalesce(l.detail::text, ''), 'UTF8')), 'hex') end`
