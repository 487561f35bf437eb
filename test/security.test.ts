import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { baseApp } from '../src/auth/base.ts'
import { isAllowed, type Rule, rulesOf } from '../src/auth/guards.ts'
import { setupLink } from '../src/auth/setup.ts'
import * as locks from '../src/db/locks.ts'
import { readMigrations } from '../src/db/migrate.ts'
import { ROLES, type Who } from '../src/env.ts'
import { createLog } from '../src/lib/log.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { adminWho, type Cast, keyWho, makeCast, OWN_KEY } from './helpers/cast.ts'

let t: TestApp
let cast: Cast
const ORIGIN = 'http://localhost'

beforeAll(async () => {
  t = await testApp()
  cast = await makeCast(t)
})
afterAll(() => t.close())

const routes = () => rulesOf(t.app).filter(({ path }) => !path.endsWith('/*'))

describe('routes', () => {
  it('which is a door wants an ingest key, and no session counts', async () => {
    const doors = routes().filter(({ method, path }) => OWN_KEY.test(`${method} ${path}`))
    expect(doors.length).toBeGreaterThan(5)
    for (const { path } of doors) {
      for (const [name, { headers, who }] of Object.entries(cast)) {
        const body = JSON.stringify({ batch: [] })
        const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }
        const { status } = await t.request(path, init)
        const expected = who?.kind !== 'key' ? 401 : who.scopes.includes('ingest') ? undefined : 403
        if (expected) expect(status, `${path} as ${name}`).toBe(expected)
        else expect([401, 403], `${path} as ${name}`).not.toContain(status)
      }
    }
  })

  it('leads browsers to the sign-in and back, and tells programs what they lack', async () => {
    const browser = await t.request('/dashboard/activity?range=7d', { headers: { accept: 'text/html' } })
    expect(browser.status).toBe(303)
    expect(browser.headers.get('location')).toBe('/login?next=%2Fdashboard%2Factivity%3Frange%3D7d')
    const poll = await t.request('/live/activity', {
      headers: {
        accept: 'text/html',
        'hx-request': 'true',
        'hx-current-url': 'http://localhost/dashboard/activity?x=1',
      },
    })
    expect([poll.status, poll.headers.get('hx-redirect')]).toEqual([401, '/login?next=%2Fdashboard%2Factivity%3Fx%3D1'])
    const program = await t.request('/api/metrics')
    expect(program.headers.get('content-type')).toBe('application/problem+json')
    expect(await program.json()).toMatchObject({ status: 401, title: 'Not signed in', requestId: expect.any(String) })
  })

  it('knows the order of roles and keeps keys out of pages', () => {
    const may = (rule: Rule, who: Who) => isAllowed(rule, who)
    expect(ROLES.map((role) => may({ role: 'operator' }, adminWho(role)))).toEqual([false, true, true])
    expect(may({ role: 'viewer' }, keyWho('act'))).toBe(false)
    expect(may({ scope: 'ingest' }, adminWho('owner'))).toBe(false)
  })
})

describe('headers', () => {
  it('carry a policy without inline script or eval on pages, errors, fragments and files', async () => {
    const { cookie } = cast.viewer!.headers as { cookie: string }
    for (const path of ['/login', '/dashboard', '/dashboard/account', '/nothing', '/assets/nothing.js', '/healthz']) {
      const { headers } = await t.request(path, { headers: { cookie, accept: 'text/html' } })
      const policy = headers.get('content-security-policy')
      expect(policy, path).toContain("default-src 'self'")
      expect(policy, path).toContain("frame-ancestors 'none'")
      expect(policy, path).not.toMatch(/unsafe|\*|http:/)
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('x-frame-options'), path).toBe('DENY')
      expect(headers.get('x-request-id'), path).toMatch(/^[\w-]{10,}$/)
    }
    const door = await t.request('/ingest/events', { method: 'POST' })
    expect(door.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('are set even where a handler makes its own Response', async () => {
    const app = baseApp(t.deps)
    app.get('/own', () => new Response('x'))
    expect((await app.request('/own')).headers.get('content-security-policy')).toContain("default-src 'self'")
  })

  it('match the pages: no inline script, style or handler is sent', async () => {
    const { cookie } = cast.owner!.headers as { cookie: string }
    for (const path of ['/login', '/dashboard', '/dashboard/account', '/dashboard/activity', '/dashboard/metrics']) {
      const html = await (await t.request(path, { headers: { cookie: path === '/login' ? '' : cookie } })).text()
      expect(html, path).toContain('<html')
      expect(html, path).not.toMatch(/<script(?![^>]*(\ssrc=|type="application\/json"))/)
      expect(html, path).not.toMatch(/<style|\sstyle="|\son[a-z]+="/)
    }
  })

  it('take over a request id that is harmless, and no other', async () => {
    const id = async (given: string) => (await t.request('/healthz', { headers: { 'x-request-id': given } })).headers
    expect((await id('trace-42')).get('x-request-id')).toBe('trace-42')
    for (const bad of ['a b', '"x"', 'x'.repeat(65)]) expect((await id(bad)).get('x-request-id')).not.toBe(bad)
  })
})

describe('requests which another site made a browser send', () => {
  const send = (headers: Record<string, string>, path = '/dashboard/preferences') =>
    t.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: 'theme=dark',
    })

  it('are refused, by Sec-Fetch-Site or by Origin', async () => {
    const { cookie } = cast.viewer!.headers as { cookie: string }
    const bad: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', origin: ORIGIN },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'http://localhost.evil.example' },
      { origin: 'http://localhost:8080' },
      { origin: 'null' },
      {},
    ]
    for (const headers of bad) expect((await send({ cookie, ...headers })).status, JSON.stringify(headers)).toBe(403)
    const good: Record<string, string>[] = [{ 'sec-fetch-site': 'same-origin' }, { origin: ORIGIN }]
    for (const headers of good) expect((await send({ cookie, ...headers })).status, JSON.stringify(headers)).toBe(204)
    expect((await send({ origin: 'https://evil.example' }, '/login')).status).toBe(403)
  })

  it('are no matter for programs with a key', async () => {
    const headers = { ...cast['ingest key']!.headers, origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }
    expect((await send(headers, '/ingest/events')).status).not.toBe(403)
  })
})

describe('the credentials that a browser remembers', () => {
  it('do not let another site act, while a program may use them as well as a Bearer key', async () => {
    const secret = await t.key(['act'])
    const basic = `Basic ${Buffer.from(`${secret}:`).toString('base64')}`
    const run = (authorization: string, headers: Record<string, string> = {}) =>
      t.request('/api/jobs/no-such-job/run', { method: 'POST', headers: { authorization, ...headers } })
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]
    for (const headers of foreign) {
      expect((await run(basic, headers)).status, JSON.stringify(headers)).toBe(403)
      expect((await run(`Bearer ${secret}`, headers)).status, JSON.stringify(headers)).toBe(404)
    }
    expect((await run(basic)).status).toBe(404)
  })
})

describe('advisory locks', () => {
  it('have a number each, and none of those that the migrations use for something else', () => {
    const numbers = Object.values(locks)
    expect(new Set(numbers).size).toBe(numbers.length)
    const used = readMigrations().flatMap(({ text }) =>
      [...text.matchAll(/advisory\w*\((\d+)/g)].map((hit) => Number(hit[1])),
    )
    expect(used.length).toBeGreaterThan(1)
    expect(numbers.filter((number) => used.includes(number))).toEqual([locks.SEEN_LOCK])
  })
})

describe('READ_ONLY', () => {
  it('blocks what acts and says so; signing in and out, preferences and ingest go on', async () => {
    const app = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const send = async (path: string, name: string, body = '') =>
      app.request(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          ...cast[name]!.headers,
        },
        body,
      })
    const blocked = await send('/api/jobs/daily/run', 'act key')
    expect(blocked.status).toBe(403)
    expect(((await blocked.json()) as { detail: string }).detail).toContain('READ_ONLY')
    expect((await send('/dashboard/account/password', 'owner')).status).toBe(403)
    expect((await send('/not/yet/made', 'owner')).status).toBe(403)
    expect((await send('/dashboard/preferences', 'owner', 'theme=light')).status).toBe(204)
    await createAdmin(t.sql, { email: 'ro@x.example', role: 'viewer', password: TEST_PASSWORD })
    const form = new URLSearchParams({ email: 'ro@x.example', password: TEST_PASSWORD }).toString()
    expect((await send('/login', 'nobody', form)).status).toBe(303)
    expect((await send('/logout', 'nobody')).status).toBe(303)
    expect((await send('/ingest/events', 'ingest key')).status).not.toBe(403)
  })
})

describe('errors', () => {
  it('tell the request id and nothing of what went wrong inside', async () => {
    const app = baseApp(t.deps)
    app.get('/api/boom', () => {
      throw new Error('password=hunter2 at /srv/secret')
    })
    for (const accept of ['application/json', 'text/html']) {
      const response = await app.request('/api/boom', {
        headers: { accept, 'sec-fetch-mode': accept === 'text/html' ? 'navigate' : 'cors' },
      })
      const text = await response.text()
      expect(response.status).toBe(500)
      expect(text).toContain(response.headers.get('x-request-id'))
      expect(text).not.toMatch(/hunter2|srv|Error/)
      expect(response.headers.get('content-type')).toMatch(accept === 'text/html' ? /text\/html/ : /problem\+json/)
    }
  })

  it('are 503 with Retry-After when the database is away', async () => {
    const app = baseApp(t.deps)
    app.get('/api/away', () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    })
    const response = await app.request('/api/away')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.json()).toMatchObject({ title: 'The database is away' })
  })

  it('escape what a request brought along', async () => {
    const response = await t.request('/login?next=/"><script>x</script>', { headers: { accept: 'text/html' } })
    expect(await response.text()).not.toContain('<script>x')
  })
})

describe('the log', () => {
  it('holds no password, key, cookie or token, and names who asked', async () => {
    const lines: string[] = []
    const stream = new Writable({ write: (chunk, _, done) => done(void lines.push(String(chunk))) })
    const own = await testApp()
    try {
      const deps = { ...own.deps, log: createLog('trace', stream as never) }
      const app = createApp(deps)
      const link = (await setupLink(deps))!
      const token = new URL(link).searchParams.get('token')!
      const secret = await own.key(['read'])
      await app.request(link, { headers: { accept: 'text/html' } })
      const body = new URLSearchParams({ token, email: 'log@x.example', password: TEST_PASSWORD }).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN }
      const made = await app.request('/setup', { method: 'POST', headers, body })
      const cookie = made.headers.get('set-cookie')!.split(';')[0]!
      await app.request('/dashboard', { headers: { cookie } })
      await app.request('/login', { method: 'POST', headers, body: `email=log@x.example&password=${TEST_PASSWORD}+no` })
      await app.request('/api/metrics', { headers: { authorization: `Bearer ${secret}` } })
      await app.request('/api/metrics', {
        headers: { authorization: `Basic ${Buffer.from(`${secret}:`).toString('base64')}` },
      })
      await app.request(`/api/metrics?key=${secret}`)

      const log = lines.join('')
      for (const bad of [TEST_PASSWORD, secret, token, cookie.split('=')[1]!]) expect(log).not.toContain(bad)
      expect(log).toMatch(/"path":"\/setup"/)
      expect(log).toMatch(/"who":"admin:adm_/)
      expect(log).toMatch(/"who":"key:key_/)
    } finally {
      await own.close()
    }
  })
})
