import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../src/config.ts'
import type { Told } from '../src/examples/main-app/facts.ts'
import { serveMainApp } from '../src/examples/main-app/serve.ts'
import { Store } from '../src/examples/main-app/store.ts'
import { type TestApp, type TestAppOptions, testApp } from './helpers/app.ts'

export const SECRET = 'a secret of both sides'

/** A request as a main app got it. */
export interface Got {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** What it does with it: an answer, nothing at all ('silence'), or a broken connection ('cut'). */
export type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'silence' | 'cut'

export interface FaultyApp {
  url: string
  got: Got[]
  /** The next replies, in order; the last one goes on. */
  replies: Reply[]
  close: () => Promise<void>
}

/** A main app that does what a test says. */
export async function faultyApp(...replies: Reply[]): Promise<FaultyApp> {
  const got: Got[] = []
  const app = { got, replies }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    got.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() })
    reply(response, app.replies.length > 1 ? app.replies.shift()! : app.replies[0]!)
  })
  const url = await listening(server)
  return { ...app, url, close: () => closed(server) }
}

function reply(response: ServerResponse, what: Reply): void {
  if (what === 'silence') return
  if (what === 'cut') return void response.socket?.destroy()
  response.writeHead(what.status, { 'content-type': 'application/json', ...what.headers }).end(what.body ?? '')
}

export async function listening(server: Server, port = 0): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** An address where nobody listens. */
export async function nobody(): Promise<string> {
  const server = createServer()
  const url = await listening(server)
  await closed(server)
  return url
}

export const done = (message = 'It is done.', more: object = {}): Reply => ({
  status: 200,
  body: JSON.stringify({ status: 'done', message, changes: [], ...more }),
})

export const PLANS = [
  { id: 'free', name: 'Free', limits: { builds: 20 } },
  { id: 'pro', name: 'Pro', limits: { builds: 300 } },
]

export interface Product {
  t: TestApp
  store: Store
  /** What the example told, for the doors. */
  told: Told[]
  close: () => Promise<void>
}

/** Quarterdeck with the example main app: two users of two tenants, and a build that failed. */
export async function product(options: TestAppOptions & { config?: Partial<Config> } = {}): Promise<Product> {
  const store = new Store(PLANS)
  store.put({ id: 'u1', email: 'ada@acme.example', username: 'ada', plan: 'pro', tenantId: 'acme' })
  store.put({ id: 'u2', email: 'bob@mirai.example', username: 'bob', plan: 'free', tenantId: 'mirai' })
  store.putBuild({
    id: 'b1',
    kind: 'build',
    userId: 'u1',
    tenantId: 'acme',
    status: 'failed',
    attempt: 1,
    error: 'npm',
    atMs: 1,
  })
  const told: Told[] = []
  const now = options.now instanceof Date ? () => options.now as Date : (options.now ?? (() => new Date()))
  const app = await serveMainApp(
    { store, secret: SECRET, name: 'Example', now, tell: (facts) => told.push(...facts) },
    0,
  )
  const config = { mainAppUrl: app.url, mainAppSecret: SECRET, mainAppTimeoutMs: 2_000, ...options.config }
  const t = await testApp({ ...options, config })
  const plans = PLANS.map((row, index) => ({ kind: 'plans' as const, index, row: { ...row, class: 'paid' } }))
  await t.deps.writer.write(plans, { source: 'typed', receivedAt: t.deps.now() })
  await t.deps.writer.write(
    [...store.users.values()].map((user, index) => ({
      kind: 'users' as const,
      index,
      row: { id: user.id, email: user.email, username: user.username, plan: user.plan, tenant_id: user.tenantId },
    })),
    { source: 'typed', receivedAt: t.deps.now() },
  )
  return {
    t,
    store,
    told,
    async close() {
      await t.close()
      await app.close()
    },
  }
}

/** What a form of the page sends. */
export const form = (fields: Record<string, string>, cookie: string): RequestInit => ({
  method: 'POST',
  headers: {
    cookie,
    origin: 'http://localhost',
    accept: 'text/html',
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams(fields).toString(),
})

/** The hidden fields of the form in a page. */
export function hiddenOf(html: string): Record<string, string> {
  const fields = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
  return Object.fromEntries(fields.map(([, name, value]) => [name ?? '', value ?? '']))
}
