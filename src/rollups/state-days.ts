import type { Tag } from '../db/tag.ts'
import type { CountedTable } from '../facts/note-changes.ts'
import type { Tx } from '../facts/types.ts'
import type { StateRollup } from './state-changes.ts'
import type { Fragment } from './types.ts'

/** Where a delivery went: the host of its address, without who signs in there; what is no address stays as it is. */
export const hostOf = (tx: Tag): Fragment =>
  tx`coalesce(substring(target from '^\\w+://(?:[^/?#@]*@)?([^/?#:]+)'), target, '')`

/** From when on a value of each vital is no longer good, and from when on it is poor, as web.dev has it. */
const VITAL_LIMITS: readonly [name: string, good: number, poor: number][] = [
  ['LCP', 2500, 4000],
  ['INP', 200, 500],
  ['CLS', 0.1, 0.25],
  ['FCP', 1800, 3000],
  ['TTFB', 800, 1800],
  ['LOAD', 3000, 6000],
  ['TTI', 3800, 7300],
]

/** CLS has no unit and lies mostly below 1: its histogram is of thousandths. */
export const vitalBucket = (tx: Tag): Fragment =>
  tx`hist_bucket(case when name = 'CLS' then value * 1000 else greatest(value, 0) end)`

export function vitalIs(tx: Tag, what: 'good' | 'poor'): Fragment {
  const [names, limits] = [
    VITAL_LIMITS.map(([name]) => name),
    VITAL_LIMITS.map(([, good, poor]) => (what === 'good' ? good : poor)),
  ]
  const limit = tx`(${limits}::float8[])[array_position(${names}::text[], name)]`
  return what === 'good' ? tx`coalesce(value <= ${limit}, false)::int` : tx`coalesce(value > ${limit}, false)::int`
}

/** What a ticket counts as, on the days on which it was opened, answered and closed. */
const ticketParts = (tx: Tx, rows: Fragment): Fragment => tx`
      select sign, v.at, tenant_id, coalesce(priority, '') as priority, opened, closed, response_n, response_ms,
        resolution_n, resolution_ms
      from (${rows}) r cross join ${ticketSteps(tx)}`

/** The steps of a ticket `r`. One that only says that it is closed was so when it said so. */
export function ticketSteps(tx: Tag): Fragment {
  const since = (at: Fragment) => tx`greatest(0, extract(epoch from ${at} - created_at) * 1000)::float8`
  const ended = tx`case when status in ('solved', 'closed') then coalesce(closed_at, updated_at) end`
  return tx`lateral (values
        ('opened', created_at, 1, 0, 0, 0, 0, 0),
        ('answered', first_response_at, 0, 0, 1, ${since(tx`first_response_at`)}, 0, 0),
        ('closed', ${ended}, 0, 1, 0, 0, 1, ${since(ended)})
      ) v(step, at, opened, closed, response_n, response_ms, resolution_n, resolution_ms)`
}

/** Those of which a row counts once, when it happened. */
const byTs: StateRollup['within'] = (tx, inside) => inside(tx`f.ts`)

/** Days on which tickets were opened, answered or closed; the words of the indexes tickets_created, _answered, _ended. */
const ticketsWithin: StateRollup['within'] = (tx, inside) => tx`
      ${inside(tx`f.created_at`)} or ${inside(tx`f.first_response_at`)}
      or f.status in ('solved', 'closed') and ${inside(tx`coalesce(f.closed_at, f.updated_at)`)}`

/** The roll-ups that are kept by differences, by the table of the facts. */
export const stateRollups: Record<CountedTable, StateRollup> = {
  web_vitals: {
    table: 'vital_days',
    stock: false,
    dims: ['name', 'path', 'device'],
    sums: ['n', 'good', 'poor'],
    hist: 'n',
    named: { dim: 'path', kind: 'page' },
    parts: (tx, rows) => tx`
      select sign, ts as at, tenant_id, name, coalesce(path, '') as path, coalesce(device, '') as device, 1 as n,
        ${vitalIs(tx, 'good')} as good, ${vitalIs(tx, 'poor')} as poor, ${vitalBucket(tx)} as bucket
      from (${rows}) r`,
    within: byTs,
  },
  prompts: {
    table: 'prompt_days',
    stock: false,
    dims: ['model', 'site_type', 'industry'],
    sums: ['n', 'succeeded', 'failed', 'duration_n', 'duration_ms', 'library_n', 'library_used'],
    hist: 'duration_n',
    parts: (tx, rows) => tx`
      select sign, ts as at, tenant_id, coalesce(model, '') as model, coalesce(site_type, '') as site_type,
        coalesce(industry, '') as industry, 1 as n, coalesce(status = 'succeeded', false)::int as succeeded,
        coalesce(status = 'failed', false)::int as failed, (duration_ms is not null)::int as duration_n,
        coalesce(duration_ms, 0) as duration_ms, (library_used is not null)::int as library_n,
        coalesce(library_used, false)::int as library_used, hist_bucket(duration_ms) as bucket
      from (${rows}) r`,
    within: byTs,
  },
  tickets: {
    table: 'ticket_days',
    stock: true,
    dims: ['priority'],
    sums: ['opened', 'closed', 'response_n', 'response_ms', 'resolution_n', 'resolution_ms'],
    parts: ticketParts,
    within: ticketsWithin,
  },
  messages: {
    table: 'message_days',
    stock: false,
    dims: ['channel', 'direction'],
    sums: ['n', 'delivered', 'opened', 'clicked', 'bounced', 'failed', 'unsubscribed'],
    // A later stage stands for those before it: who clicked has opened.
    parts: (tx, rows) => tx`
      select sign, ts as at, tenant_id, channel, direction, 1 as n,
        (status in ('delivered', 'opened', 'clicked', 'complained', 'unsubscribed'))::int as delivered,
        (status in ('opened', 'clicked', 'unsubscribed'))::int as opened, (status = 'clicked')::int as clicked,
        (status = 'bounced')::int as bounced, (status = 'failed')::int as failed,
        (status in ('unsubscribed', 'complained'))::int as unsubscribed
      from (${rows}) r`,
    within: byTs,
  },
  webhook_deliveries: {
    table: 'delivery_days',
    stock: false,
    dims: ['host', 'event'],
    sums: ['n', 'succeeded', 'failed', 'attempts', 'latency_n', 'latency_ms'],
    named: { dim: 'host', kind: 'webhook' },
    parts: (tx, rows) => tx`
      select sign, ts as at, tenant_id, ${hostOf(tx)} as host,
        coalesce(event, '') as event, 1 as n, (status = 'succeeded')::int as succeeded, (status = 'failed')::int as failed,
        coalesce(attempt, 1) as attempts, (latency_ms is not null)::int as latency_n, coalesce(latency_ms, 0) as latency_ms
      from (${rows}) r`,
    within: byTs,
  },
}
