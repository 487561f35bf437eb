import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { audit } from './audit.ts'
import { isSignedChange, signChange } from './chain.ts'
import { sealAudit, UNSIGNED } from './seal.ts'

/** Says that the change of the key before a line, and before all lines above it, was ours. */
export const KNOWN = 'audit.accept'

/**
 * Says for good that SECRET_KEY was changed before a line, so that verifying takes it for no fault. The key of now signs
 * it: after another change the newest line is accepted, and those before it with it. @throws Problem 422
 */
export async function acceptKeyChange(deps: Deps, line: number): Promise<void> {
  await sealAudit(deps)
  const { sql } = deps.db
  const [found] = await sql<{ hash: string }[]>`select hash from audit_log where seq = ${line} and action = ${UNSIGNED}`
  if (!found)
    throw new Problem(422, 'Not accepted', `At line ${line} no other key begins: “audit verify” names the lines.`)
  const mac = signChange({ seq: line, hash: found.hash }, deps.config.secretKey)
  await audit(sql, { actor: 'cli', action: KNOWN, detail: { line, mac } })
}

interface Seen {
  seq: number
  action: string
  hash: string | null
  known: string | null
  mac: string | null
}

/** The lines of a chain at which another key begins, and which of them are known. */
export class KeyChanges {
  readonly #hashes = new Map<number, string>()
  #knownTo = 0

  constructor(private readonly secretKey: string) {}

  see({ seq, action, hash, known, mac }: Seen): void {
    if (action === UNSIGNED) this.#hashes.set(seq, hash ?? '')
    const place = { seq: Number(known ?? 0), hash: this.#hashes.get(Number(known ?? 0)) ?? '' }
    // By its hash it speaks for all that the chain held until there.
    if (this.#hashes.has(place.seq) && isSignedChange(mac ?? '', place, this.secretKey))
      this.#knownTo = Math.max(this.#knownTo, place.seq)
  }

  unknown(): number[] {
    return [...this.#hashes.keys()].filter((seq) => seq > this.#knownTo)
  }
}
