import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { deliverAll, forget, hookTo, SECRET, tell } from './delivery-kit.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { type Receiver, receiver } from './helpers/receiver.ts'

const ORIGIN = 'http://localhost'
const PATH = '/dashboard/settings/channels'

let t: TestApp
let http: Receiver
let cookies: Record<'viewer' | 'operator' | 'owner', string>
beforeAll(async () => {
  ;[t, http] = await Promise.all([testApp({ config: { allowPrivateWebhooks: true } }), receiver()])
  cookies = { viewer: await t.admin('viewer'), operator: await t.admin('operator'), owner: await t.admin('owner') }
})
afterAll(() => Promise.all([t?.close(), http?.close()]))
beforeEach(async () => {
  await forget(t)
  http.posted.length = 0
  http.answer = (response) => void response.end('ok')
})

const post = (path: string, cookie: string, fields: Record<string, string> = {}) =>
  t.request(path, {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const page = async (path: string, cookie: string) => {
  const response = await t.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: response.status, html: await response.text() }
}
const api = async (method: string, path: string, who: Record<string, string>, body?: unknown) => {
  const headers = { accept: 'application/json', 'content-type': 'application/json', origin: ORIGIN, ...who }
  const response = await t.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const hook = () => ({ kind: 'webhook', name: 'Ops hook', url: `${http.url}/hook`, secret: SECRET, canary: '' })

describe('in the browser', () => {
  it('an owner makes a channel, an operator tests it, and both see what came of it', async () => {
    const made = await post(PATH, cookies.owner, hook())
    expect([made.status, made.headers.get('location')]).toEqual([303, `${PATH}/ops-hook?done=created`])
    http.answer = (response) => void response.writeHead(403).end('<b>who are you</b>')
    const tested = await post(`${PATH}/ops-hook/test`, cookies.operator)
    const shown = await page(tested.headers.get('location') ?? '', cookies.operator)
    expect(shown.html).toContain('The test was not sent: HTTP 403: &lt;b&gt;who are you&lt;/b&gt;')
    expect(shown.html).not.toContain('<b>who')
    http.answer = (response) => void response.end('ok')
    const again = await post(`${PATH}/ops-hook/test`, cookies.operator)
    expect((await page(again.headers.get('location') ?? '', cookies.operator)).html).toContain('The test is sent')
    const { html } = await page(PATH, cookies.viewer)
    expect(html).toContain('refuses what is sent')
    expect(html).toContain('Test of Ops hook')
  })

  it('says how long a secret has to be before one is typed', async () => {
    const { html } = await page(`${PATH}/new?kind=webhook`, cookies.owner)
    expect(html).toMatch(/16 characters or more, such as “openssl rand -hex 32” prints\./)
  })

  it('shows the secret to nobody, and the whole URL to owners only', async () => {
    await post(PATH, cookies.owner, { ...hook(), url: `${http.url}/hook?token=abc` })
    for (const [role, sees] of [
      ['viewer', false],
      ['operator', false],
      ['owner', true],
    ] as const) {
      for (const path of [PATH, `${PATH}/ops-hook`]) {
        const { status, html } = await page(path, cookies[role])
        expect(status, `${path} as ${role}`).toBe(200)
        expect(html).not.toContain(SECRET)
        if (path !== PATH) expect(html.includes('token=abc'), role).toBe(sees)
      }
    }
    const { body } = await api('GET', '/api/channels', { cookie: cookies.owner })
    expect(JSON.stringify(body)).not.toMatch(/token=abc|signing secret/)
    const log = await t.sql`select detail::text as text from audit_log`
    expect(JSON.stringify(log)).not.toMatch(/token=abc|signing secret/)
  })

  it.each([
    ['name', { name: ' ' }, 'name'],
    ['url', { url: 'ftp://x.example' }, 'https://'],
    ['secret', { secret: 'short' }, 'At least 16'],
    ['canary', { canary: '0' }, 'from 1 to 168'],
    ['canary', { canary: 'often' }, 'from 1 to 168'],
  ])('says at the field %s what is wrong, and loses nothing but the secret', async (field, wrong, words) => {
    const answer = await post(PATH, cookies.owner, { ...hook(), name: 'Kept <i>', ...wrong })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(new RegExp(`id="error-channel-${field}"[\\s\\S]*?</p>`).exec(html)?.[0]).toContain(words)
    if (field !== 'name') expect(html).toContain('value="Kept &lt;i&gt;"')
    expect(html).not.toContain(SECRET)
    expect(await t.sql`select from channels`).toHaveLength(0)
  })

  it('two channels have two names; a name that was deleted can be used again, its id not', async () => {
    await post(PATH, cookies.owner, hook())
    const twice = await post(PATH, cookies.owner, { ...hook(), name: 'ops HOOK' })
    expect([twice.status, await twice.text()]).toEqual([409, expect.stringContaining('of this name already')])
    expect((await post(`${PATH}/ops-hook/delete`, cookies.owner)).headers.get('location')).toBe(`${PATH}?done=deleted`)
    expect((await post(PATH, cookies.owner, hook())).headers.get('location')).toBe(`${PATH}/ops-hook-2?done=created`)
    const [gone] = await t.sql`select secret from channels where id = 'ops-hook'`
    expect(gone?.secret).toBeNull()
  })

  it('a channel is switched off and on, which the audit log tells', async () => {
    await post(PATH, cookies.owner, hook())
    await post(`${PATH}/ops-hook/state`, cookies.owner, { on: 'no' })
    expect(await tell(t)).toBe(0)
    await post(`${PATH}/ops-hook/state`, cookies.owner, { on: 'yes' })
    expect(await tell(t)).toBe(1)
    await post(`${PATH}/ops-hook`, cookies.owner, { ...hook(), name: 'Renamed', secret: '', canary: '24' })
    const log = await t.sql<
      { action: string }[]
    >`select action from audit_log where action like 'channel.%' order by id`
    expect(log.map(({ action }) => action)).toEqual(['channel.create', 'channel.off', 'channel.on', 'channel.change'])
    const { html } = await page(`${PATH}/ops-hook`, cookies.owner)
    expect(html).toContain('Renamed')
    expect(html).toContain('every 24 hours')
  })

  it('a delivery shows what was said and each attempt, and is sent again by its button', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t, { text: 'It is <script>$61</script>' })
    http.answer = (response) => void response.writeHead(500).end('oops')
    await deliverAll(t)
    await t.sql`update notifications set state = 'dead'`
    const [{ id } = { id: 0 }] = await t.sql<{ id: number }[]>`select id from notifications`
    const { html } = await page(`${PATH}?delivery=${id}`, cookies.operator)
    expect(html).toContain('It is &lt;script&gt;$61')
    expect(html).toContain('HTTP 500: oops')
    http.answer = (response) => void response.end('ok')
    const again = await post(`/dashboard/settings/notifications/${id}/retry`, cookies.operator)
    expect((await page(again.headers.get('location') ?? '', cookies.operator)).html).toContain('HTTP 200: ok')
    expect((await page(`${PATH}?delivery=999`, cookies.operator)).status).toBe(404)
  })
})

describe('by API', () => {
  it('makes, changes, tests, lists and deletes', async () => {
    const key = { authorization: `Bearer ${await t.key(['read', 'act'])}` }
    const settings = { url: `${http.url}/hook`, secret: SECRET }
    const made = await api('POST', '/api/channels', key, { kind: 'webhook', name: 'Ops', settings, canary_hours: 12 })
    expect(made).toMatchObject({ status: 201, body: { id: 'ops', state: 'on', canary_hours: 12 } })
    const changed = await api('PATCH', '/api/channels/ops', key, { name: 'Operations', canary_hours: null })
    expect(changed).toMatchObject({ status: 200, body: { id: 'ops', name: 'Operations', canary_hours: null } })
    const off = await api('PATCH', '/api/channels/ops', key, { on: false })
    expect(off.body).toMatchObject({ state: 'off', name: 'Operations' })
    expect((await api('PATCH', '/api/channels/ops', key, {})).body).toMatchObject({ state: 'off' })
    await api('PATCH', '/api/channels/ops', key, { on: true })
    const tested = await api('POST', '/api/channels/ops/test', key, {})
    expect(tested).toMatchObject({ status: 201, body: { state: 'sent', tries: [{ outcome: 'sent', status: 200 }] } })
    const { body } = await api('GET', '/api/notifications?channel=ops&state=sent', key)
    expect(body.notifications).toMatchObject([{ id: tested.body.id, channel: 'ops', kind: 'test', next_at: null }])
    expect((await api('GET', '/api/notifications?state=queued', key)).body).toEqual({ notifications: [], next: null })
    expect(await api('DELETE', '/api/channels/ops', key)).toEqual({ status: 200, body: { id: 'ops', deleted: true } })
    expect((await api('GET', '/api/channels', key)).body).toEqual({ channels: [] })
    expect((await api('POST', '/api/channels/ops/test', key, {})).status).toBe(404)
  })

  it.each([
    [{ kind: 'pigeon', name: 'x', settings: {} }, 'kind'],
    [{ kind: 'email', name: 'x', settings: { to: 'nobody' } }, 'to'],
    [{ kind: 'email', name: '', settings: { to: 'a@x.example' } }, 'name'],
    [{ kind: 'email', name: 'x', settings: { to: 'a@x.example' }, canary_hours: 500 }, 'canary_hours'],
  ])('refuses %j and names what is wrong', async (body, word) => {
    const key = { authorization: `Bearer ${await t.key(['act'])}` }
    const answer = await api('POST', '/api/channels', key, body)
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining(word)])
  })

  it('has the outbox as pages and as a file that no spreadsheet runs', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    for (let n = 0; n < 3; n++) await tell(t, { dedupeKey: `alert:${n}`, title: `=cmd|${n}` })
    const key = { authorization: `Bearer ${await t.key(['read'])}` }
    const first = (await api('GET', '/api/notifications?limit=2', key)).body as {
      notifications: object[]
      next: number
    }
    const rest = await api('GET', `/api/notifications?limit=2&before=${first.next}`, key)
    expect(first.notifications).toMatchObject([{ title: '=cmd|2' }, { title: '=cmd|1' }])
    expect(rest.body).toMatchObject({ notifications: [{ title: '=cmd|0' }], next: null })
    const file = await t.request('/exports/notifications.csv', { headers: key })
    const rows: Record<string, string>[] = parse(await file.text(), { columns: true })
    expect(rows.map(({ title, state }) => [title, state])).toEqual([
      ["'=cmd|2", 'queued'],
      ["'=cmd|1", 'queued'],
      ["'=cmd|0", 'queued'],
    ])
  })
})

describe('who may', () => {
  it('owners configure, operators test, viewers read, and READ_ONLY stops all of it', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    const locked = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const acts: [string, Record<string, string>, readonly string[]][] = [
      [`${PATH}/ops/test`, {}, ['operator', 'owner']],
      [`${PATH}/ops/state`, { on: 'yes' }, ['owner']],
      [`${PATH}/ops`, { ...hook(), name: 'Ops' }, ['owner']],
      [PATH, { ...hook(), name: 'Another' }, ['owner']],
      [`${PATH}/another/delete`, {}, ['owner']],
    ]
    for (const [path, fields, roles] of acts) {
      for (const [role, cookie] of Object.entries(cookies)) {
        const { status } = await post(path, cookie, fields)
        expect(status, `${path} as ${role}`).toBe(roles.includes(role) ? 303 : 403)
        const headers = { cookie, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }
        const stopped = await locked.request(`${ORIGIN}${path}`, { method: 'POST', headers })
        expect(stopped.status, `${path} read-only as ${role}`).toBe(403)
      }
    }
    expect((await page(`${PATH}/new`, cookies.operator)).status).toBe(403)
    const locks = await locked.request(`${ORIGIN}${PATH}/ops`, {
      headers: { cookie: cookies.owner, accept: 'text/html' },
    })
    expect(await locks.text()).toMatch(/Send test[\s\S]*READ_ONLY=1/)
  })

  it('who is bound to tenants sees none of it: alerts are of all tenants together', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    const key = { authorization: `Bearer ${await t.key(['read', 'act'], ['acme'])}` }
    for (const [method, path, body] of [
      ['GET', '/api/channels', undefined],
      ['POST', '/api/channels', { kind: 'email', name: 'x', settings: { to: 'a@x.example' } }],
      ['PATCH', '/api/channels/ops', { on: false }],
      ['DELETE', '/api/channels/ops', undefined],
      ['POST', '/api/channels/ops/test', {}],
      ['GET', '/api/notifications', undefined],
      ['GET', '/exports/notifications.csv', undefined],
    ] as const)
      expect((await api(method, path, key, body)).status, `${method} ${path}`).toBe(403)
    await createAdmin(t.sql, { email: 'b@x.example', role: 'owner', password: TEST_PASSWORD, tenants: ['acme'] })
    const login = await post('/login', '', { email: 'b@x.example', password: TEST_PASSWORD })
    const bound = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await page(PATH, bound)).status).toBe(403)
    expect((await page('/dashboard/settings', bound)).html).not.toContain(PATH)
    expect(http.posted).toEqual([])
  })
})
