import type { z } from 'zod'
import { allowedContent } from './content.ts'
import { factKinds } from './index.ts'
import { hashId, messageId } from './message-id.ts'
import { isNestedDeeper, MAX_NESTING } from './nesting.ts'
import { type Pseudonyms, withoutErased } from './personal.ts'
import type { FactDef, FactIn, Meta, Prepared, StoreContext } from './types.ts'

const DAY_MS = 86_400_000
const EMPTY = {}

export interface PrepareContext extends StoreContext {
  retentionDays: number
  storeContent?: boolean
  /** Of ids that were erased; absent = none ever was. */
  pseudonymOf?: Pseudonyms | undefined
}

/**
 * Validates and enriches one fact; answers the reason as text if it cannot be stored, null if it is not to be: it tells of
 * somebody who was erased. The context is the request's, made once for all its facts; its `ts` is set to each fact's in
 * turn.
 */
export function prepare(fact: FactIn, context: PrepareContext): Prepared | string | null {
  const { meta } = context
  const def = factKinds[fact.kind]
  if (isNestedDeeper(fact.row, MAX_NESTING)) return `nested more than ${MAX_NESTING} levels deep`
  const parsed = def.schema.safeParse(allowedContent(def, fact.row, context.storeContent))
  if (!parsed.success) return reasonOf(parsed.error)
  const given = def.ts(parsed.data as never)
  const ts = given ? correctClock(given, meta) : meta.receivedAt
  const late = clockReason(def, ts, context)
  if (late) return late
  context.ts = ts
  const stored = def.store(parsed.data as never, context)
  const row = context.pseudonymOf ? withoutErased(def.kind, stored, context.pseudonymOf) : stored
  if (!row) return null
  const json = JSON.stringify(row)
  const unstorable = textReason(json)
  if (unstorable) return unstorable
  // The JSON is all that append statements need: the row itself must not live through the queue.
  return {
    row: def.keepsRow ? row : EMPTY,
    json,
    ts,
    messageId: idOf(def, fact, parsed.data),
    requestHash: requestHashOf(row),
  }
}

function reasonOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')} ${issue.message}`.trim())
    .join('; ')
}

/** A wrong client clock is corrected as Segment does: by how far its `sentAt` was off when the request arrived. */
function correctClock(ts: Date, { sentAt, receivedAt }: Meta): Date {
  return sentAt ? new Date(ts.getTime() + receivedAt.getTime() - sentAt.getTime()) : ts
}

function clockReason(def: FactDef, ts: Date, context: PrepareContext): string | undefined {
  if (ts.getTime() > context.now.getTime() + DAY_MS) return 'timestamp is more than a day ahead'
  const oldest = context.now.getTime() - context.retentionDays * DAY_MS
  if (def.mode === 'append' && !context.meta.exemptRetention && ts.getTime() < oldest)
    return `timestamp is older than the retention of ${context.retentionDays} days`
  return undefined
}

// Postgres stores neither NUL nor half a surrogate pair in text; JSON.stringify escapes exactly those as \u….
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(0000|d[89a-f][0-9a-f]{2})/

function textReason(json: string): string | undefined {
  if (!json.includes('\\u')) return undefined
  const found = UNSTORABLE.exec(json)
  if (!found) return undefined
  return found[1] === '0000' ? 'text contains a NUL character' : 'text is not valid Unicode'
}

function idOf(def: FactDef, fact: FactIn, data: unknown): string | null {
  if (def.mode !== 'append') return null
  const id = fact.id ?? (data as { id?: string }).id
  if (!id) return null
  // An event and a call may carry one and the same UUID: only within a kind is it one fact.
  return def.kind === 'events' ? messageId('events', id) : hashId(def.kind, id)
}

/** An HTTP call and the AI calls made in serving it may share a request id: each is counted among its like. */
function requestHashOf(row: Record<string, unknown>): string | null {
  return typeof row.request_id === 'string' ? hashId(row.ai ? 'ai-request' : 'request', row.request_id) : null
}
