import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { MAX_PINS, MAX_VIEWS } from '../src/saved-views/store.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

const ORIGIN = 'http://localhost'
const NOW = new Date('2026-11-20T12:00:00Z')
const VIEW = '/dashboard/metrics/ai.cost?range=7d&compare=matched&tenant=acme&by=provider'

let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await t.deps.writer.write(
    ['acme', 'mirai'].map((id, index) => ({ kind: 'tenants', index, row: { id, name: id } }) as never),
    { source: 'typed', receivedAt: NOW },
  )
})
afterAll(() => t.close())

const ask = (cookie: string, path: string, app: { request: TestApp['request'] } = t) =>
  app.request(path, { headers: { cookie, accept: 'text/html' } })
const page = async (cookie: string, path: string) => {
  const response = await ask(cookie, path)
  expect(response.status, path).toBe(200)
  return response.text()
}
const send = (
  cookie: string,
  path: string,
  fields: Record<string, string> = {},
  app: { request: TestApp['request'] } = t,
) =>
  app.request(path, {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const keep = (cookie: string, name: string, more: Record<string, string> = {}) =>
  send(cookie, '/dashboard/views', { name, address: VIEW, ...more })
const idOf = async (name: string): Promise<number> => {
  const [row] = await t.sql<{ id: number }[]>`select id::float8 as id from saved_views where name = ${name}`
  return row!.id
}
const rename = async (cookie: string, name: string, to: string) =>
  send(cookie, `/dashboard/views/${await idOf(name)}/rename`, { name: to })
const act = async (cookie: string, name: string, verb: string) =>
  send(cookie, `/dashboard/views/${await idOf(name)}/${verb}`)
const tenantAdmin = async (email: string, tenants: string[]) => {
  await createAdmin(t.sql, { email, role: 'viewer', password: TEST_PASSWORD, tenants })
  const login = await send('', '/login', { email, password: TEST_PASSWORD })
  return login.headers.get('set-cookie')!.split(';')[0]!
}
const menuOf = (html: string) => /<details[^>]*id="menu-views"[\s\S]*?<\/details>/.exec(html)?.[0] ?? ''

describe('a saved view', () => {
  it('is the page with its filters, under a name, for the admin who kept it', async () => {
    const viewer = await t.admin('viewer')
    const answer = await keep(viewer, '  AI  cost <b>of Acme</b> ')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, VIEW])
    const menu = menuOf(await page(viewer, '/dashboard'))
    expect(menu).toContain('AI cost &lt;b&gt;of Acme&lt;/b&gt;')
    expect(menu).toContain(`href="${VIEW.replaceAll('&', '&amp;')}"`)
    expect(menuOf(await page(viewer, VIEW))).toMatch(/aria-current="true"[^>]*>.*?AI cost/)
    expect(menuOf(await page(await t.admin('owner'), '/dashboard'))).not.toContain('AI cost')
    const [{ actor, detail } = {}] = await t.sql`select actor, detail from audit_log where action = 'view.create'`
    expect([actor, detail]).toEqual([
      expect.stringMatching(/^admin:/),
      { name: 'AI cost <b>of Acme</b>', shared: false },
    ])
  })

  it('stays relative: the last 7 days are those of the day on which it is opened', async () => {
    const viewer = await t.admin('viewer')
    await keep(viewer, 'A week')
    const [row] = await t.sql<
      { path: string; query: string }[]
    >`select path, query from saved_views where name = 'A week'`
    expect(row).toEqual({
      path: '/dashboard/metrics/ai.cost',
      query: '?range=7d&compare=matched&tenant=acme&by=provider',
    })
    const later = createApp({ ...t.deps, now: () => new Date('2026-12-20T12:00:00Z') })
    expect(await (await ask(viewer, row!.path + row!.query, later as never)).text()).toContain('14 Dec – 20 Dec')
  })

  it('leaves out where a reader stood and what a form said', async () => {
    const viewer = await t.admin('viewer')
    await keep(viewer, 'Feed', { address: '/dashboard/activity?kinds=deploy&before=2026-11-20T00%3A00%3A00Z~x&done=1' })
    expect(await t.sql`select query from saved_views where name = 'Feed'`).toEqual([{ query: '?kinds=deploy' }])
  })

  it.each([
    'https://evil.example/dashboard',
    '//evil.example',
    'javascript:alert(1)',
    '/login',
    '/dashboard/views',
    '/api/jobs',
    '',
  ])('cannot lead to %j', async (address) => {
    const answer = await keep(await t.admin('owner'), 'Elsewhere', { address })
    expect(answer.status).toBe(422)
    expect(await t.sql`select from saved_views where name = 'Elsewhere'`).toHaveLength(0)
  })

  it('is found again after signing in anew, renamed, pinned to the rail, and deleted', async () => {
    await createAdmin(t.sql, { email: 'again@x.example', role: 'viewer', password: TEST_PASSWORD })
    const signIn = async () => {
      const login = await send('', '/login', { email: 'again@x.example', password: TEST_PASSWORD })
      return login.headers.get('set-cookie')!.split(';')[0]!
    }
    const first = await signIn()
    await keep(first, 'First name')
    await send(first, '/logout')
    const second = await signIn()
    expect(menuOf(await page(second, '/dashboard'))).toContain('First name')
    expect((await rename(second, 'First name', 'Second name')).status).toBe(303)
    const palette = (await (await ask(second, '/dashboard/palette.json')).json()) as { items: object[] }
    expect(palette.items).toContainEqual({ group: 'Views', title: 'Second name', href: VIEW, note: 'yours' })
    expect(await page(second, '/dashboard')).not.toContain('Pinned')
    expect((await act(second, 'Second name', 'pin')).status).toBe(303)
    const rail = /<nav class="q-nav"[\s\S]*?<\/nav>/.exec(await page(second, '/dashboard'))![0]
    expect(rail).toContain('Pinned')
    expect(rail).toContain('Second name')
    await act(second, 'Second name', 'unpin')
    expect(await page(second, '/dashboard')).not.toContain('Pinned')
    const id = await idOf('Second name')
    expect((await act(second, 'Second name', 'delete')).status).toBe(303)
    expect(menuOf(await page(second, '/dashboard'))).not.toContain('Second name')
    expect((await send(second, `/dashboard/views/${id}/delete`)).status).toBe(404)
  })
})

describe('a name', () => {
  it('that is taken is refused in words, and what was entered is still there', async () => {
    const viewer = await t.admin('viewer')
    await keep(viewer, 'Twice')
    const answer = await keep(viewer, 'tWICE')
    const html = await answer.text()
    expect(answer.status).toBe(409)
    expect(/role="alert"[\s\S]*?<\/p>/.exec(html)?.[0]).toContain('a view of this name already')
    expect(html).toContain('value="tWICE"')
    expect(html).toContain(`name="address" value="${VIEW.replaceAll('&', '&amp;')}"`)
    await keep(viewer, 'Other')
    expect((await rename(viewer, 'Other', 'Twice')).status).toBe(409)
    expect((await keep(await t.admin('viewer'), 'Twice')).status).toBe(303)
  })

  it.each(['', '   ', 'x'.repeat(61), 'a\u0000b'])('like %j is refused', async (name) => {
    expect((await keep(await t.admin('viewer'), name)).status).toBe(422)
  })

  it('is one of fifty at most, also for those who ask at once', async () => {
    const viewer = await t.admin('viewer')
    for (let n = 0; n < MAX_VIEWS - 1; n++) await keep(viewer, `View ${n}`)
    const states = (await Promise.all([1, 2, 3].map((n) => keep(viewer, `Last ${n}`)))).map(({ status }) => status)
    expect(states.sort()).toEqual([303, 422, 422])
    for (let n = 0; n < MAX_PINS; n++)
      expect((await send(viewer, `/dashboard/views/${await pinned(n)}/pin`)).status).toBe(303)
    expect((await send(viewer, `/dashboard/views/${await pinned(MAX_PINS)}/pin`)).status).toBe(422)
  })
  const pinned = async (n: number) => idOf(`View ${n}`)
})

describe('sharing', () => {
  it('is for operators and up; the others read, and only its admin or an owner changes it', async () => {
    const [viewer, operator, other, owner] = (await Promise.all(
      (['viewer', 'operator', 'operator', 'owner'] as const).map((role) => t.admin(role)),
    )) as [string, string, string, string]
    expect((await keep(viewer, 'Mine for all', { shared: 'on' })).status).toBe(403)
    await keep(viewer, 'Mine')
    expect((await act(viewer, 'Mine', 'share')).status).toBe(403)
    expect(menuOf(await page(viewer, '/dashboard'))).not.toContain('For all admins')
    expect((await keep(operator, 'Ours', { shared: 'on' })).status).toBe(303)
    expect(menuOf(await page(viewer, '/dashboard'))).toContain('Ours')
    expect((await act(viewer, 'Ours', 'pin')).status).toBe(303)
    for (const cookie of [viewer, other])
      for (const verb of ['delete', 'unshare']) expect((await act(cookie, 'Ours', verb)).status, verb).toBe(403)
    expect((await rename(other, 'Ours', 'Theirs')).status).toBe(403)
    // Of private views of others not even the existence is told.
    for (const verb of ['delete', 'pin', 'share']) expect((await act(owner, 'Mine', verb)).status, verb).toBe(404)
    expect((await keep(other, 'ours', { shared: 'on' })).status).toBe(409)
    expect((await rename(owner, 'Ours', 'Ours, tidied')).status).toBe(303)
    expect((await act(owner, 'Ours, tidied', 'unshare')).status).toBe(303)
    const html = await page(viewer, '/dashboard')
    expect(html).not.toContain('Ours, tidied')
    expect(html).not.toContain('Pinned')
  })

  it('of a tenant reaches those who may see it', async () => {
    const operator = await t.admin('operator')
    await keep(operator, 'Of acme, shared', { shared: 'on' })
    await keep(operator, 'Of the tenant one sees', { shared: 'on', address: '/dashboard?range=90d' })
    const acme = menuOf(await page(await tenantAdmin('acme@x.example', ['acme']), '/dashboard'))
    expect(acme).toContain('Of acme, shared')
    const mirai = menuOf(await page(await tenantAdmin('mirai@x.example', ['mirai']), '/dashboard'))
    expect(mirai).not.toContain('Of acme, shared')
    expect(mirai).toContain('Of the tenant one sees')
  })

  it('stands still with READ_ONLY, while one’s own views go on', async () => {
    const operator = await t.admin('operator')
    await keep(operator, 'Shared before', { shared: 'on' })
    const locked = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } }) as never
    const to = async (name: string, verb: string) =>
      (await send(operator, `/dashboard/views/${await idOf(name)}/${verb}`, { name: 'x' }, locked)).status
    expect((await send(operator, '/dashboard/views', { name: 'Own', address: VIEW }, locked)).status).toBe(303)
    expect((await send(operator, '/dashboard/views', { name: 'S', address: VIEW, shared: 'on' }, locked)).status).toBe(
      403,
    )
    expect(await to('Own', 'share')).toBe(403)
    for (const verb of ['rename', 'unshare', 'delete']) expect(await to('Shared before', verb), verb).toBe(403)
    expect(await to('Shared before', 'pin')).toBe(303)
    expect(await to('Own', 'delete')).toBe(303)
    expect(await (await ask(operator, '/dashboard', locked)).text()).not.toContain('For all admins')
  })

  it('is no business of keys', async () => {
    for (const scope of ['read', 'act', 'ingest'] as const) {
      const headers = { authorization: `Bearer ${await t.key([scope])}` }
      expect((await t.request('/dashboard/views', { method: 'POST', headers })).status).toBe(403)
      expect((await t.request('/dashboard/views', { headers })).status).toBe(403)
    }
  })
})

describe('a tenant that nobody knows', () => {
  it('is told on the page, where one whose facts alone are known is not', async () => {
    await t.deps.writer.write(
      [
        {
          kind: 'events',
          index: 0,
          row: { name: 'Saved', user_id: 'u1', tenant_id: 'unnamed', ts: NOW.toISOString() },
        },
      ],
      { source: 'typed', receivedAt: NOW },
    )
    await t.fold()
    const viewer = await t.admin('viewer')
    for (const path of ['/dashboard', '/dashboard/metrics/ai.cost', '/dashboard/activity', '/dashboard/live']) {
      const html = await page(viewer, `${path}?tenant=%3Cb%3Enobody`)
      expect(html, path).toContain('There is no tenant “&lt;b&gt;nobody”')
      expect(await page(viewer, `${path}?tenant=acme`), path).not.toContain('There is no tenant')
      expect(await page(viewer, `${path}?tenant=unnamed`), path).not.toContain('There is no tenant')
    }
  })

  it('is 404 for programs on every address with numbers, and what is not theirs stays 403', async () => {
    const key = { authorization: `Bearer ${await t.key(['read'])}` }
    const bound = { authorization: `Bearer ${await t.key(['read'], ['new-one'])}` }
    for (const path of [
      '/api/metrics/summary?metrics=users.dau',
      '/api/metrics/timeseries?metrics=users.dau',
      '/exports/metrics.csv?metrics=users.dau',
      '/exports/usage_analytics_daily.csv?',
      '/exports/activity.csv?',
      '/api/annotations?',
    ]) {
      const answer = await t.request(`${path}&tenant=nobody`, { headers: key })
      expect([answer.status, (await answer.json()) as unknown], path).toEqual([
        404,
        expect.objectContaining({ title: 'Unknown tenant', detail: expect.stringContaining('“nobody”') }),
      ])
      for (const tenant of ['acme', 'unnamed', '*', ''])
        expect((await t.request(`${path}&tenant=${tenant}`, { headers: key })).status, `${path} ${tenant}`).toBe(200)
      // Theirs may be without facts yet; of others they learn nothing.
      expect((await t.request(`${path}&tenant=new-one`, { headers: bound })).status, path).toBe(200)
      expect((await t.request(`${path}&tenant=nobody`, { headers: bound })).status, path).toBe(403)
      expect((await t.request(`${path}&tenant=nobody`)).status, path).toBe(401)
    }
  })
})
