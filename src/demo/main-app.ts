import { randomBytes } from 'node:crypto'
import type { Deps } from '../context.ts'
import type { Told } from '../examples/main-app/facts.ts'
import { learn } from '../examples/main-app/learn.ts'
import { serveMainApp } from '../examples/main-app/serve.ts'
import { type AppUser, type Build, Store } from '../examples/main-app/store.ts'
import type { SimFact } from './emitter.ts'
import { PLANS } from './plans.ts'

/** What the live traffic asks of those who may have been suspended. */
export interface LiveUsers {
  /** Whether something does not happen, as its user is shut out, or everybody is. */
  isOut: (fact: SimFact) => boolean
  saw: (fact: SimFact) => void
}

export interface DemoMainApp extends LiveUsers {
  url: string
  port: number
  secret: string
  close: () => Promise<void>
}

/** Builds that can be retried: more than anybody looks at. */
const BUILDS = 50_000

/**
 * Acme Studio’s own API, which actions ask: the example app, over the users and builds of the simulation. What it does
 * goes to the doors with the live traffic.
 */
export async function startDemoMainApp(
  { db: { sql }, now }: Pick<Deps, 'db' | 'now'>,
  wantedPort: number,
  tell: (facts: SimFact[]) => void,
): Promise<DemoMainApp> {
  const store = new Store(PLANS.map(({ id, name, limits }) => ({ id, name, limits: { ...limits } })))
  const users = await sql<Omit<AppUser, 'limits'>[]>`
    select user_id as id, coalesce(email, '') as email, coalesce(username, '') as username, coalesce(plan, '') as plan,
      status, tenant_id as "tenantId"
    from users`
  for (const user of users) store.put({ ...user, limits: {} })
  const builds = await sql<Build[]>`
    select job_id as id, kind, user_id as "userId", tenant_id as "tenantId", object_id as "objectId", status, attempt,
      error, (extract(epoch from ts) * 1000)::float8 as "atMs"
    from jobs where kind in ('build', 'deploy') and user_id <> '' order by ts desc limit ${BUILDS}`
  for (const build of [...builds].reverse()) store.putBuild(build)
  const secret = randomBytes(24).toString('base64url')
  const options = { store, secret, name: 'Acme Studio', now, tell: (facts: Told[]) => tell(facts.map(asSent)) }
  const app = await serveMainApp(options, wantedPort).catch(() => serveMainApp(options, 0))
  return {
    ...app,
    secret,
    isOut: (fact) => isOut(store, fact),
    saw: ({ kind, row, atMs }) => learn(store, kind, row, atMs),
  }
}

/** Segment’s protocol has no status: what the main app says of a user goes through the typed door. */
const asSent = ({ kind, atMs, row }: Told): SimFact => ({ kind, atMs, row, typed: true })

/** What a customer is charged, and who they are, goes on; a build that runs is not stopped. */
const GOES_ON: ReadonlySet<string> = new Set(['users', 'subscriptions', 'payments', 'invoices'])

function isOut(store: Store, { kind, row, typed }: SimFact): boolean {
  const userId = typeof row.user_id === 'string' ? row.user_id : ''
  const isIn = store.isActive(userId) && !store.config.maintenance.on
  if (typed || userId === '' || GOES_ON.has(kind) || isIn) return false
  const known = kind === 'jobs' && (store.builds.get(userId) ?? []).some(({ id }) => id === row.id)
  return !known
}
