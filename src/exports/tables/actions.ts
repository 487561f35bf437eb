import { dated, number, personal, type TableExport, text, time } from '../table.ts'

/** What admins and keys have had the main app do. */
export const actionTables: TableExport[] = [
  dated('action_runs', 'at', 'action_id', {
    name: 'actions',
    doc: 'What admins and keys asked the main app to do with users, and what came of it.',
    source: (sql) => sql`(select id::text as action_id, r.* from action_runs r)`,
    columns: {
      action_id: text(),
      time: time({ from: 'at' }),
      action: text(),
      user_id: text(),
      tenant_id: text(),
      actor: text({ doc: 'admin:ID or key:ID' }),
      reason: personal(text()),
      state: text({ doc: 'requested, done, refused, failed or unknown' }),
      problem: personal(text({ doc: 'Why it is refused, failed or unknown.' })),
      attempts: number(),
      settled_at: time(),
    },
    filters: ['action', 'state', 'actor', 'user_id'],
  }),
]
