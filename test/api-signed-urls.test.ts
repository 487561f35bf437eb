import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createKey, revokeKey } from '../src/auth/keys.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let now = NOW
let key: string
const DAYS = 'from=2026-11-18&to=2026-11-20'
const PATH = `/exports/metrics.csv?metrics=users.dau,revenue.mrr&${DAYS}`

beforeAll(async () => {
  t = await testApp({ now: () => now })
  await fillRollups(t.sql)
  await t.sql`insert into tenants (tenant_id, created_at, updated_at) values ('t1', ${NOW}, ${NOW}), ('t2', ${NOW}, ${NOW})`
  key = await t.key(['read'])
})
afterAll(() => t?.close())
beforeEach(() => {
  now = NOW
})

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

function make(body: unknown, headers: Record<string, string> = bearer(key)): Promise<Response> {
  return t.request('/api/signed-urls', { method: 'POST', headers, body: JSON.stringify(body) })
}

async function link(body: object, headers?: Record<string, string>): Promise<string> {
  const response = await make(body, headers)
  expect(response.status).toBe(201)
  return ((await response.json()) as { url: string }).url
}

/** A link with some of its parts changed. */
const changed = (url: string, change: (url: URL) => void): string => {
  const other = new URL(url)
  change(other)
  return other.href
}

const statusOf = async (url: string, init?: RequestInit) => (await t.request(url, init)).status

describe('a signed link', () => {
  it('opens without a key, with what the key would have read', async () => {
    const response = await make({ path: PATH, expires_in: 3_600 })
    const { url, expires_at } = await response.json()
    expect(expires_at).toBe('2026-11-20T13:00:00.000Z')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(url).toMatch(/^http:\/\/localhost\/exports\/metrics\.csv\?/)
    const opened = await t.request(url)
    expect(opened.status).toBe(200)
    expect(await opened.text()).toBe(await (await t.request(PATH, { headers: bearer(key) })).text())
    expect(await statusOf(url, { method: 'HEAD' })).toBe(200)
    const [entry] = await t.sql`select actor, target from audit_log where action = 'signed-url.create' order by id desc`
    expect(entry).toMatchObject({ actor: expect.stringMatching(/^key:/), target: '/exports/metrics.csv' })
  })

  it('may come back coded otherwise, or in another order', async () => {
    const url = await link({ path: PATH })
    expect(await statusOf(url.replaceAll('%2C', ','))).toBe(200)
    const turned = changed(url, ({ searchParams }) => {
      const all = [...searchParams].reverse()
      for (const [name] of all) searchParams.delete(name)
      for (const [name, value] of all) searchParams.append(name, value)
    })
    expect(turned).not.toBe(url)
    expect(await statusOf(turned)).toBe(200)
  })

  it.each<[string, (url: URL) => void]>([
    ['other days', (url) => url.searchParams.set('to', '2026-11-21')],
    ['one more parameter', (url) => url.searchParams.set('tenant', 't2')],
    ['one parameter less', (url) => url.searchParams.delete('from')],
    ['a value given twice', (url) => url.searchParams.append('metrics', 'ai.cost')],
    [
      'another file',
      (url) => {
        url.pathname = '/exports/users.csv'
      },
    ],
    ['a longer life', (url) => url.searchParams.set('expires', '9999999999')],
    ['another maker', (url) => url.searchParams.set('by-whom', 'admin:adm_1')],
    ['no signature', (url) => url.searchParams.set('signature', '')],
    ['a shorter signature', (url) => url.searchParams.set('signature', url.searchParams.get('signature')!.slice(1))],
    ['a signature of the same length', (url) => url.searchParams.set('signature', 'A'.repeat(43))],
    ['a second signature', (url) => url.searchParams.append('signature', 'A'.repeat(43))],
    [
      'broken text',
      (url) => {
        url.search += '&x=%FF'
      },
    ],
  ])('does not open with %s', async (_, change) => {
    const response = await t.request(changed(await link({ path: PATH }), change))
    expect(response.status).toBe(403)
    expect((await response.json()).detail).toContain('changed')
  })

  it('opens nothing without its signature', async () => {
    expect(await statusOf(changed(await link({ path: PATH }), (url) => url.searchParams.delete('signature')))).toBe(401)
  })

  it('opens no other address, and changes nothing', async () => {
    const { search } = new URL(await link({ path: '/api/metrics' }))
    for (const path of ['/api/metrics/summary', '/exports/users.csv']) expect(await statusOf(path + search)).toBe(403)
    for (const path of ['/api/tables/users', '/api/jobs', '/metrics', '/dashboard/palette.json', '/api/openapi.json'])
      expect(await statusOf(path + search), path).toBe(401)
    expect(await statusOf(`/api/metrics${search}`)).toBe(200)
    const post = await t.request(`/api/signed-urls${search}`, { method: 'POST', body: JSON.stringify({ path: PATH }) })
    expect(post.status).toBe(401)
  })

  it('is over when its time is', async () => {
    const url = await link({ path: PATH, expires_in: 60 })
    now = new Date(NOW.getTime() + 59_000)
    expect(await statusOf(url)).toBe(200)
    now = new Date(NOW.getTime() + 60_000)
    const response = await t.request(url)
    expect(response.status).toBe(403)
    expect((await response.json()).detail).toContain('expired')
  })

  it('ends with the key of its maker', async () => {
    const { id, secret } = await createKey(t.sql, { name: 'short', scopes: ['read'] })
    const url = await link({ path: PATH }, bearer(secret))
    expect(await statusOf(url)).toBe(200)
    await revokeKey(t.sql, id)
    expect(await statusOf(url)).toBe(403)
  })

  it('is not good for longer than the key is', async () => {
    const expiresAt = new Date(NOW.getTime() + 600_000)
    const { secret } = await createKey(t.sql, { name: 'short', scopes: ['read'], expiresAt })
    const { expires_at } = await (await make({ path: PATH }, bearer(secret))).json()
    expect(expires_at).toBe(expiresAt.toISOString())
  })

  it('ends with the account of its maker, and with the right of a key to read', async () => {
    const cookie = await t.admin('viewer')
    const url = await link({ path: PATH }, { cookie, origin: 'http://localhost' })
    expect(await statusOf(url)).toBe(200)
    await t.sql`update admins set disabled_at = now() where id = ${new URL(url).searchParams.get('by-whom')!.slice(6)}`
    expect(await statusOf(url)).toBe(403)

    const { id, secret } = await createKey(t.sql, { name: 'reader', scopes: ['read', 'act'] })
    const other = await link({ path: PATH }, bearer(secret))
    await t.sql`update api_keys set scopes = '{act}' where id = ${id}`
    expect(await statusOf(other)).toBe(403)
  })

  it('made with the token of a sign-in ends with the account, too', async () => {
    const cookie = await t.admin('owner')
    const url = await link({ path: PATH }, { cookie, origin: 'http://localhost' })
    const admin = new URL(url).searchParams.get('by-whom')!.slice(6)
    const { secret } = await createKey(t.sql, { name: 'token', scopes: ['read'], createdBy: admin, token: true })
    const other = await link({ path: PATH }, bearer(secret))
    expect(await statusOf(other)).toBe(200)
    await t.sql`update admins set disabled_at = now() where id = ${admin}`
    expect(await statusOf(other)).toBe(403)
  })

  it('shows the tenants of its maker, never more than when it was made', async () => {
    const { id, secret } = await createKey(t.sql, { name: 'bound', scopes: ['read'], tenants: ['t1'] })
    expect((await make({ path: '/exports/users.csv?tenant=t2' }, bearer(secret))).status).toBe(403)
    const url = await link({ path: `/api/metrics/summary?metrics=users.dau&${DAYS}` }, bearer(secret))
    const tenantOf = async () => (await (await t.request(url)).json()).tenant
    expect(await tenantOf()).toBe('t1')
    await t.sql`update api_keys set tenants = null where id = ${id}`
    expect(await tenantOf()).toBe('t1')
    await t.sql`update api_keys set tenants = '{t2}' where id = ${id}`
    expect(await statusOf(url)).toBe(403)
  })

  it('is judged by itself, whoever is signed in as well', async () => {
    const cookie = await t.admin('owner')
    const url = await link({ path: PATH })
    expect(await statusOf(url, { headers: { cookie } })).toBe(200)
    const other = changed(url, ({ searchParams }) => searchParams.set('to', '2026-11-21'))
    expect(await statusOf(other, { headers: { cookie } })).toBe(403)
  })

  it('does not open with the secret of another installation', async () => {
    const url = await link({ path: PATH })
    const app = createApp({ ...t.deps, config: { ...t.deps.config, secretKey: 'x'.repeat(40) } })
    expect((await app.request(url)).status).toBe(403)
  })
})

describe('making one', () => {
  it.each([
    '/dashboard',
    '/api/jobs',
    '/api/metricsx',
    '/metrics',
    '/api/signed-urls',
    '//evil.example/exports/metrics.csv',
    'https://evil.example/exports/metrics.csv',
    '/exports/../api/jobs',
    '/exports/%2e%2e/api/jobs',
    '/exports/metrics.csv?x=%FF',
    'exports/metrics.csv',
    '',
  ])('is refused for “%s”', async (path) => {
    const response = await make({ path })
    expect(response.status).toBe(422)
    expect((await response.json()).detail).toContain('path')
  })

  it.each([
    [{}, 'path'],
    [{ path: PATH, expires_in: 59 }, 'expires_in'],
    [{ path: PATH, expires_in: 366 * 86_400 + 1 }, 'expires_in'],
    [{ path: PATH, expires_in: 'week' }, 'expires_in'],
    [{ path: PATH, scopes: ['act'] }, 'scopes'],
    [[], 'body'],
  ])('wants %j to be right', async (body, field) => {
    const response = await make(body)
    expect(response.status).toBe(422)
    expect((await response.json()).detail).toContain(field)
  })

  it('drops what only a signature may say', async () => {
    const url = await link({ path: `${PATH}&expires=9999999999&by-whom=admin:x&signature=A` })
    const { searchParams } = new URL(url)
    for (const name of ['expires', 'by-whom', 'signature']) expect(searchParams.getAll(name)).toHaveLength(1)
    expect(await statusOf(url)).toBe(200)
  })

  it('is for who may read', async () => {
    expect((await make({ path: PATH }, bearer(await t.key(['ingest'])))).status).toBe(403)
    expect((await make({ path: PATH }, {})).status).toBe(401)
    const several = await t.key(['read'], ['t1', 't2'])
    expect((await make({ path: PATH }, bearer(several))).status).toBe(400)
    expect((await make({ path: `${PATH}&tenant=t2` }, bearer(several))).status).toBe(201)
  })
})
