import type { Deps } from '../context.ts'
import type { CustomKey } from '../metrics/catalogue.ts'

/** One change of a custom metric, out of the audit log. */
export interface HistoryEntry {
  at: Date
  /** 'create', 'update', 'archive' or 'restore'. */
  verb: string
  /** The admin's address, or the actor as the log has it. */
  by: string
  changed: Record<string, [before: unknown, after: unknown]>
}

const MOST = 20

/** The changes of a metric, newest first. */
export async function historyOf({ db: { sql } }: Pick<Deps, 'db'>, key: CustomKey): Promise<HistoryEntry[]> {
  return sql<HistoryEntry[]>`
    select l.at, split_part(l.action, '.', 2) as verb, coalesce(a.email, k.name, l.actor) as by,
      coalesce(l.detail -> 'changed', '{}') as changed
    from audit_log l
    left join admins a on l.actor = 'admin:' || a.id
    left join api_keys k on l.actor = 'key:' || k.id
    where l.target = ${`metric:${key}`} and l.target like 'metric:%'
    order by l.id desc
    limit ${MOST}`
}
