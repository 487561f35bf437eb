import type { Sql, TransactionSql } from 'postgres'

export interface AuditEntry {
  /** 'admin:ID', 'key:ID', 'cli', 'system', or 'anonymous'. */
  actor: string
  /** What was done, as noun.verb: 'login.ok', 'key.create', 'job.run'. */
  action: string
  target?: string
  /** Never a secret: the log is shown to owners and exported. */
  detail?: Record<string, unknown>
}

/** Writes one line of the audit log; pass the transaction of the change it tells of. */
export async function audit(sql: Sql | TransactionSql, entry: AuditEntry): Promise<void> {
  const detail = entry.detail === undefined ? null : JSON.stringify(entry.detail)
  await sql`
    insert into audit_log (actor, action, target, detail)
    values (${entry.actor}, ${entry.action}, ${entry.target ?? null}, ${detail}::text::jsonb)`
}
