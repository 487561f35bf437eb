import type { TransactionSql } from 'postgres'
import { AUDIT_LOCK } from '../db/locks.ts'
import { audit } from './audit.ts'
import { detailHash } from './chain.ts'

/**
 * Erases the text of all lines about something (`user:ID`), and of those about nobody yet that tell of one of its `runs`:
 * their hashes stay, so the chain stays whole; the salts go
 * with the text, so nobody can try texts against the hashes. A line of its own says whose texts are gone: without it
 * verifying would take a missing text for a fault.
 * @returns how many lines lost their text
 */
export async function eraseAuditTexts(
  tx: TransactionSql,
  actor: string,
  target: string,
  runs: readonly string[] = [],
): Promise<number> {
  await tx`select pg_advisory_xact_lock(${AUDIT_LOCK})`
  const erased = await tx<{ id: string }[]>`
    update audit_log l set detail_hash = ${detailHash(tx)}, detail = null, salt = null
    where (l.target = ${target} or (l.target is null and l.detail ->> 'run' = any(${runs}::text[])))
      and l.salt is not null and l.detail is not null and l.action <> ${ERASE}
    returning l.id::text as id`
  if (erased.length > 0)
    await audit(tx, { actor, action: ERASE, target, detail: { lines: erased.map(({ id }) => id) } })
  return erased.length
}

/** What tells of erased texts, and is not erased itself. */
export const ERASE = 'audit.erase'
