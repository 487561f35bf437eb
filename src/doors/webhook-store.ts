import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { WEBHOOK_LOCK } from '../db/locks.ts'
import type { FactIn, Meta } from '../facts/types.ts'
import { usersByEmail } from './webhook-owner.ts'
import type { Provider, WebhookEvent } from './webhook-provider.ts'
import { redact } from './webhook-redact.ts'
import { loadThings } from './webhook-things.ts'

export type EventOutcome = 'applied' | 'ignored' | 'unknown' | 'failed'

/** What became of an event; 'duplicate' is one that was settled before. */
export interface Settled {
  id: string
  type: string
  outcome: EventOutcome | 'duplicate'
  error?: string
}

/**
 * Settles an event that tells of things with a life: its facts first, then, in one transaction, the event and what is
 * known of the things. Who dies between the two has not answered, so that the provider sends the event again, and the
 * same facts again change nothing. One event of a provider at a time: what an event means depends on those before.
 */
export async function settleTellings(
  deps: Deps,
  provider: Provider,
  event: WebhookEvent,
  meta: Meta,
): Promise<Settled> {
  return (await deps.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${WEBHOOK_LOCK}, hashtext(${provider.name}))`
    if ((await settledBefore(tx, provider, [event])).has(event.id)) return settledAs(event, 'duplicate')
    const things = await loadThings(tx, provider, event.tellings ?? [])
    const facts = await things.hear(event)
    const { rejected } = await deps.writer.write(facts, meta)
    const error = rejected[0]?.reason
    if (error === undefined) await things.save()
    const settled = settledAs(event, error === undefined ? 'applied' : 'failed', error)
    await saveEvents(tx, provider, [{ event, settled }], meta)
    return settled
  })) as Settled
}

/** Settles events whose facts stand for themselves, or of which nothing is made, many at a time. */
export async function settleFacts(
  deps: Deps,
  provider: Provider,
  events: WebhookEvent[],
  meta: Meta,
): Promise<Settled[]> {
  const { sql } = deps.db
  const known = await settledBefore(sql, provider, events)
  const fresh = events.filter(({ id }, place) => !known.has(id) && events.findIndex((one) => one.id === id) === place)
  const { rejected } = await deps.writer.write(await factsOf(sql, fresh), meta)
  const errors = new Map(rejected.map(({ index, reason }) => [fresh[index]!, reason]))
  const settled = fresh.map((event) => {
    const error = errors.get(event)
    return { event, settled: settledAs(event, error === undefined ? (event.skipped ?? 'applied') : 'failed', error) }
  })
  if (settled.length > 0) await saveEvents(sql, provider, settled, meta)
  const outcomes = new Map(settled.map((one) => [one.event, one.settled]))
  return events.map((event) => outcomes.get(event) ?? settledAs(event, 'duplicate'))
}

/** Keeps what was signed and yet cannot be read, where rejected facts are seen. */
export async function keepUnreadable(
  deps: Deps,
  provider: Provider,
  { body, reason, id }: { body: Buffer; reason: string; id: string },
  meta: Meta,
): Promise<Settled> {
  const event = { id, type: '', at: meta.receivedAt, body: undefined }
  // It stays what it is, so that to be told once is enough.
  const known = await settledBefore(deps.db.sql, provider, [event], ['failed'])
  if (known.has(id)) return settledAs(event, 'duplicate')
  await deps.writer.reject([{ kind: provider.name, source: meta.source, reason, raw: body }])
  const settled = settledAs(event, 'failed', reason)
  await saveEvents(deps.db.sql, provider, [{ event, settled }], meta)
  return settled
}

const settledAs = ({ id, type }: WebhookEvent, outcome: Settled['outcome'], error?: string): Settled => ({
  id,
  type,
  outcome,
  ...(error === undefined ? {} : { error }),
})

type AnySql = Deps['db']['sql'] | TransactionSql

/** What failed, or was not understood, may succeed when it is sent again: after an update of Quarterdeck, say. */
const FINAL: EventOutcome[] = ['applied', 'ignored']

async function settledBefore(
  sql: AnySql,
  { name }: Provider,
  events: WebhookEvent[],
  outcomes = FINAL,
): Promise<Set<string>> {
  const rows = await sql<{ event_id: string }[]>`
    select event_id from webhook_events
    where provider = ${name} and event_id = any(${events.map(({ id }) => id)}) and outcome = any(${outcomes})`
  return new Set(rows.map((row) => row.event_id))
}

async function factsOf(sql: AnySql, events: WebhookEvent[]): Promise<FactIn[]> {
  const found = await usersByEmail(
    sql,
    events.flatMap(({ facts = [] }) => facts.flatMap(({ email }) => email ?? [])),
  )
  return events.flatMap(({ facts = [] }, index) =>
    facts.map(({ kind, row, email }) => ({
      kind,
      index,
      row: email === undefined ? row : { user_id: found.get(email.toLowerCase()), ...row },
    })),
  )
}

async function saveEvents(
  sql: AnySql,
  { name }: Provider,
  events: { event: WebhookEvent; settled: Settled }[],
  { receivedAt }: Meta,
): Promise<void> {
  const rows = events.map(({ event, settled }) => ({
    provider: name,
    event_id: event.id,
    type: event.type.replaceAll('\0', '␀').toWellFormed().slice(0, 200),
    created_at: event.at,
    received_at: receivedAt,
    outcome: settled.outcome,
    error: settled.error?.replaceAll('\0', '␀').toWellFormed().slice(0, 1000),
    body: redact(event.body),
  }))
  await sql`
    insert into webhook_events as t
    select * from json_populate_recordset(null::webhook_events, ${JSON.stringify(rows)}::text::json)
    on conflict (provider, event_id) do update set
      outcome = excluded.outcome, error = excluded.error, body = excluded.body, received_at = excluded.received_at
      where t.outcome in ('unknown', 'failed')`
}

const DAY_MS = 86_400_000
export const BODY_DAYS = 30

/** Empties the bodies of a month ago, and drops the events that are older than the retention of raw facts. */
export async function pruneWebhooks({ db, config }: Deps, now: Date): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS)
  await db.heavy`delete from webhook_events where received_at < ${ago(config.retentionDays)}`
  await db.heavy`update webhook_events set body = null where received_at < ${ago(BODY_DAYS)} and body is not null`
}
