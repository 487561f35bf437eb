import { createHash } from 'node:crypto'

/** A strong validator of some bytes: equal content, equal tag, whichever process made it. */
export function etagOf(content: string): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
}

/** Whether an If-None-Match header names the tag; weak comparison, as RFC 9110 wants for GET. */
export function etagMatches(header: string | undefined, etag: string): boolean {
  if (!header) return false
  if (header === etag || header.trim() === '*') return true
  // Proxies that compress mark the tag as weak, some by a suffix within the quotes.
  const bare = etag.slice(1, -1)
  return header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '').slice(1, -1)
    return tag === bare || tag === `${bare}-gzip` || tag === `${bare}-br`
  })
}
