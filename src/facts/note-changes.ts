import type { MarkChanges, StateChange } from './states.ts'

/**
 * Notes what a row was and what it is, for the roll-ups that count differences: a change costs what it is, not the day or
 * hour that it lies in.
 * @param columns all that the roll-ups are made of; a change of anything else is not noted
 */
export function noteChanges(kind: string, columns: readonly string[]): MarkChanges {
  const counted = (row: StateChange['after']) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))
  return async (tx, changes) => {
    const rows = changes.flatMap(({ before, after }) => {
      const [was, is] = [before && counted(before), counted(after)]
      if (was && JSON.stringify(was) === JSON.stringify(is)) return []
      return [...(was ? [{ sign: -1, row: was }] : []), { sign: 1, row: is }]
    })
    if (rows.length === 0) return
    await tx`
      insert into state_changes
      select ${kind}, sign, row from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(sign smallint, row jsonb)`
  }
}

/** The columns that are counted, by the table of the facts. */
export const COUNTED = {
  web_vitals: ['ts', 'tenant_id', 'name', 'value', 'path', 'device'],
  prompts: ['ts', 'tenant_id', 'model', 'site_type', 'industry', 'status', 'duration_ms', 'library_used'],
  tickets: ['created_at', 'tenant_id', 'priority', 'status', 'first_response_at', 'closed_at', 'updated_at'],
  messages: ['ts', 'tenant_id', 'channel', 'direction', 'status'],
  webhook_deliveries: ['ts', 'tenant_id', 'target', 'event', 'status', 'attempt', 'latency_ms'],
} as const satisfies Record<string, readonly string[]>
export type CountedTable = keyof typeof COUNTED
