import { factKinds } from '../facts/index.ts'
import { FACT_KINDS, type FactKind } from '../facts/types.ts'
import type { SimFact } from './emitter.ts'

/** What Segment's protocol carries; all other kinds go through the typed doors. */
const BY_SEGMENT: ReadonlySet<FactKind> = new Set(['events', 'users', 'identities'])
const isTracked = ({ kind, typed }: SimFact): boolean => BY_SEGMENT.has(kind) && !typed
const TIMEOUT_MS = 10_000

/** A door did not take what was sent; it is safe to send it again. */
export class NotTaken extends Error {}

/** Acme Studio's servers as seen from Quarterdeck: an HTTP client of its doors, like any other product's. */
export class DoorsClient {
  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {}

  /** Sends facts of any kinds. @throws NotTaken */
  async send(facts: SimFact[]): Promise<void> {
    const tracked = facts.filter((fact) => isTracked(fact))
    if (tracked.length > 0) await this.#post('/v1/batch', { batch: tracked.map(segmentMessage) })
    for (const kind of FACT_KINDS) {
      const rows = facts.filter((fact) => fact.kind === kind && !isTracked(fact))
      if (rows.length > 0)
        await this.#post(
          `/ingest/${factKinds[kind].path}`,
          rows.map(({ row, id }) => (id ? { ...row, id } : row)),
        )
    }
  }

  async #post(path: string, body: unknown): Promise<void> {
    const response = await this.fetch(this.baseUrl + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${this.key}:`).toString('base64')}`,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: Error) => {
      throw new NotTaken(`${path}: ${error.message}`, { cause: error })
    })
    const answer = await response.text()
    if (!response.ok) throw new NotTaken(`${path} answered ${response.status}: ${answer.slice(0, 200)}`)
  }
}

/** The message that Segment's Node client would send for the fact. */
export function segmentMessage(fact: SimFact): Record<string, unknown> {
  const { row, id } = fact
  if (fact.kind === 'users') return identify(row)
  if (fact.kind === 'identities')
    return { type: 'alias', previousId: row.anonymous_id, userId: row.user_id, timestamp: row.since }
  const { type = 'track', name, ts, user_id, anonymous_id, tenant_id, session_id, ip, user_agent, properties } = row
  const context = { ip, userAgent: user_agent, groupId: tenant_id, sessionId: session_id }
  const named = type === 'page' ? { name } : { event: name }
  return {
    type,
    messageId: id,
    timestamp: ts,
    userId: user_id,
    anonymousId: anonymous_id,
    ...named,
    properties,
    context,
  }
}

function identify(row: Record<string, unknown>): Record<string, unknown> {
  const { id, tenant_id, time_zone, updated_at, created_at, status: _, traits, ...known } = row
  return {
    type: 'identify',
    userId: id,
    timestamp: updated_at,
    traits: { ...known, createdAt: created_at, ...(traits as object) },
    context: { groupId: tenant_id, timezone: time_zone },
  }
}
