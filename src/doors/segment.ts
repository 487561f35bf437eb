import type { Context, Hono } from 'hono'
import type { Deps } from '../context.ts'
import type { Env, KeyWho } from '../env.ts'
import type { FactIn, Meta } from '../facts/types.ts'
import { Problem } from '../lib/errors.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import { bodyType, readBody } from './body.ts'
import { metaOf } from './client.ts'
import type { KeyGate } from './key.ts'
import { type BrokenRow, parseJson, rawOf } from './parse.ts'
import { factsOf, type Message } from './segment-messages.ts'
import { answer, store } from './store.ts'
import { checkSize } from './typed.ts'

// Browser clients send text/plain, so that the browser asks no leave of the server first.
const TYPES = new Map([
  ['application/json', true],
  ['text/plain', true],
])
/** The path of a call and its type; browser clients use the initials. A batch's messages name their own. */
const CALLS: Record<string, string | undefined> = {
  batch: undefined,
  b: undefined,
  track: 'track',
  t: 'track',
  identify: 'identify',
  i: 'identify',
  page: 'page',
  p: 'page',
  screen: 'screen',
  s: 'screen',
  group: 'group',
  g: 'group',
  alias: 'alias',
  a: 'alias',
}
/** Without a key in the header the body must be read to find one: of strangers we read what Segment itself takes. */
const KEYLESS_BODY_BYTES = 500_000

/** POST /v1/*: the protocol of Segment's clients. */
export function mountSegment(app: Hono<Env>, deps: Deps, gate: KeyGate): void {
  for (const [path, type] of Object.entries(CALLS)) app.post(`/v1/${path}`, (c) => take(c, deps, gate, type))
}

async function take(c: Context<Env>, deps: Deps, gate: KeyGate, type: string | undefined): Promise<Response> {
  bodyType(c, TYPES)
  const { key, body } = c.req.header('authorization')
    ? await readWithKey(c, deps, gate)
    : await readThenFindKey(c, deps, gate)
  const messages = type ? [{ ...body, type }] : messagesOf(body)
  checkSize(messages.length, deps.config.ingestBatchLimit)
  const meta = { ...metaOf(c, deps, 'segment'), ...sentAtOf(body) }
  const outcome = await store(deps, { key, kind: 'segment', ...readMessages(messages) }, meta)
  return answer(outcome, { success: true })
}

interface Keyed {
  key: KeyWho
  body: Message
}

async function readWithKey(c: Context<Env>, deps: Deps, gate: KeyGate): Promise<Keyed> {
  const key = await gate.open(c)
  return { key, body: objectIn(await readBody(c, deps.config.ingestBodyLimitBytes)) }
}

async function readThenFindKey(c: Context<Env>, deps: Deps, gate: KeyGate): Promise<Keyed> {
  const body = objectIn(await readBody(c, Math.min(KEYLESS_BODY_BYTES, deps.config.ingestBodyLimitBytes)))
  return { body, key: await gate.openWith(c, body.writeKey) }
}

function objectIn(bytes: Buffer): Message {
  const body = parseJson(bytes)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Message
  throw new Problem(422, 'Broken body', 'The body must be a JSON object.')
}

function messagesOf({ batch, context }: Message): unknown[] {
  if (!Array.isArray(batch)) throw new Problem(422, 'Broken body', 'The body needs "batch", an array of messages.')
  if (typeof context !== 'object' || context === null) return batch
  // What the whole batch shares, a message may say otherwise.
  return batch.map((message) =>
    isObject(message) ? { ...message, context: { ...context, ...objectOf(message.context) } } : message,
  )
}

function readMessages(messages: unknown[]): { facts: FactIn[]; broken: BrokenRow[] } {
  const facts: FactIn[] = []
  const broken: BrokenRow[] = []
  messages.forEach((message, index) => {
    const read = isObject(message) ? factsOf(message, message.type, index) : 'the message is not an object'
    if (typeof read === 'string') broken.push({ index, reason: read, raw: rawOf(message) })
    else facts.push(...read)
  })
  return { facts, broken }
}

function sentAtOf(body: Message): Pick<Meta, 'sentAt'> {
  const sentAt = parseTimestamp(body.sentAt)
  return sentAt ? { sentAt } : {}
}

const isObject = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: unknown): Message => (isObject(value) ? value : {})
