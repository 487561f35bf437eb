import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** An HMAC of some bytes, as lower-case hex. */
export function hmacHex(algorithm: 'sha256' | 'sha512', secret: string, ...parts: (string | Buffer)[]): string {
  const hmac = createHmac(algorithm, secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest('hex')
}

/** Whether any of the texts is any of the expected ones; it takes as long whichever differs, and wherever. */
export function isAnyOf(given: string[], expected: string[]): boolean {
  let found = false
  for (const one of given) for (const other of expected) found = isSame(one, other) || found
  return found
}

// Hashed first: timingSafeEqual wants equal lengths, and a length must not tell anything either.
const isSame = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b))
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
