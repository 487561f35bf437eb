import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What was sealed with another key, or for another purpose, or was changed since. */
export class Unreadable extends Error {
  override name = 'Unreadable'
}

/**
 * Text that only who knows SECRET_KEY can read (AES-256-GCM, NIST SP 800-38D). What it is for is part of the seal: a value
 * that is copied to another row, or used for something else, is not read there.
 */
export function seal(secretKey: string, purpose: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(secretKey), nonce).setAAD(Buffer.from(purpose))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

/** The text that was sealed. @throws Unreadable */
export function unseal(secretKey: string, purpose: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Unreadable('This is not sealed text.')
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)]
  const decipher = createDecipheriv(CIPHER, keyOf(secretKey), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag)
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw new Unreadable('It was sealed with another SECRET_KEY.')
  }
}

/** The same of what comes from outside, where anything may be sent; undefined where it is not ours. */
export function unsealed(secretKey: string, purpose: string, sealed: string): string | undefined {
  try {
    return unseal(secretKey, purpose, sealed)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** A key of its own: what signs links must not open secrets. */
const keyOf = (secretKey: string): Buffer => Buffer.from(hkdfSync('sha256', secretKey, '', 'quarterdeck sealed', 32))
