import type { Hono } from 'hono'
import { requireScope } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { factKinds } from '../facts/index.ts'
import type { FactIn, FactKind, Outcome } from '../facts/types.ts'
import { Problem } from '../lib/errors.ts'
import { bodyType, readBody } from './body.ts'
import { metaOf } from './client.ts'
import type { KeyGate } from './key.ts'
import { type ParsedBody, parseJsonRows, parseNdjsonRows } from './parse.ts'
import { answer, store } from './store.ts'

const KINDS = new Map(Object.values(factKinds).map(({ path, kind }) => [path, kind]))
const PARSERS = new Map<string, (body: Buffer) => ParsedBody>([
  ['application/json', parseJsonRows],
  ['application/x-ndjson', parseNdjsonRows],
  ['application/ndjson', parseNdjsonRows],
  ['application/jsonl', parseNdjsonRows],
])

/** POST /ingest/:kind: facts in their own schema, as one JSON object, an array or NDJSON. */
export function mountTyped(app: Hono<Env>, deps: Deps, gate: KeyGate): void {
  app.post('/ingest/:kind', requireScope('ingest'), async (c) => {
    const kind = kindOf(c.req.param('kind'))
    const key = await gate.open(c)
    const parse = bodyType(c, PARSERS)
    const parsed = parse(await readBody(c, deps.config.ingestBodyLimitBytes))
    checkSize(parsed.rows.length, deps.config.ingestBatchLimit)
    const facts = factsOf(parsed, kind)
    const outcome = await store(deps, { key, kind, facts, broken: parsed.broken }, metaOf(c, deps, 'typed'))
    return answer(withLines(outcome, parsed))
  })
}

function kindOf(path: string): FactKind {
  const kind = KINDS.get(path)
  if (kind) return kind
  throw new Problem(404, 'Unknown kind of fact', `There are ${[...KINDS.keys()].join(', ')}.`)
}

/** @throws Problem 413 */
export function checkSize(facts: number, limit: number): void {
  if (facts > limit) throw new Problem(413, 'Too many facts', `${facts} facts: send at most ${limit} in a request.`)
}

function factsOf({ rows }: ParsedBody, kind: FactKind): FactIn[] {
  const facts: FactIn[] = []
  rows.forEach((row, index) => {
    if (row !== undefined) facts.push({ kind, row, index })
  })
  return facts
}

/** Tells the line as well, where the client counts in lines. */
function withLines(outcome: Outcome, { lines }: ParsedBody): Outcome {
  if (!lines) return outcome
  return { ...outcome, rejected: outcome.rejected.map((error) => ({ ...error, line: lines[error.index] })) }
}
