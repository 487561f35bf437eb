import type { Deps } from '../context.ts'
import type { KeyWho } from '../env.ts'
import { allowedContent } from '../facts/content.ts'
import { factKinds } from '../facts/index.ts'
import type { FactIn, Meta, Outcome } from '../facts/types.ts'
import { WriterBusy, WriterUnavailable } from '../facts/writer.ts'
import { Problem } from '../lib/errors.ts'
import { leanResponse } from '../lib/lean.ts'
import { bindTenants, type Refusals } from './bind.ts'
import { refuseForeign } from './owned.ts'
import { type BrokenRow, rawOf } from './parse.ts'

/** What a door made of a request. */
export interface Delivery {
  key: KeyWho
  /** The kind under which what could not be read is kept. */
  kind: string
  facts: FactIn[]
  broken: BrokenRow[]
}

const TOLD_ERRORS = 20

/**
 * Stores what a door has read, and counts by place in the request: resolves after all of it has committed.
 * @throws Problem 429 (the writer's queue is full) or 503 (the database is away), with Retry-After
 */
export async function store(deps: Deps, delivery: Delivery, meta: Meta): Promise<Outcome> {
  const { writer } = deps
  const { facts, refused } = await holdToTenants(deps, delivery)
  const broken = [...delivery.broken, ...refused]
  const rejections = [
    ...delivery.broken.map((row) => ({ kind: delivery.kind, ...row })),
    // These had been read: what is kept of them is the fact, and no message of the door's any more.
    ...refused,
  ].map(({ kind, reason, raw }) => ({ kind, source: meta.source, reason, raw }))
  try {
    const [outcome] = await Promise.all([writer.write(facts, meta), rejections.length > 0 && writer.reject(rejections)])
    if (broken.length === 0) return outcome
    const told = broken.map(({ index, reason }) => ({ index, reason }))
    return { ...outcome, rejected: [...outcome.rejected, ...told].sort((a, b) => a.index - b.index) }
  } catch (error) {
    throw problemOf(error)
  }
}

interface Held {
  facts: FactIn[]
  refused: (BrokenRow & { kind: string })[]
}

/** What of a delivery its key may write; the rest, told why. Only keys that are bound to tenants cost anything here. */
async function holdToTenants({ db, config }: Deps, { key, facts }: Delivery): Promise<Held> {
  if (key.tenants === null) return { facts, refused: [] }
  const bound = bindTenants(key, facts)
  const foreign = await refuseForeign(db.sql, key, bound.facts)
  const reasons: Refusals = new Map([...bound.refused, ...foreign])
  const refused = [...reasons].map(([index, reason]) => {
    const { kind, row } = facts.find((fact) => fact.index === index)!
    return { index, kind, reason, raw: rawOf(allowedContent(factKinds[kind], row, config.storeContent)) }
  })
  return { facts: bound.facts.filter(({ index }) => !foreign.has(index)), refused }
}

/** What a writer's error is for the sender: try again. */
export function problemOf(error: unknown): unknown {
  if (error instanceof WriterBusy) return new Problem(429, 'Too many facts at once', `${error.message}.`, 1)
  if (error instanceof WriterUnavailable)
    return new Problem(503, 'The database is away', 'Nothing of this request is lost if it is sent again.', 2)
  return error
}

/**
 * How a door answers: what became of the facts, and of the first 20 rejected ones why. 2xx means that facts have been
 * committed; a request of which every fact was rejected is 422 with the same counts, as nothing of it is stored.
 */
export function answer({ accepted, duplicate, rejected }: Outcome, more: object = {}): Response {
  const counts = { accepted, duplicate, rejected: rejected.length, errors: rejected.slice(0, TOLD_ERRORS) }
  if (rejected.length === 0 || accepted + duplicate > 0)
    return leanResponse(JSON.stringify({ ...more, ...counts }), 200, { 'content-type': 'application/json' })
  const problem = { title: 'No valid fact', status: 422, detail: rejected[0]!.reason }
  return leanResponse(JSON.stringify({ ...problem, ...counts }), 422, { 'content-type': 'application/problem+json' })
}
