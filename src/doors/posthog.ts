import type { Context, Hono } from 'hono'
import type { Deps } from '../context.ts'
import type { Env, KeyWho } from '../env.ts'
import type { FactIn, Meta } from '../facts/types.ts'
import { Problem } from '../lib/errors.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import { metaOf } from './client.ts'
import type { KeyGate } from './key.ts'
import { type BrokenRow, rawOf } from './parse.ts'
import { readPosthogBody } from './posthog-body.ts'
import { mountEmptyAnswers } from './posthog-empty.ts'
import { factsOf } from './posthog-facts.ts'
import { type Fields, fieldsOf, isObject, type Sending } from './posthog-message.ts'
import { answer, store } from './store.ts'
import { checkSize } from './typed.ts'

/** The paths of the clients, old and new, each with and without a slash behind it; and what they look for in the answer. */
const CALLS: Record<string, object> = {
  batch: { status: 1 },
  capture: { status: 1 },
  e: { status: 1 },
  'i/v0/e': { status: 'Ok' },
  'i/v0/ai/batch': { status: 'Ok' },
}

/** POST /batch/, /capture/, /i/v0/e/ …: the protocol of PostHog's clients. */
export function mountPosthog(app: Hono<Env>, deps: Deps, gate: KeyGate): void {
  for (const [path, done] of Object.entries(CALLS))
    for (const slash of ['', '/']) app.post(`/${path}${slash}`, (c) => take(c, deps, gate, done))
  mountEmptyAnswers(app)
}

async function take(c: Context<Env>, deps: Deps, gate: KeyGate, done: object): Promise<Response> {
  const { key, body } = await readKeyed(c, deps, gate)
  const messages = messagesOf(body)
  checkSize(messages.length, deps.config.ingestBatchLimit)
  const meta = { ...metaOf(c, deps, 'posthog'), ...sentAtOf(c, body) }
  const { facts, broken, ignored } = readMessages(messages, { ...meta, tenantGroups: deps.config.posthogTenantGroups })
  const outcome = await store(deps, { key, kind: 'posthog', facts, broken }, meta)
  return answer(outcome, { ...done, ignored })
}

/** These clients put their key into the body, all of them: what an unknown one may send is what anybody may. */
async function readKeyed(c: Context<Env>, deps: Deps, gate: KeyGate): Promise<{ key: KeyWho; body: unknown }> {
  const limit = deps.config.ingestBodyLimitBytes
  if (c.req.header('authorization')) return { key: await gate.open(c), body: await readPosthogBody(c, limit) }
  const body = await readPosthogBody(c, limit)
  return { body, key: await gate.openWith(c, keyIn(body)) }
}

/** In the body, or in its messages: then they are all of the one client that sends them. */
function keyIn(body: unknown): unknown {
  const { api_key, token, properties } = fieldsOf(Array.isArray(body) ? body[0] : body)
  return api_key ?? token ?? fieldsOf(properties).token
}

function messagesOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body
  const { batch, event } = fieldsOf(body)
  if (Array.isArray(batch)) return batch
  if (event !== undefined) return [body]
  throw new Problem(
    422,
    'Broken body',
    'The body needs "batch", an array of events, or is an event or an array of them.',
  )
}

/** When the client says it sent this; browsers say so in the query. */
function sentAtOf(c: Context, body: unknown): Pick<Meta, 'sentAt'> {
  const told = fieldsOf(body).sent_at ?? c.req.query('_')
  const sentAt = parseTimestamp(told)
  return sentAt ? { sentAt } : {}
}

function readMessages(messages: unknown[], sending: Sending) {
  const facts: FactIn[] = []
  const broken: BrokenRow[] = []
  let ignored = 0
  messages.forEach((message, index) => {
    const read = isObject(message) ? factsOf(message, index, sending) : 'the message is not an object'
    if (typeof read === 'string') broken.push({ index, reason: read, raw: rawOf(withoutSecrets(message)) })
    else if (read.length === 0) ignored++
    else facts.push(...read)
  })
  return { facts, broken, ignored }
}

const SECRET = /^(token|api_key|\$ai_(input|output).*)$/

/** What is kept of a refused message must hold neither the key it came with nor what a model was asked. */
function withoutSecrets(message: unknown): unknown {
  if (!isObject(message)) return message
  const shown = (fields: Fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => !SECRET.test(name)))
  return isObject(message.properties) ? { ...shown(message), properties: shown(message.properties) } : shown(message)
}
