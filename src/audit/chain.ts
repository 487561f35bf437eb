import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { sha256 } from '../auth/secrets.ts'
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

/** The head signed with a key that is not in the database: who can only write there cannot make a new end. */
export function signHead({ seq, hash }: Pick<ChainHead, 'seq' | 'hash'>, secretKey: string): string {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'quarterdeck audit head', 32))
  return createHmac('sha256', key).update(`${seq}:${hash}`).digest('hex')
}

/** Whether a head was signed with this key; a chain without a line needs no signature. */
export function isSignedHead(head: ChainHead, secretKey: string): boolean {
  if (head.seq === 0) return true
  const given = Buffer.from(head.mac ?? '')
  const right = Buffer.from(signHead(head, secretKey))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** Columns of `audit_log l` that a ChainLine is made of. */
export const lineColumns = (sql: Tag) => sql`
  l.id::text as id, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, l.actor, l.action, l.target`

/** The hash of a line's text with its salt; without a salt the text was erased, and only its hash is left. */
export const detailHash = (sql: Tag) => sql`
  case when l.salt is null then l.detail_hash
    else encode(sha256(convert_to(l.salt || ':' || coalesce(l.detail::text, ''), 'UTF8')), 'hex') end`
