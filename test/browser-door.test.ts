import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createKey } from '../src/auth/keys.ts'
import { PublicKeyRing } from '../src/auth/public-key-ring.ts'
import { createPublicKey, listPublicKeys, revokePublicKey } from '../src/auth/public-keys.ts'
import { run } from '../src/cli/run.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const APP = 'https://app.example.com'
const SHOP = 'https://shop.example.com:8443'
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({ config: { trustProxy: true } })
  key = (await createPublicKey(t.sql, { name: 'web', origins: [APP, SHOP] })).key
})
afterAll(() => t.close())

let ids = 0
const view = (more: object = {}) => ({ type: 'page', id: `v-${++ids}`, at: Date.now(), path: '/start', ...more })
const vital = (more: object = {}) => ({
  type: 'vital',
  id: `m-${++ids}`,
  at: Date.now(),
  name: 'LCP',
  value: 1200,
  ...more,
})

interface Sent {
  body?: object
  headers?: Record<string, string>
  app?: Pick<TestApp, 'request'>
}

/** What /q.js sends from a page, with some of it changed. */
function send(items: unknown[], { body, headers, app = t }: Sent = {}): Promise<Response> {
  return app.request('/v1/vitals', {
    method: 'POST',
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      origin: APP,
      'user-agent': CHROME,
      'x-forwarded-for': '81.2.69.142',
      ...headers,
    },
    body: JSON.stringify({ key, sentAt: Date.now(), session: 's-1', items, ...body }),
  })
}
const allowed = (response: Response) => response.headers.get('access-control-allow-origin')
const eventsOf = (user: string) => t.sql`select * from events where user_id = ${user} order by ts, name`

describe('what a page tells', () => {
  test('views, actions, vitals, errors and who it was become facts, enriched', async () => {
    const at = Date.now() - 2000
    const items = [
      { type: 'identify' },
      view({ at, path: '/pricing?plan=pro#top', from: '/start', referrer: 'news.example' }),
      { type: 'track', id: 'a', at: at + 1, name: 'Plan Chosen', path: '/pricing', properties: { plan: 'pro' } },
      vital({ id: 'v6-1', rating: 'good', path: '/pricing', since: at, navigation: 'navigate' }),
      { type: 'error', id: 'e', at, kind: 'TypeError', message: 'x is not a function', url: '/app.js?v=3', line: 7 },
    ]
    const response = await send(items, { body: { user: 'ada', tenant: 'acme', release: '1.4.0' } })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ accepted: 5, duplicate: 0, rejected: 0 })

    const common = { user_id: 'ada', tenant_id: 'acme', session_id: 's-1', anonymous_id: 's-1', country: 'GB' }
    expect(await eventsOf('ada')).toMatchObject([
      {
        ...common,
        type: 'page',
        name: 'page',
        source: 'browser',
        device: 'desktop',
        properties: { path: '/pricing', from: '/start', referrer: 'news.example' },
      },
      { ...common, type: 'track', name: 'Plan Chosen', properties: { path: '/pricing', plan: 'pro' } },
    ])
    expect(await t.sql`select * from web_vitals where user_id = 'ada'`).toMatchObject([
      { ...common, name: 'LCP', value: 1200, rating: 'good', path: '/pricing', browser: 'Chrome', device: 'desktop' },
    ])
    expect(await t.sql`select * from app_errors where user_id = 'ada'`).toMatchObject([
      {
        source: 'client',
        kind: 'TypeError',
        message: 'x is not a function',
        url: '/app.js',
        release: '1.4.0',
        properties: { line: 7 },
      },
    ])
    expect(await t.sql`select anonymous_id, user_id from identities`).toEqual([{ anonymous_id: 's-1', user_id: 'ada' }])
  })

  test('comes as application/json too', async () => {
    const response = await send([view()], { headers: { 'content-type': 'application/json' }, body: { user: 'json' } })
    expect(response.status).toBe(200)
    expect(await eventsOf('json')).toHaveLength(1)
  })

  test('counts once however often it is sent', async () => {
    const items = [
      view(),
      { type: 'track', id: 'twice', name: 'Twice' },
      { type: 'error', id: 'err', message: 'twice' },
    ]
    const body = { user: 'twice' }
    expect(await (await send(items, { body })).json()).toMatchObject({ accepted: 3, duplicate: 0 })
    expect(await (await send(items, { body })).json()).toMatchObject({ accepted: 0, duplicate: 3 })
    expect(await eventsOf('twice')).toHaveLength(2)
    expect(await t.sql`select from app_errors where user_id = 'twice'`).toHaveLength(1)
  })

  test('a vital that comes again with its id takes the newest value, also when the older one comes late', async () => {
    const at = Date.now() - 60_000
    const cls = (value: number, after: number) =>
      send([vital({ id: 'v6-cls', name: 'CLS', value, since: at, at: at + after })])
    for (const [value, after] of [
      [0.01, 1000],
      [0.3, 3000],
      [0.02, 2000],
    ] as const)
      expect((await cls(value, after)).status).toBe(200)
    const rows = await t.sql`select value, ts from web_vitals where name = 'CLS'`
    expect(rows).toHaveLength(1)
    expect(rows[0]!.value).toBe(0.3)
    expect(Math.abs(rows[0]!.ts.getTime() - at)).toBeLessThan(5000)
  })

  test('a wrong clock is corrected, of vitals as of events', async () => {
    const wrong = Date.now() - 5 * 3_600_000
    const items = [view({ at: wrong - 60_000 }), vital({ name: 'FCP', since: wrong - 60_000, at: wrong - 50_000 })]
    await send(items, { body: { sentAt: wrong, user: 'clock' } })
    const rows = await t.sql`
      select ts from events where user_id = 'clock' union all select ts from web_vitals where user_id = 'clock'`
    expect(rows).toHaveLength(2)
    for (const { ts } of rows) expect(Math.abs(ts.getTime() - (Date.now() - 60_000))).toBeLessThan(10_000)
  })

  test('a bad item is refused by its place and costs no neighbour', async () => {
    const items = [
      view(),
      { type: 'page', path: '/no-id' },
      { type: 'dance', id: 'x' },
      vital({ value: -1 }),
      vital({ name: 'lcp; drop' }),
      { type: 'track', id: 'no-name' },
      { type: 'identify' },
      'text',
      null,
      view({ path: 'x'.repeat(2000) }),
      view({ from: 'a\0b' }),
      view(),
    ]
    const response = await send(items, { body: { session: 'bad-items' } })
    expect(response.status).toBe(200)
    const answer = (await response.json()) as { errors: { index: number }[] }
    expect(answer).toMatchObject({ accepted: 2, rejected: 10 })
    expect(answer.errors.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect((await t.sql`select from rejected_facts where source = 'browser'`).length).toBe(10)
  })

  test('is no user’s session where that is a user: nobody’s history moves to another', async () => {
    const users = [{ kind: 'users' as const, index: 0, row: { id: 'victim' } }]
    await t.deps.writer.write(users, { source: 'test', receivedAt: new Date() })
    const response = await send([{ type: 'identify' }, view()], { body: { session: 'victim', user: 'mallory' } })
    expect(await response.json()).toMatchObject({ accepted: 1, rejected: 1 })
    expect(await t.sql`select user_id from identities where anonymous_id = 'victim'`).toEqual([])
  })

  test('cannot say who or where somebody is past the fields that it has', async () => {
    const smuggled = { user_id: 'victim', tenant_id: 'victim', country: 'KP', ip: '1.1.1.1', properties: { a: 1 } }
    await send([view(smuggled), vital({ ...smuggled, user_agent: 'x' })], { body: { user: 'plain' } })
    expect(await eventsOf('victim')).toHaveLength(0)
    expect(await eventsOf('plain')).toMatchObject([{ tenant_id: '', country: 'GB', properties: { path: '/start' } }])
    expect(await t.sql`select country from web_vitals where user_id = 'plain'`).toEqual([{ country: 'GB' }])
  })

  test('a crawler is answered, and nothing of it is kept', async () => {
    for (const agent of [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      'curl/8.5.0',
      '',
    ]) {
      const response = await send([view()], { body: { user: 'crawler' }, headers: { 'user-agent': agent } })
      expect([response.status, await response.json()]).toMatchObject([200, { accepted: 0, bot: true }])
    }
    expect(await eventsOf('crawler')).toHaveLength(0)
  })

  test('must be a small JSON object', async () => {
    const raw = (body: string, headers: Record<string, string> = {}) =>
      t.request('/v1/vitals', {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/plain', origin: APP, ...headers },
      })
    for (const bad of ['', '{', '[]', '"x"', '{"key":1,"items":[]}', `{"key":"${key}"}`])
      expect((await raw(bad)).status, bad).toBe(422)
    expect((await raw('{}', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
    expect((await raw('x'.repeat(65_537))).status).toBe(413)
    expect((await send(Array.from({ length: 201 }, () => view()))).status).toBe(413)
  })
})

describe('a public key', () => {
  test('holds for the pages of its origins alone: scheme, host and port', async () => {
    for (const origin of [APP, SHOP]) {
      const response = await send([view()], { headers: { origin } })
      expect([response.status, allowed(response), response.headers.get('vary')]).toEqual([200, origin, 'Origin'])
    }
    const others = ['http://app.example.com', 'https://app.example.com:8443', 'https://example.com', 'null', '']
    const tricks = ['https://app.example.com.evil.example', 'https://app.example.com/', 'HTTPS://APP.EXAMPLE.COM', '*']
    for (const origin of [...others, ...tricks]) {
      const response = await send([view()], { headers: { origin }, body: { user: 'elsewhere' } })
      expect([response.status, allowed(response)], origin).toEqual([403, null])
    }
    const without = await t.request('/v1/vitals', {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'user-agent': CHROME },
      body: JSON.stringify({ key, items: [view()], user: 'elsewhere' }),
    })
    expect(without.status).toBe(403)
    expect(await eventsOf('elsewhere')).toHaveLength(0)
  })

  test('lets the page read also why something was refused, and no cookie comes along', async () => {
    const response = await send([{ type: 'dance' }])
    expect([response.status, allowed(response)]).toEqual([422, APP])
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(allowed(await send(Array.from({ length: 201 }, () => view())))).toBe(APP)
  })

  test('is asked for in advance by some browsers', async () => {
    const ask = (origin: string) =>
      t.request('/v1/vitals', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      })
    const yes = await ask(SHOP)
    expect([yes.status, allowed(yes), yes.headers.get('access-control-allow-headers')]).toEqual([
      204,
      SHOP,
      'content-type',
    ])
    const no = await ask('https://evil.example')
    expect([no.status, allowed(no)]).toEqual([403, null])
  })

  test('is nobody everywhere else, and no other key is one', async () => {
    const json = { 'content-type': 'application/json', origin: APP }
    const post = (path: string, headers: Record<string, string>, body: object) =>
      t.request(path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })
    const event = { event: 'x', name: 'x', userId: 'u' }
    for (const authorization of [`Bearer ${key}`, `Basic ${btoa(`${key}:`)}`]) {
      expect((await t.request('/api/metrics', { headers: { authorization } })).status).toBe(401)
      expect((await t.request('/exports/metrics.csv', { headers: { authorization } })).status).toBe(401)
      expect((await post('/ingest/events', { authorization }, event)).status).toBe(401)
      expect((await post('/v1/track', { authorization }, event)).status).toBe(401)
    }
    expect((await post('/v1/track', {}, { ...event, writeKey: key })).status).toBe(401)
    const { secret } = await createKey(t.sql, { name: 'all', scopes: ['read', 'ingest', 'act'] })
    for (const other of [secret, `qd_pub_${'x'.repeat(32)}`, '', '%']) {
      const response = await send([view()], { body: { key: other } })
      expect([response.status, allowed(response)], other).toEqual([401, null])
    }
    const byHeader = await send([view()], { body: { key: 'none' }, headers: { authorization: `Bearer ${secret}` } })
    expect(byHeader.status).toBe(401)
  })

  test('holds at once when it was made, is noted as used, and ends when it is revoked', async () => {
    const app = await testApp()
    try {
      const made = await createPublicKey(app.sql, { name: 'short', origins: [APP] })
      const ask = () => send([view()], { app, body: { key: made.key } })
      expect((await ask()).status).toBe(200)
      await expect.poll(async () => (await listPublicKeys(app.sql))[0]?.lastUsedAt).toBeInstanceOf(Date)
      expect(await revokePublicKey(app.sql, made.id)).toBe(true)
      expect(await revokePublicKey(app.sql, made.id)).toBe(false)
      await expect.poll(async () => (await ask()).status, { timeout: 15_000, interval: 500 }).toBe(401)
      const actions = await app.sql`select action, target from audit_log order by id`
      expect(actions).toEqual(['key.create', 'key.revoke'].map((action) => ({ action, target: `key:${made.id}` })))
    } finally {
      await app.close()
    }
  })

  test('that is known goes on being known while the database is away, whoever asks for one that is not', async () => {
    let isAway = false
    const away = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))
    const sql = ((...args: Parameters<typeof t.sql>) => (isAway ? away() : t.sql(...args))) as typeof t.sql
    const ring = new PublicKeyRing({ ...t.deps, db: { ...t.deps.db, sql } })
    expect(await ring.find(key)).toMatchObject({ name: 'web' })
    isAway = true
    await expect(ring.find('qd_pub_none')).rejects.toThrow('away')
    expect(await ring.find(key)).toMatchObject({ name: 'web' })
  })

  test('of a tenant sends for this tenant only, and takes nothing of another', async () => {
    const bound = (await createPublicKey(t.sql, { name: 'globex', origins: [APP], tenants: ['globex'] })).key
    const body = { key: bound, user: 'hank', session: 's-globex' }
    expect((await send([view(), vital()], { body })).status).toBe(200)
    expect(await eventsOf('hank')).toMatchObject([{ tenant_id: 'globex' }])
    expect((await send([view()], { body: { ...body, tenant: 'acme' } })).status).toBe(422)
    // An id that another key's page has used is another id.
    await send([vital({ id: 'shared', value: 1, name: 'TTFB' })], { body: { user: 'hank' } })
    await send([vital({ id: 'shared', value: 2, name: 'TTFB' })], { body })
    expect(await t.sql`select value from web_vitals where name = 'TTFB' order by 1`).toEqual([
      { value: 1 },
      { value: 2 },
    ])
  })

  test.each([
    [[]],
    [['app.example.com']],
    [['https://app.example.com/']],
    [['https://app.example.com/path']],
    [['https://*.example.com']],
    [['*']],
    [['null']],
    [['file://']],
    [['https://APP.example.com']],
    [[APP, 'ftp://app.example.com']],
  ])('cannot be made for %j', async (origins) => {
    await expect(createPublicKey(t.sql, { name: 'bad', origins })).rejects.toThrow(/origin/)
  })
})

describe('limits', () => {
  test('an address that sends too much waits, whatever its keys, while others go on', async () => {
    const flood = await Promise.all(
      Array.from({ length: 1230 }, () =>
        send([], { headers: { 'x-forwarded-for': '192.0.2.7' }, body: { key: 'qd_pub_none' } }),
      ),
    )
    const late = flood.filter(({ status }) => status === 429)
    expect(late).toHaveLength(30)
    expect(Number(late[0]!.headers.get('retry-after'))).toBeGreaterThan(1)
    expect((await send([view()], { headers: { 'x-forwarded-for': '192.0.2.8' } })).status).toBe(200)
  })

  test('a key sends no more requests a second than a key may', async () => {
    const slow = await testApp({ config: { ingestRatePerSecond: 5 } })
    try {
      const { key } = await createPublicKey(slow.sql, { name: 'slow', origins: [APP] })
      await send([], { app: slow, body: { key } })
      const answers = await Promise.all(Array.from({ length: 20 }, () => send([view()], { app: slow, body: { key } })))
      const refused = answers.filter(({ status }) => status === 429)
      expect(refused.length).toBeGreaterThanOrEqual(10)
      expect(allowed(refused[0]!)).toBe(APP)
    } finally {
      await slow.close()
    }
  })
})

describe('on the command line', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quarterdeck-keys-'))
    vi.stubEnv('DATABASE_URL', t.db.url)
    vi.stubEnv('DATA_DIR', folder)
    vi.stubEnv('BASE_URL', '')
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  /** What a command line prints and how it ends. */
  async function quarterdeck(line: string): Promise<{ code: number; out: string; err: string }> {
    const out = vi.spyOn(console, 'log').mockImplementation(() => {})
    const err = vi.spyOn(console, 'error').mockImplementation(() => {})
    const code = await run(line.split(' '))
    const textOf = (spy: typeof out) => spy.mock.calls.map((args) => args.join(' ')).join('\n')
    const said = { code, out: textOf(out), err: textOf(err) }
    vi.restoreAllMocks()
    return said
  }

  test('a public key is made, shown with its origins, and revoked', async () => {
    const made = await quarterdeck(
      `key create --name site --public --origin ${APP},${SHOP} --origin http://localhost:80`,
    )
    expect([made.code, made.err]).toEqual([1, expect.stringContaining('"http://localhost:80" is not an origin')])
    const { code, out } = await quarterdeck(
      `key create --name site --public --origin ${APP},${SHOP} --origin http://localhost:3000 --tenant acme`,
    )
    expect([code, out]).toEqual([0, expect.stringMatching(/^qd_pub_[\w-]{32}$/)])
    const line = (await quarterdeck('key list')).out.split('\n').find((one) => one.includes(out))!
    const [id, ...columns] = line.split('\t')
    const origins = `${APP},${SHOP},http://localhost:3000`
    expect(columns).toEqual(['public', out, 'never used', 'active', 'site', origins])
    expect((await quarterdeck(`key revoke ${id}`)).code).toBe(0)
    expect((await quarterdeck(`key revoke ${id}`)).code).toBe(1)
    expect((await quarterdeck('key list')).out).toContain(`${out}\tnever used\trevoked\tsite`)
  })

  test.each([
    [`key create --name x --public --scope read --origin ${APP}`, 'no --scope'],
    ['key create --name x --public', '--origin is missing'],
    [`key create --name x --scope read --origin ${APP}`, '--public'],
    ['key create --name x', '--scope is missing'],
  ])('"%s" is not understood', async (line, reason) => {
    expect(await quarterdeck(line)).toMatchObject({ code: 2, err: expect.stringContaining(reason) })
  })
})
