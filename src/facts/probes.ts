import { z } from 'zod'
import { appendTo } from './append.ts'
import { id, instant, int, number, optionalId, requiredBool, text } from './fields.ts'
import { defineFact } from './types.ts'

export default defineFact({
  kind: 'probes',
  path: 'probes',
  mode: 'append',
  keepsRow: false,
  doc: 'One uptime check of a URL: target, ok, latency_ms.',
  schema: z.looseObject({
    id: optionalId(),
    target: id(),
    ok: requiredBool(),
    ts: instant(),
    http_status: int(0, 999),
    latency_ms: number(0, 86_400_000),
    error: text(2000),
  }),
  ts: (row) => row.ts,
  store: (row) => ({
    target: row.target,
    ok: row.ok,
    http_status: row.http_status,
    latency_ms: row.latency_ms,
    error: row.error,
  }),
  write: appendTo('probes'),
})
