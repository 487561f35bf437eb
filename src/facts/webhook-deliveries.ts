import { z } from 'zod'
import { id, instant, int, number, requiredChoice, tenant, text } from './fields.ts'
import { COUNTED, noteChanges } from './note-changes.ts'
import { each, earliest, newest, newestOf, upsertStates } from './states.ts'
import { defineFact } from './types.ts'

const STAGES = ['pending', 'failed', 'succeeded']

export default defineFact({
  kind: 'webhook_deliveries',
  path: 'webhook-deliveries',
  mode: 'upsert',
  keepsRow: false,
  doc: 'A webhook that the product sends: id, target, event, status, attempt, http_status, latency_ms.',
  schema: z.looseObject({
    id: id(),
    ts: instant(),
    tenant_id: tenant(),
    target: text(2000),
    event: text(300),
    status: requiredChoice('pending', 'succeeded', 'failed'),
    http_status: int(0, 999),
    attempt: int(1, 10_000),
    latency_ms: number(0, 86_400_000),
    error: text(4000),
    updated_at: instant(),
  }),
  ts: (row) => row.updated_at ?? row.ts,
  store: (row, { ts }) => ({
    delivery_id: row.id,
    ts: row.ts ?? ts,
    tenant_id: row.tenant_id,
    target: row.target,
    event: row.event,
    status: row.status,
    http_status: row.http_status,
    attempt: row.attempt,
    latency_ms: row.latency_ms,
    error: row.error,
    updated_at: ts,
  }),
  write: upsertStates(
    'webhook_deliveries',
    ['delivery_id'],
    {
      ...each(newest, 'tenant_id', 'target', 'event', 'http_status', 'attempt', 'latency_ms', 'error'),
      ts: earliest,
      status: newestOf(STAGES),
    },
    noteChanges('webhook_deliveries', COUNTED.webhook_deliveries),
  ),
})
