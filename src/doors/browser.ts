import type { Context, Hono } from 'hono'
import { z } from 'zod'
import type { PublicKeyWho } from '../auth/public-keys.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import type { FactIn, Meta } from '../facts/types.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { leanResponse } from '../lib/lean.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import { idText } from './bind.ts'
import { bodyType, readBody } from './body.ts'
import { type BrowserGate, createBrowserGate, readableBy } from './browser-gate.ts'
import { factOf, type Sender } from './browser-items.ts'
import { metaOf } from './client.ts'
import { type BrokenRow, parseJson, rawOf } from './parse.ts'
import { answer, store } from './store.ts'
import { checkSize } from './typed.ts'

/** Where /q.js sends to. */
const PATH = '/v1/vitals'
// A browser asks leave of the server first for every other type, and while a page is being left it cannot wait for that.
const TYPES = new Map([
  ['text/plain', true],
  ['application/json', true],
])
/** What browsers let a page send while it is being left. */
const BODY_BYTES = 65_536
const MAX_ITEMS = 200

const envelope = z.object({
  key: z.string().max(100),
  sentAt: z.unknown().optional(),
  session: z.unknown().optional(),
  user: z.unknown().optional(),
  tenant: z.unknown().optional(),
  release: z.unknown().optional(),
  items: z.array(z.unknown()),
})
type Envelope = z.output<typeof envelope>

/**
 * POST /v1/vitals: what the pages of a product tell, by a public key. Mounted before the headers that let any page read
 * what the other doors of /v1 answer.
 */
export function mountBrowser(app: Hono<Env>, deps: Deps): void {
  const gate = createBrowserGate(deps)
  app.options(PATH, (c) => preflight(c, gate))
  app.post(PATH, (c) => take(c, deps, gate))
}

async function preflight(c: Context<Env>, gate: BrowserGate): Promise<Response> {
  const origin = c.req.header('origin')
  if (origin === undefined || !(await gate.mayAsk(origin))) throw new Forbidden('No public key is for these pages.')
  return leanResponse(null, 204, {
    ...readableBy(origin),
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'content-type',
    'Access-Control-Max-Age': '86400',
  })
}

async function take(c: Context<Env>, deps: Deps, gate: BrowserGate): Promise<Response> {
  await gate.knock(c)
  bodyType(c, TYPES)
  const body = envelopeIn(await readBody(c, BODY_BYTES))
  const key = await gate.open(c, body.key)
  checkSize(body.items.length, MAX_ITEMS)
  const response = await keep(c, deps, key, body)
  for (const [name, value] of Object.entries(readableBy(c.req.header('origin')!))) response.headers.set(name, value)
  return response
}

function envelopeIn(bytes: Buffer): Envelope {
  const parsed = envelope.safeParse(parseJson(bytes))
  if (parsed.success) return parsed.data
  throw new Problem(422, 'Broken body', 'The body must be a JSON object with key and items.')
}

async function keep(c: Context<Env>, deps: Deps, key: PublicKeyWho, body: Envelope): Promise<Response> {
  const sentAt = parseTimestamp(body.sentAt) ?? undefined
  const meta: Meta = { ...metaOf(c, deps, 'browser'), ...(sentAt ? { sentAt } : {}) }
  // A user agent is left out of programs': what crawlers do on the pages is nothing that users did.
  if (meta.userAgent === undefined) return answer({ accepted: 0, duplicate: 0, rejected: [] }, { bot: true })
  const clockOffsetMs = sentAt ? meta.receivedAt.getTime() - sentAt.getTime() : 0
  const read = await withoutTakeovers(deps, readItems(body.items, { ...body, keyId: key.id, clockOffsetMs }))
  return answer(await store(deps, { key, kind: 'browser', ...read }, meta))
}

interface Read {
  facts: FactIn[]
  broken: BrokenRow[]
}

/**
 * A page may say whose its visitor's session is, and no more: the key is in every page, so that anybody could have one
 * user's whole history counted for another by naming that user as the session.
 */
async function withoutTakeovers({ db: { sql } }: Deps, { facts, broken }: Read): Promise<Read> {
  const told = facts.filter(({ kind }) => kind === 'identities')
  const session = idText(told[0]?.row.anonymous_id)
  if (session === undefined) return { facts, broken }
  const [account] = await sql`select from users where user_id = ${session}`
  if (!account) return { facts, broken }
  const refused = told.map(({ index, row }) => ({ index, reason: 'this session is a user’s id', raw: rawOf(row) }))
  return { facts: facts.filter((fact) => !told.includes(fact)), broken: [...broken, ...refused] }
}

function readItems(items: unknown[], sender: Sender): Read {
  const facts: FactIn[] = []
  const broken: BrokenRow[] = []
  items.forEach((raw, index) => {
    const fact = factOf(raw, index, sender)
    if (typeof fact === 'string') broken.push({ index, reason: fact, raw: rawOf(raw) })
    else facts.push(fact)
  })
  return { facts, broken }
}
