import { createHash } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The dedupe key of a fact: the client's id if it is a UUID, else 128 bits of SHA-256 of (namespace, id). It holds
 * neither timestamp nor user: a fact resent with a corrected clock, or after a merge of users, must not double.
 */
export function messageId(namespace: string, id: string): string {
  return id.length === 36 && UUID.test(id) ? id.toLowerCase() : hashId(namespace, id)
}

/** 128 bits of SHA-256 of (namespace, id) in the form of a UUID. */
export function hashId(namespace: string, id: string): string {
  const hex = createHash('sha256').update(namespace).update('\0').update(id).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
