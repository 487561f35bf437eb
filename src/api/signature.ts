import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Config } from '../config.ts'

/** What makes a link: where it leads, in whose name, until when. */
export interface Link {
  path: string
  query: URLSearchParams
}

/** Names of the parameters which a signed link carries beside its own. */
export const SIGNED = { by: 'by-whom', expires: 'expires', signature: 'signature' } as const

/** Signs a link in place; its other parameters are in the signature, in whatever order they come back. */
export function sign({ path, query }: Link, { secretKey }: Pick<Config, 'secretKey'>): void {
  query.set(SIGNED.signature, signatureOf({ path, query }, secretKey))
}

/** Whether a link is as it was signed. */
export function isSigned({ path, query }: Link, { secretKey }: Pick<Config, 'secretKey'>): boolean {
  const given = Buffer.from(query.get(SIGNED.signature) ?? '')
  const right = Buffer.from(signatureOf({ path, query }, secretKey))
  return query.getAll(SIGNED.signature).length === 1 && given.length === right.length && timingSafeEqual(given, right)
}

/** Whether a text comes out of every parser as it went in: what is broken UTF-8 would not. */
export const isPlain = (query: URLSearchParams): boolean =>
  [...query].every(([name, value]) => !`${name}${value}`.includes('\uFFFD'))

/** The secret of the installation has other uses: what is signed here can be nothing else. */
function signatureOf({ path, query }: Link, secretKey: string): string {
  const signed = new URLSearchParams([...query].filter(([name]) => name !== SIGNED.signature))
  // Of one name the order stays: the first value is the one that counts.
  signed.sort()
  const key = createHmac('sha256', secretKey).update('quarterdeck signed url 1').digest()
  return createHmac('sha256', key).update(`GET\n${path}\n${signed}`).digest('base64url')
}
