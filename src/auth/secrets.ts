import { createHash, randomBytes } from 'node:crypto'

/** What is stored of a secret that is itself random: nothing slower is needed against 160 random bits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** URL-safe random text; 20 bytes are 160 bits. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
