import { createHash } from 'node:crypto'
import type { Context, Hono } from 'hono'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import type { Meta } from '../facts/types.ts'
import { Problem } from '../lib/errors.ts'
import { readBody } from './body.ts'
import { brevo } from './brevo.ts'
import { parseJson } from './parse.ts'
import { paystack } from './paystack.ts'
import { problemOf } from './store.ts'
import { stripe } from './stripe.ts'
import type { Provider } from './webhook-provider.ts'
import { keepUnreadable, type Settled, settleFacts, settleTellings } from './webhook-store.ts'

/** Whoever may call us, by the last part of the URL. */
export const providers: readonly Provider[] = [stripe, paystack, brevo]

/** Before its signature is checked nobody knows whose a body is; Stripe's largest are a quarter of this. */
const BODY_BYTES = 1024 ** 2
/** Deliveries of one provider that may wait for their turn; more are told to come again. */
const MAX_WAITING = 200

/** POST /webhooks/:provider */
export function mountWebhooks(app: Hono<Env>, deps: Deps): void {
  for (const provider of providers) {
    const inTurn = takeTurns()
    app.post(`/webhooks/${provider.name}`, (c) => take(c, deps, provider, inTurn))
  }
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>

async function take(c: Context<Env>, deps: Deps, provider: Provider, inTurn: InTurn): Promise<Response> {
  const secrets = provider.secrets(deps.config)
  if (secrets.length === 0) throw new Problem(404, 'Not configured', `Set ${provider.setting} to take these webhooks.`)
  const body = await readBody(c, Math.min(BODY_BYTES, deps.config.ingestBodyLimitBytes))
  const now = deps.now()
  const header = (name: string) => c.req.header(name)
  const reason = provider.refuse({ body, header, query: (name) => c.req.query(name), now }, secrets)
  if (reason !== undefined) throw new Problem(401, 'Not believed', reason)
  const settled = await settle(deps, provider, body, inTurn).catch((error: unknown) => {
    throw problemOf(error)
  })
  return c.json({ received: settled.length, events: settled })
}

async function settle(deps: Deps, provider: Provider, body: Buffer, inTurn: InTurn): Promise<Settled[]> {
  const meta: Meta = { source: provider.name, receivedAt: deps.now() }
  const json = jsonIn(body)
  if (typeof json === 'string') {
    const id = `body:${createHash('sha256').update(body).digest('hex')}`
    return [await keepUnreadable(deps, provider, { body, reason: json, id }, meta)]
  }
  const events = provider.read(json.value, meta.receivedAt)
  const plain = events.filter(({ tellings }) => !tellings)
  const settled = plain.length > 0 ? await settleFacts(deps, provider, plain, meta) : []
  for (const event of events)
    if (event.tellings) settled.push(await inTurn(() => settleTellings(deps, provider, event, meta)))
  return settled
}

function jsonIn(body: Buffer): { value: unknown } | string {
  try {
    return { value: parseJson(body) }
  } catch (error) {
    return (error as Error).message
  }
}

/** One piece of work after the other: each waits on a database connection, and pages need those as well. */
function takeTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (work) => {
    if (waiting >= MAX_WAITING) throw new Problem(503, 'Too many deliveries at once', 'Send it again in a while.', 5)
    waiting++
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn.finally(() => waiting--)
  }
}
