import { hash, verify } from '@node-rs/argon2'
import { Problem } from '../lib/errors.ts'

/** argon2id (the library's default) with 19 MiB, t=2, p=1: about 60 ms. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** A hash of random bytes: an unknown account costs as much time as a known one. */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$qzKBYAxTmap3WAGceAoTKw$sJ+WPOlD9m+Xf92Xwby7WEWPCHQuXEfoh9YSgRAKxD0'

export const PASSWORD_MIN = 10
const PASSWORD_MAX = 1_000

/** The stored form of a password. @throws Problem 422 where it is too weak to be one. */
export async function hashPassword(password: string, email: string): Promise<string> {
  const weakness = weaknessOf(password, email)
  if (weakness) throw new Problem(422, 'Choose another password', weakness)
  return hash(password, COST)
}

/** Whether the password belongs to the hash; null (no such account) takes as long and is false. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (password.length > PASSWORD_MAX) return false
  const fits = await verify(stored ?? NOBODY, password)
  return fits && stored !== null
}

function weaknessOf(password: string, email: string): string | undefined {
  if ([...password].length < PASSWORD_MIN) return `A password needs at least ${PASSWORD_MIN} characters.`
  if (password.length > PASSWORD_MAX) return `A password has at most ${PASSWORD_MAX} characters.`
  if (password.toLowerCase() === email.toLowerCase()) return 'The e-mail address is not a password.'
  if (new Set(password).size < 4) return 'Too few different characters.'
  return undefined
}
