import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { isAllowed, type Rule, rulesOf } from '../src/auth/guards.ts'
import type { Who } from '../src/env.ts'
import { isDoor, isUnsafe } from '../src/lib/security.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Cast, makeCast, OWN_KEY } from './helpers/cast.ts'

/**
 * Every route of the app, by every kind of asker, with READ_ONLY off and on: made of the routes themselves, so that a
 * new one is in it, and fails without a rule of its own.
 */
let t: TestApp
let readOnlyApp: ReturnType<typeof createApp>
let cast: Cast

beforeAll(async () => {
  t = await testApp()
  readOnlyApp = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
  cast = await makeCast(t)
})
afterAll(() => t.close())

/** Open to anybody, each with a reason: probes, files, the way in, and the doors, which ask for their key themselves. */
const PUBLIC =
  /^(GET \/|GET \/healthz|GET \/readyz|GET \/assets\/:file|GET \/q\.js|(GET|POST) \/(login|setup|forgot|reset)|POST \/login\/code|POST \/logout|POST (\/api)?\/auth\/login\/?)$/
/** PostHog's clients ask for flags and configuration without our key; what they get is constant, and empty. */
const EMPTY =
  /^(POST \/(flags|decide|s)|GET \/(flags\/definitions|array\/:token\/config(\.js)?|api\/(feature_flag\/local_evaluation|projects\/:project\/feature_flags\/:flag\/remote_config|surveys|early_access_features|web_experiments)))\/?$/
/** Believed by a public key and the origin of its pages, which test/browser-door.test.ts holds it to. */
const PUBLIC_KEY = /^(OPTIONS|POST) \/v1\/vitals$/
/** Believed by their signature, which test/webhooks.test.ts holds each of them to. */
const SIGNED = /^POST \/webhooks\/\w+$/
const OPEN = [PUBLIC, EMPTY, PUBLIC_KEY, SIGNED, OWN_KEY]

/** What changes something and goes on with READ_ONLY=1: signing in and out, one's own, links that read, the doors. */
const GOES_ON = [
  'POST /api/auth/login',
  'POST /api/signed-urls',
  'POST /auth/login',
  'POST /auth/login/',
  'POST /dashboard/account/sessions/:id/revoke',
  'POST /dashboard/account/sessions/revoke-others',
  'POST /dashboard/confirm',
  'POST /dashboard/preferences',
  'POST /login',
  'POST /login/code',
  'POST /logout',
  'POST /setup',
]
/** One's own views, queries and boards: whatever is made of them later is one's own as well. */
const OWN_THINGS = /^\w+ \/dashboard\/(views|queries|boards)(\/|$)/

/** Shared views are seen by all: sharing them is no matter of one’s own. */
const OF_OTHERS = /^POST \/dashboard\/views\/:id\/share$/

/** Documented with 403, where others say 401, for who has not signed in. */
const DOCUMENTED_403 = /^\/api\/system\/metrics\//
/** They would end the sessions of the cast; other tests hold them to their rule. */
const ENDS_SESSIONS = /revoke|password|logout/

interface Route {
  name: string
  method: string
  path: string
  rule: Rule | undefined
}

const routes = (): Route[] =>
  rulesOf(t.app)
    .filter(({ path }) => !path.endsWith('/*'))
    .map((route) => ({ ...route, name: `${route.method} ${route.path}` }))

async function statusOf(app: typeof readOnlyApp, { method, path }: Route, headers: Record<string, string>) {
  const address = new URL(path.replace(/:\w+/g, 'x'), t.deps.config.baseUrl)
  const response = await app.request(address, { method, headers: { accept: 'application/json', ...headers } })
  const text = response.status === 403 ? await response.text() : void (await response.body?.cancel())
  return { status: response.status, isReadOnly: text?.includes('READ_ONLY') ?? false }
}

/** What a rule says of an asker: in, or the status that keeps them out. */
function expected({ path, rule }: Route & { rule: Rule }, who: Who | null): 'in' | 401 | 403 {
  if (!who) return DOCUMENTED_403.test(path) ? 403 : 401
  if (isAllowed(rule, who)) return 'in'
  // A door does not even look at cookies.
  return who.kind === 'admin' && isDoor(path) ? 401 : 403
}

describe('every route', () => {
  it('declares who may use it, or stands on the list of public ones', () => {
    const open = routes().filter(({ rule }) => !rule)
    expect(open.map(({ name }) => name).filter((name) => !OPEN.some((list) => list.test(name)))).toEqual([])
    expect(routes().length).toBeGreaterThan(200)
  })

  it('lets in whom its rule allows and nobody else', async () => {
    for (const route of routes()) {
      const { rule } = route
      if (!rule) continue
      for (const [name, { headers, who }] of Object.entries(cast)) {
        if (who?.kind === 'admin' && ENDS_SESSIONS.test(route.path)) continue
        const { status } = await statusOf(t.app, route, headers)
        const line = `${route.name} as ${name}: ${status}`
        const right = expected({ ...route, rule }, who)
        if (right === 'in') expect([401, 403], line).not.toContain(status)
        else expect(status, line).toBe(right)
        expect(status, line).not.toBe(500)
      }
    }
  }, 600_000)

  it('that changes something is blocked by READ_ONLY for everybody, or stands on the list of what goes on', async () => {
    const wrong: string[] = []
    for (const route of routes().filter(({ method, path }) => isUnsafe(method) && !isDoor(path))) {
      const goesOn = GOES_ON.includes(route.name) || OWN_THINGS.test(route.name)
      for (const [name, { headers, who }] of Object.entries(cast)) {
        if (who?.kind === 'admin' && goesOn && ENDS_SESSIONS.test(route.path)) continue
        const { status, isReadOnly } = await statusOf(readOnlyApp, route, headers)
        const line = `${route.name} as ${name}, read-only: ${status}`
        // What others would see of one’s own things is refused by their handlers.
        if (isReadOnly && OF_OTHERS.test(route.name)) continue
        if (isReadOnly === goesOn) wrong.push(line)
        if (!goesOn || !route.rule) continue
        const right = expected({ ...route, rule: route.rule }, who)
        if (right === 'in') expect([401, 403], line).not.toContain(status)
        else expect(status, line).toBe(right)
      }
    }
    expect(wrong).toEqual([])
    const names = routes().map(({ name }) => name)
    expect(GOES_ON.filter((name) => !names.includes(name))).toEqual([])
  }, 600_000)

  it('that only reads, and every door, answers with READ_ONLY as without', async () => {
    for (const route of routes()) {
      const { rule } = route
      if (!rule || (isUnsafe(route.method) && !isDoor(route.path))) continue
      for (const [name, { headers, who }] of Object.entries(cast)) {
        const { status, isReadOnly } = await statusOf(readOnlyApp, route, headers)
        const line = `${route.name} as ${name}, read-only: ${status}`
        expect(isReadOnly, line).toBe(false)
        const right = expected({ ...route, rule }, who)
        if (right === 'in') expect([401, 403], line).not.toContain(status)
        else expect(status, line).toBe(right)
      }
    }
  }, 600_000)

  it('without a rule of its own is found: the list of public ones has no place for it', () => {
    const app = createApp(t.deps)
    app.post('/dashboard/new-and-forgotten', (c) => c.text('done'))
    const open = rulesOf(app).filter(({ rule, path }) => !rule && !path.endsWith('/*'))
    const unlisted = open
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !OPEN.some((list) => list.test(name)))
    expect(unlisted).toEqual(['POST /dashboard/new-and-forgotten'])
  })
})
