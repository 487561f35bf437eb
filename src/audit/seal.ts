import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { AUDIT_LOCK } from '../db/locks.ts'
import { audit } from './audit.ts'
import { type ChainHead, type ChainLine, chainHash, detailHash, isSignedHead, lineColumns, signHead } from './chain.ts'

/** Says that the chain before it ends with a signature which is not ours. */
export const UNSIGNED = 'audit.unsigned'
/** Lines in one transaction. */
const BATCH = 5_000

/**
 * Adds the lines that were committed since the last time to the chain, in the order of their numbers. A line whose
 * transaction took longer than its neighbours' comes behind them: its place is when it was seen, not when it was begun.
 * @returns how many
 */
export async function sealAudit(deps: Pick<Deps, 'db' | 'config' | 'now'>): Promise<number> {
  let sealed = 0
  for (;;) {
    const lines = await deps.db.sql.begin((tx) => sealSome(tx, deps))
    sealed += lines
    if (lines < BATCH) return sealed
  }
}

async function sealSome(tx: TransactionSql, { config, now }: Pick<Deps, 'config' | 'now'>): Promise<number> {
  await tx`select pg_advisory_xact_lock(${AUDIT_LOCK})`
  const head = await readHead(tx)
  // Another SECRET_KEY, or somebody else's end: the chain goes on, and says for good that here it was not ours.
  if (!isSignedHead(head, config.secretKey)) {
    const { seq, hash } = head
    await audit(tx, { actor: 'system', action: UNSIGNED, detail: { seq, hash } })
  }
  const found = await tx<Omit<ChainLine, 'seq'>[]>`
    select ${lineColumns(tx)}, ${detailHash(tx)} as "detailHash"
    from audit_log l where l.seq is null order by l.id limit ${BATCH}`
  if (found.length === 0) return 0
  let { seq, hash } = head
  const links = found.map((line) => {
    hash = chainHash(hash, { ...line, seq: ++seq })
    return { id: line.id, seq, hash, detail_hash: line.detailHash }
  })
  await tx`
    update audit_log l set seq = n.seq, hash = n.hash, detail_hash = n.detail_hash
    from json_to_recordset(${JSON.stringify(links)}::text::json)
      as n (id bigint, seq bigint, hash text, detail_hash text)
    where l.id = n.id`
  await tx`
    update audit_head set seq = ${seq}, hash = ${hash}, mac = ${signHead({ seq, hash }, config.secretKey)},
      sealed_at = ${now()}`
  return found.length
}

/** Where the chain ends now. */
export async function readHead(tx: TransactionSql): Promise<ChainHead> {
  const [head] = await tx<ChainHead[]>`select seq::float8 as seq, hash, mac from audit_head`
  return head ?? { seq: 0, hash: '', mac: null }
}
