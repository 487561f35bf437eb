import type { Deps } from '../context.ts'
import { factsOf } from '../doors/segment-messages.ts'
import { factKinds } from '../facts/index.ts'
import type { FactIn, FactKind } from '../facts/types.ts'

/** A fact that was refused, as it was sent. */
export interface RejectedFact {
  id: number
  at: Date
  kind: string
  source: string
  reason: string
  /** UTF-8 as far as it is; what is not shows as �. */
  raw: string
  bytes: number
}

export const REJECTED_SHOWN = 25
/** More than anybody edits by hand; larger ones are replayed as they are or discarded. */
const RAW_SHOWN = 64 * 1024

/** The newest refused facts, before an id where one is given; what they hold is cut short. */
export async function rejectedFacts({ db: { sql } }: Pick<Deps, 'db'>, before?: number): Promise<RejectedFact[]> {
  return await sql<RejectedFact[]>`
    select id::float8 as id, at, kind, source, reason, '' as raw, octet_length(raw) as bytes
    from rejected_facts
    where ${before === undefined ? sql`true` : sql`id < ${before}`}
    order by id desc limit ${REJECTED_SHOWN + 1}`
}

/** One refused fact with what it holds; undefined where it is gone. */
export async function rejectedFact({ db: { sql } }: Pick<Deps, 'db'>, id: number): Promise<RejectedFact | undefined> {
  const [row] = await sql<(Omit<RejectedFact, 'raw'> & { raw: Buffer })[]>`
    select id::float8 as id, at, kind, source, reason, substr(raw, 1, ${RAW_SHOWN}) as raw, octet_length(raw) as bytes
    from rejected_facts where id = ${id}`
  return row && { ...row, raw: row.raw.toString() }
}

/** Whether it can be sent again from here: as a fact of its own kind, or as a message of a protocol we can read alone. */
export function canReplay({ kind, bytes }: Pick<RejectedFact, 'kind' | 'bytes'>): boolean {
  return bytes <= RAW_SHOWN && (Object.hasOwn(factKinds, kind) || Object.hasOwn(READERS, kind))
}

export type ReplayResult = { state: 'stored' | 'duplicate' } | { state: 'refused'; reason: string }

/**
 * Sends a refused fact again, as it was or as it has been edited. It leaves the list when it was stored, or was there
 * already; refused again, it takes its new reason and what was edited.
 */
export async function replay(deps: Deps, fact: RejectedFact, text: string): Promise<ReplayResult> {
  const facts = readFacts(fact.kind, text)
  if (typeof facts === 'string') return keepRefused(deps, fact, text, facts)
  // A fact without a time is of when it came, and not of when somebody mended it.
  const meta = { source: fact.source, receivedAt: fact.at, keepsRefused: false }
  const outcome = await deps.writer.write(
    facts.map((one, n) => onceOnly(one, `rejected:${fact.id}:${n}`)),
    meta,
  )
  const [rejected] = outcome.rejected
  if (rejected) return keepRefused(deps, fact, text, rejected.reason)
  await discard(deps, fact.id)
  return { state: outcome.accepted > 0 ? 'stored' : 'duplicate' }
}

/** Two people may press the button at once, or the process end before the fact is off the list. */
const onceOnly = (fact: FactIn, id: string): FactIn => ({ ...fact, ...(!fact.id && !fact.row.id && { id }) })

/** Takes a refused fact off the list. @returns whether it was there */
export async function discard({ db: { sql } }: Pick<Deps, 'db'>, id: number): Promise<boolean> {
  const gone = await sql`delete from rejected_facts where id = ${id} returning id`
  return gone.length > 0
}

async function keepRefused(
  { db: { sql } }: Deps,
  { id }: RejectedFact,
  text: string,
  reason: string,
): Promise<ReplayResult> {
  // It may quote what was sent, and Postgres takes no NUL.
  const told = reason.replaceAll('\0', '␀').toWellFormed().slice(0, 1000)
  await sql`update rejected_facts set raw = ${Buffer.from(text)}, reason = ${told} where id = ${id}`
  return { state: 'refused', reason: told }
}

/** Doors whose messages can be read one by one. */
const READERS: Record<string, (message: Record<string, unknown>) => FactIn[] | string> = {
  segment: (message) => factsOf(message, message.type, 0),
}

function readFacts(kind: string, text: string): FactIn[] | string {
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch (error) {
    return `not JSON: ${(error as Error).message}`
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'the fact is not an object'
  const read = READERS[kind]
  if (read) return read(row as Record<string, unknown>)
  return [{ kind: kind as FactKind, row: row as Record<string, unknown>, index: 0 }]
}
