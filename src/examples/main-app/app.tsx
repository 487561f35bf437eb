import '../../lib/jsx-context.ts'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { acts, create } from './acts.ts'
import { toldConfig } from './config.ts'
import { configActs } from './config-acts.ts'
import type { Told } from './facts.ts'
import type { Intent, Refused } from './intent.ts'
import { HomePage, LinkGone, STYLE } from './page.tsx'
import { whyNotSigned } from './signature.ts'
import type { AppUser, Store, Visit } from './store.ts'

export interface MainAppOptions {
  store: Store
  /** The same as MAIN_APP_SECRET of Quarterdeck. */
  secret: string
  name: string
  /** Where browsers reach it. */
  home: () => string
  now: () => Date
  /** What happened, for Quarterdeck’s doors. */
  tell: (facts: Told[]) => void
}

const CONTRACT = '/quarterdeck/v1'
const COOKIE = 'visit'

/** A product that Quarterdeck can act on: the whole contract, over a store in memory, with a page to see it. */
export function createMainApp(options: MainAppOptions): Hono {
  const app = new Hono()
  const contract = new Hono()
  contract.use(bodyLimit({ maxSize: 64 * 1024 }))
  contract.use(async (c, next) => {
    const { pathname, search } = new URL(c.req.url)
    const received = { method: c.req.method, path: pathname + search, header: (name: string) => c.req.header(name) }
    const why = whyNotSigned({ ...received, body: await c.req.text() }, options.secret, options.now())
    if (why) return problem(c, 401, 'Not signed', why)
    return next()
  })
  contract.get('/health', (c) => c.json({ status: 'ok' }))
  contract.get('/product', (c) => c.json(toldConfig(options.store.config)))
  contract.post('/product/actions/:action', (c) => perform(c, options, { product: c.req.param('action') }))
  contract.post('/users/actions/create', (c) => perform(c, options, { user: '', action: 'create' }))
  contract.post('/users/:id/actions/:action', (c) =>
    perform(c, options, { user: c.req.param('id'), action: c.req.param('action') }),
  )
  app.route(CONTRACT, contract)
  mountPages(app, options)
  return app
}

interface Body {
  dry_run: boolean
  fields: Record<string, string | number>
  by: { id: string; name: string }
}

/** What is to be done: with a user ('' = a new one), or with the product as a whole. */
type Wanted = { user: string; action: string } | { product: string }

/** One request of the contract. All of it happens in one turn, as a transaction would see to in a real product. */
async function perform(c: Context, options: MainAppOptions, wanted: Wanted): Promise<Response> {
  const { store, now, home, tell } = options
  const body = await bodyOf(c)
  if (!body) return problem(c, 422, 'Not understood', 'dry_run, fields and by are needed.')
  const nowMs = now().getTime()
  const request = JSON.stringify([wanted, body.fields])
  const key = c.req.header('idempotency-key') ?? ''
  if (!body.dry_run) {
    if (key === '') return problem(c, 422, 'No key', 'An act needs an Idempotency-Key.')
    const known = store.answered(key, nowMs)
    if (known && known.request !== request)
      return problem(c, 422, 'The key was used before', 'This Idempotency-Key came with another request.')
    if (known) return c.json(known.answer)
  }
  const intent = intentOf(options, wanted, { ...body, nowMs, home: home(), tell })
  if ('status' in intent) return problem(c, intent.status, 'It cannot be done', intent.detail, intent.field)
  const { would, done, changes, undo } = intent
  if (body.dry_run) return c.json({ status: 'would', message: would, changes })
  const more = intent.apply() ?? {}
  const answer = { status: 'done', message: done, changes, ...(undo && { undo }), ...more }
  store.remember(key, { request, answer, atMs: nowMs })
  return c.json(answer)
}

type Given = Body & { nowMs: number; home: string; tell: MainAppOptions['tell'] }

function intentOf({ store }: MainAppOptions, wanted: Wanted, { by, ...given }: Given): Intent | Refused {
  const asked = { ...given, store, by: by.name }
  if ('product' in wanted) return ownOf(configActs, wanted.product)?.(asked) ?? noSuch(wanted.product)
  const { user: userId, action } = wanted
  const nobody: AppUser = { id: '', email: '', username: '', plan: '', status: 'active', tenantId: '', limits: {} }
  if (userId === '') return create({ ...asked, user: nobody })
  const act = ownOf(acts, action)
  if (!act) return noSuch(action)
  const user = store.users.get(userId)
  if (!user || user.status === 'deleted') return { status: 404, detail: 'There is no such user.' }
  return act({ ...asked, user })
}

const ownOf = <T,>(all: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(all, name) ? all[name] : undefined
const noSuch = (action: string): Refused => ({ status: 404, detail: `This app has no action “${action}”.` })

async function bodyOf(c: Context): Promise<Body | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null) return undefined
  const { dry_run, fields, by } = body as Partial<Body>
  if (typeof dry_run !== 'boolean' || typeof fields !== 'object' || fields === null) return undefined
  return { dry_run, fields, by: { id: String(by?.id ?? ''), name: String(by?.name ?? 'an admin') } }
}

function problem(c: Context, status: 401 | 404 | 409 | 422, title: string, detail: string, field?: string): Response {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, ...(field && { field }) })
  return c.body(body, status, { 'Content-Type': 'application/problem+json' })
}

/** What people see: who there is, and, by a link that opens once, the product as one of them. */
function mountPages(app: Hono, { store, name, now }: MainAppOptions): void {
  app.use(async (c, next) => {
    await next()
    c.header('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'")
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cache-Control', 'no-store')
  })
  const visitOf = (c: Context): Visit | undefined => {
    const visit = store.visits.get(getCookie(c, COOKIE) ?? '')
    return visit?.opened && visit.endsMs > now().getTime() ? visit : undefined
  }

  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  app.get('/', (c) =>
    c.html(<HomePage store={store} name={name} visit={visitOf(c)} search={(c.req.query('q') ?? '').slice(0, 100)} />),
  )
  app.get('/impersonate/:token', (c) => {
    const token = c.req.param('token')
    const visit = store.visits.get(token)
    const nowMs = now().getTime()
    if (!visit || visit.opened || visit.linkEndsMs <= nowMs) return c.html(<LinkGone name={name} />, 410)
    visit.opened = true
    visit.endsMs = nowMs + (visit.endsMs - visit.linkEndsMs)
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/', expires: new Date(visit.endsMs) })
    return c.redirect('/')
  })
  app.post('/leave', (c) => {
    store.visits.delete(getCookie(c, COOKIE) ?? '')
    deleteCookie(c, COOKIE, { path: '/' })
    return c.redirect('/', 303)
  })
}
