import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractOf } from '../src/actions/contract-doc.ts'
import { askHref, askWithHref, PRODUCT_PATH } from '../src/actions/paths.ts'
import { actionsOn } from '../src/actions/registry.ts'
import { runsAbout } from '../src/actions/runs.ts'
import { settleOpen } from '../src/actions/settle-open.ts'
import { productSubject } from '../src/actions/subject.ts'
import { describe as words } from '../src/activity/describe.ts'
import { activityPage } from '../src/activity/feed.ts'
import { authOf } from '../src/auth/auth.ts'
import {
  done,
  type FaultyApp,
  faultyApp,
  form,
  hiddenOf,
  nobody,
  type Product,
  product,
  type Reply,
  SECRET,
} from './actions-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let p: Product
let owner: string
let operator: string
let key: string
const clock = { now: new Date('2026-11-20T12:00:00Z') }

beforeAll(async () => {
  p = await product({ now: () => clock.now })
  owner = await p.t.admin('owner')
  operator = await p.t.admin('operator')
  key = await p.t.key(['act', 'read'])
})
afterAll(() => p?.close())

const open = async (path: string, cookie = owner, t: TestApp = p.t) => {
  const response = await t.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: response.status, html: await response.text() }
}

/** Opens the page that asks, and presses its button with what is given. */
async function press(path: string, fields: Record<string, string> = {}, cookie = owner, t: TestApp = p.t) {
  const { html } = await open(path, cookie, t)
  return t.request(path, form({ ...hiddenOf(html), do: 'act', ...fields }, cookie))
}

const api = (path: string, init: { method?: string; body?: object; as?: string; idempotency?: string } = {}, t = p.t) =>
  t.request(path, {
    method: init.method ?? 'GET',
    headers: {
      authorization: `Bearer ${init.as ?? key}`,
      ...(init.body && { 'content-type': 'application/json' }),
      ...(init.idempotency && { 'idempotency-key': init.idempotency }),
    },
    ...(init.body && { body: JSON.stringify(init.body) }),
  })

const flag = (name: string) => p.store.config.flags.find((one) => one.name === name)
const FLAG = { 'f.flag': 'dark_sites', 'f.state': 'on' }

describe('what is set for the whole product', () => {
  it('is shown as the product tells it, to operators and owners', async () => {
    const { status, html } = await open(PRODUCT_PATH, operator)
    expect(status).toBe(200)
    expect(html).toContain('New editor')
    expect(html).toContain('for 25%')
    expect(html).toContain('for 1 tenant')
    expect(html).toContain('240 a minute')
    expect(html).toContain('80 an hour')
    expect(html).toContain('This needs the role owner; yours is operator.')
    expect(html).not.toContain('href="/dashboard/settings/product/actions')
    expect(html).not.toMatch(/\b(NaN|undefined)\b|\[object |style="/)
    const forOwner = (await open(PRODUCT_PATH)).html
    expect(forOwner).toContain(
      `href="${askWithHref('set-flag', { flag: 'dark_sites', state: 'on' }).replaceAll('&', '&amp;')}"`,
    )
    expect(forOwner).toContain(`href="${askHref('', 'maintenance-on')}"`)
  })

  it('is asked for with a signature, and tells programs the same', async () => {
    const answer = await api('/api/product')
    expect(answer.status).toBe(200)
    const { product: told, reason } = await answer.json()
    expect(reason).toBeNull()
    expect(told.flags[0]).toEqual({
      name: 'new_editor',
      label: 'New editor',
      description: 'Blocks that can be dragged, in place of the form.',
      state: 'percentage',
      percentage: 25,
    })
    expect(told.maintenance).toEqual({ on: false })
    expect(told.rate_limits).toContainEqual({
      plan: 'pro',
      name: 'requests',
      label: 'API requests',
      limit: 240,
      per_seconds: 60,
    })
  })

  it('is for who acts on all tenants', async () => {
    const statuses: Record<string, number> = {}
    for (const role of ['viewer', 'operator', 'owner'] as const)
      statuses[role] = (await open(PRODUCT_PATH, await p.t.admin(role))).status
    statuses.bound = (await api('/api/product', { as: await p.t.key(['read'], ['acme']) })).status
    statuses.acts = (await api('/api/product', { as: await p.t.key(['act']) })).status
    statuses.reads = (await api('/api/product', { as: await p.t.key(['read']) })).status
    expect(statuses).toEqual({ viewer: 403, operator: 200, owner: 200, bound: 403, acts: 403, reads: 200 })
  })
})

describe('an action on the product', () => {
  it('has a page, whatever it is, that asks for what it needs', async () => {
    for (const { name, question } of actionsOn('product')) {
      const { status, html } = await open(askHref('', name))
      expect(status, name).toBe(200)
      expect(html, name).toContain(`<h1>${question('')}</h1>`)
      expect(html, name).not.toMatch(/\b(NaN|undefined)\b|\[object |style="/)
      expect((await open(`/dashboard/users/u1/actions/${name}`)).status, name).toBe(404)
      expect((await open(askHref('', name), operator)).status, name).toBe(403)
    }
    expect((await open(`${PRODUCT_PATH}/actions/suspend`)).status).toBe(404)
  })

  it('offers the flags, plans and limits that there are', async () => {
    const flags = (await open(askHref('', 'set-flag'))).html
    expect(flags).toContain('<option value="new_editor">New editor (now for 25%)</option>')
    expect(flags).not.toContain('name="f.percentage"')
    const limits = (await open(askHref('', 'set-rate-limit'))).html
    expect(limits).toContain('<option value="pro">pro</option>')
    expect(limits).toContain('<option value="ai_calls">AI calls, an hour</option>')
  })

  it('asks for a share or for tenants only where they are meant', async () => {
    const path = askHref('', 'set-flag')
    const see = async (fields: Record<string, string>) =>
      (await p.t.request(path, form({ do: 'see', 'f.flag': 'dark_sites', ...fields }, owner))).text()
    const share = await see({ 'f.state': 'percentage' })
    expect(share).toMatch(/id="error-ask-percentage"[\s\S]*This is needed\./)
    expect(share).not.toContain('name="f.tenants"')
    expect(await see({ 'f.state': 'tenants', 'f.tenants': ' acme ,mirai,acme' })).toContain('on for acme, mirai')
    // What is left of another choice is not sent.
    expect(await see({ 'f.state': 'on', 'f.percentage': '30' })).toMatch(
      /<td>Dark sites<\/td><td[^>]*>off<\/td><td[^>]*>on</,
    )
    const both = await api('/api/product/actions/set-flag', {
      method: 'POST',
      body: { fields: { flag: 'dark_sites', state: 'on', percentage: 5 }, dry_run: true },
    })
    expect([both.status, (await both.json()).detail]).toEqual([422, 'percentage: Only where state is “percentage”.'])
    const many = { flag: 'dark_sites', state: 'percentage', percentage: 101 }
    expect((await api('/api/product/actions/set-flag', { method: 'POST', body: { fields: many } })).status).toBe(422)
    expect(flag('dark_sites')?.state).toBe('off')
  })

  it('sets a flag, shows it at once, and takes it back', async () => {
    await open(PRODUCT_PATH)
    const shown = await open(askWithHref('set-flag', { flag: 'dark_sites', state: 'on' }))
    expect(shown.html).toMatch(/<td>Dark sites<\/td><td[^>]*>off<\/td><td[^>]*>on<\/td>/)
    expect(flag('dark_sites')?.state).toBe('off')
    const answer = await press(askWithHref('set-flag', { flag: 'dark_sites', state: 'on' }), FLAG)
    expect(answer.status).toBe(303)
    expect(flag('dark_sites')).toMatchObject({ state: 'on', changed: { by: 'owner1@admin.example' } })
    const run = (await open(answer.headers.get('location')!)).html
    expect(run).toContain('Dark sites is on now.')
    expect((await open(PRODUCT_PATH)).html).toContain('by owner1@admin.example')

    const undo = /href="(\/dashboard\/settings\/product\/actions\/set-flag\?undo=[^"]+)"/.exec(run)?.[1]
    expect(undo).toBeDefined()
    clock.now = new Date(clock.now.getTime() + 60_000)
    expect((await press(undo!, { ...FLAG, 'f.state': 'off' })).status).toBe(303)
    expect(flag('dark_sites')?.state).toBe('off')
    expect((await open(answer.headers.get('location')!)).html).not.toContain('?undo=')
  })

  it('is in the audit log, the feed and the list of changes', async () => {
    const log = await p.t.sql`select action, target, detail from audit_log where target = 'product' order by id`
    expect(log.map(({ action }) => action)).toEqual([
      'action.request',
      'product.set_flag',
      'action.request',
      'product.set_flag',
    ])
    expect(log[0]?.detail).toMatchObject({ action: 'set-flag', fields: { flag: 'dark_sites', state: 'on' } })
    const { rows } = await activityPage(p.t.deps, { scope: '*', kinds: ['admin'], limit: 10 })
    const [first] = rows.map((row) => words(row, { today: '2026-11-20', timeZone: 'UTC' }))
    expect(first).toMatchObject({ title: 'Feature flag set', detail: 'by owner1@admin.example' })
    expect((await activityPage(p.t.deps, { scope: 'acme', kinds: ['admin'], limit: 10 })).rows).toEqual([])
    const listed = await (await api('/api/product/actions')).json()
    expect(listed.actions.map(({ action, user_id }: Record<string, unknown>) => [action, user_id])).toEqual([
      ['set-flag', null],
      ['set-flag', null],
    ])
  })

  it('marks a flag on the charts by itself', async () => {
    const answer = await api('/api/annotations?from=2026-11-20&to=2026-11-20&kinds=flag')
    const { annotations } = await answer.json()
    expect(annotations.map(({ kind, text }: Record<string, string>) => [kind, text])).toEqual([
      ['flag', 'flag “dark_sites” on'],
      ['flag', 'flag “dark_sites” off'],
    ])
  })

  it('that shuts everybody out wants a reason and a fresh proof', async () => {
    const path = askHref('', 'maintenance-on')
    const without = await press(path, { 'f.message': 'Back at nine' })
    expect(without.status).toBe(422)
    const seen = await p.t.request(path, form({ do: 'see', 'f.message': 'Back at nine' }, owner))
    const hidden = hiddenOf(await seen.text())
    const fields = { ...hidden, do: 'act', 'f.message': 'Back at nine' }
    const noReason = await p.t.request(path, form(fields, owner))
    expect([noReason.status, await noReason.text()]).toEqual([422, expect.stringContaining('Say why')])
    const proved = async (ago: string) => {
      await p.t.sql`update admin_sessions set proved_at = now() - ${ago}::interval`
      authOf(p.t.deps).sessions.forgetAll()
    }
    await proved('16 minutes')
    const old = await p.t.request(path, form({ ...fields, reason: 'database move' }, owner))
    expect([old.status, await old.text()]).toEqual([403, expect.stringContaining('Is it still you?')])
    expect(p.store.config.maintenance.on).toBe(false)
    await proved('1 minute')
    expect((await p.t.request(path, form({ ...fields, reason: 'database move' }, owner))).status).toBe(303)
    expect(p.store.config.maintenance).toMatchObject({ on: true, message: 'Back at nine' })
    const { html } = await open(PRODUCT_PATH)
    expect(html).toContain('Nobody can use the product now.')
    expect(html).toContain('Back at nine')
    expect(await (await fetch(p.t.deps.config.mainAppUrl)).text()).toContain('Maintenance: Back at nine')

    clock.now = new Date(clock.now.getTime() + 60_000)
    expect((await press(askHref('', 'maintenance-off'))).status).toBe(303)
    expect(p.store.config.maintenance.on).toBe(false)
    const log = await p.t.sql`select action from audit_log where target = 'product' and action like 'product.m%'`
    expect(log.map(({ action }) => action)).toEqual(['product.maintenance_on', 'product.maintenance_off'])
  })

  it('changes a rate limit, by API as well, and once under a key', async () => {
    const fields = { plan: 'pro', limit: 'requests', value: 500 }
    const would = await api('/api/product/actions/set-rate-limit', { method: 'POST', body: { fields, dry_run: true } })
    expect(await would.json()).toMatchObject({
      state: 'dry_run',
      changes: [{ label: 'API requests, pro', now: 240, after: 500 }],
    })
    const limit = () => p.store.config.rateLimits.find(({ plan, name }) => plan === 'pro' && name === 'requests')?.limit
    expect(limit()).toBe(240)
    const send = () =>
      api('/api/product/actions/set-rate-limit', { method: 'POST', body: { fields }, idempotency: 'k1' })
    const [first, second] = [await (await send()).json(), await (await send()).json()]
    expect(first).toMatchObject({ state: 'done', undo: { action: 'set-rate-limit', fields: { value: 240 } } })
    expect(second.id).toBe(first.id)
    expect(limit()).toBe(500)
    const again = await api('/api/product/actions/set-rate-limit', { method: 'POST', body: { fields } })
    expect([again.status, (await again.json()).detail]).toEqual([409, 'That is the limit already.'])
    const no = { fields: { flag: 'nothing', state: 'on' } }
    expect((await api('/api/product/actions/set-flag', { method: 'POST', body: no })).status).toBe(409)
  })

  it('is of owners, and of keys that act on all tenants', async () => {
    const body = { fields: { flag: 'dark_sites', state: 'on' } }
    const path = '/api/product/actions/set-flag'
    const statuses: Record<string, number> = {}
    const before = await runsAbout(p.t.deps, productSubject, 100)
    statuses.reads = (await api(path, { method: 'POST', body, as: await p.t.key(['read']) })).status
    statuses.bound = (await api(path, { method: 'POST', body, as: await p.t.key(['act'], ['acme']) })).status
    statuses.operator = (await p.t.request(askHref('', 'set-flag'), form({ ...FLAG, do: 'act' }, operator))).status
    const user = await api('/api/users/u1/actions/set-flag', { method: 'POST', body })
    const other = await api('/api/product/actions/suspend', { method: 'POST', body: { reason: 'x' } })
    expect({ ...statuses, user: user.status, other: other.status }).toEqual({
      reads: 403,
      bound: 403,
      operator: 403,
      user: 422,
      other: 422,
    })
    expect(await runsAbout(p.t.deps, productSubject, 100)).toHaveLength(before.length)
    expect(flag('dark_sites')?.state).toBe('off')
  })
})

describe('a main app that', () => {
  const withApp = async (config: object, work: (t: TestApp, cookie: string) => Promise<void>) => {
    const t = await testApp({
      now: () => clock.now,
      config: { mainAppSecret: SECRET, mainAppTimeoutMs: 400, ...config },
    })
    try {
      await work(t, await t.admin('owner'))
    } finally {
      await t.close()
    }
  }
  const faulty = async (replies: Reply[], work: (t: TestApp, cookie: string, app: FaultyApp) => Promise<void>) => {
    const app = await faultyApp(...replies)
    try {
      await withApp({ mainAppUrl: app.url }, (t, cookie) => work(t, cookie, app))
    } finally {
      await app.close()
    }
  }

  it('is not there is said on the card, and its neighbours are whole', async () => {
    await withApp({ mainAppUrl: await nobody() }, async (t, cookie) => {
      const { status, html } = await open(PRODUCT_PATH, cookie, t)
      expect(status).toBe(200)
      expect(html).toContain('The main app does not answer')
      expect(html).toContain('Nobody has changed the product from here.')
      const told = await (await api('/api/product', { as: await t.key(['read']) }, t)).json()
      expect(told).toEqual({ product: null, reason: expect.stringContaining('The main app does not answer') })
      const asked = await open(askWithHref('set-flag', { flag: 'x', state: 'on' }), cookie, t)
      expect(asked.html).toContain('It was only a dry run: nothing has changed.')
      expect(asked.html).toMatch(/value="act" disabled/)
    })
  })

  it('is silent does not hold the page', async () => {
    await faulty(['silence'], async (t, cookie) => {
      const { status, html } = await open(PRODUCT_PATH, cookie, t)
      expect(status).toBe(200)
      expect(html).toMatch(/The main app does not answer|Slow: it shows at the next refresh/)
    })
  })

  it.each<[string, Reply, string]>([
    ['tells garbage', { status: 200, body: '<p>hello' }, 'not of the contract'],
    ['tells other things', { status: 200, body: '{"flags":[{"name":"x","state":"maybe"}]}' }, 'flags.0.state'],
    ['fails', { status: 500, body: '{"detail":"out of order"}' }, 'answers 500 (“out of order”)'],
    ['does not know the address', { status: 404 }, 'This product does not tell what is set'],
    ['does not believe us', { status: 401 }, 'does not accept our signature'],
  ])('%s is told as it is', async (_, reply, text) => {
    await faulty([reply], async (t, cookie) => {
      const { status, html } = await open(PRODUCT_PATH, cookie, t)
      expect(status).toBe(200)
      expect(html).toContain(text)
    })
  })

  it('has only a part of it shows that part', async () => {
    const body = JSON.stringify({ flags: [{ name: 'x<b>', state: 'on' }] })
    await faulty([{ status: 200, body }], async (t, cookie) => {
      const { html } = await open(PRODUCT_PATH, cookie, t)
      expect(html).toContain('x&lt;b&gt;')
      expect(html).toContain('No maintenance mode')
      expect(html).toContain('No rate limits')
    })
  })

  it('does not say what it did leaves it unknown until it is settled, and acts once', async () => {
    await faulty(['silence'], async (t, _, app) => {
      const as = await t.key(['act', 'read'])
      const body = { fields: { flag: 'x', state: 'on' } }
      const answer = await api('/api/product/actions/set-flag', { method: 'POST', body, as }, t)
      const run = await answer.json()
      expect([answer.status, run.state]).toEqual([202, 'unknown'])
      expect(await t.sql`select from audit_log where action = 'product.set_flag'`).toHaveLength(0)
      app.replies.splice(0, 1, { status: 200, body: '{"status":"ok"}' }, done('x is on now.'))
      clock.now = new Date(clock.now.getTime() + 5 * 60_000)
      expect(await settleOpen(t.deps)).toEqual({ open: 1, settled: 1 })
      expect(await (await api(`/api/actions/${run.id}`, { as }, t)).json()).toMatchObject({
        state: 'done',
        user_id: null,
      })
      const posts = app.got.filter(({ method }) => method === 'POST')
      expect(new Set(posts.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set([run.id]))
      expect(new Set(posts.map(({ path }) => path))).toEqual(new Set(['/quarterdeck/v1/product/actions/set-flag']))
      expect(await t.sql`select from audit_log where action = 'product.set_flag'`).toHaveLength(1)
    })
  })

  it('is not configured, or must not be asked to act: the page says so', async () => {
    await withApp({ mainAppUrl: '' }, async (t, cookie) => {
      const { status, html } = await open(PRODUCT_PATH, cookie, t)
      expect([status, html]).toEqual([200, expect.stringContaining('No main app is configured')])
      const told = await (await api('/api/product', { as: await t.key(['read']) }, t)).json()
      expect(told).toEqual({ product: null, reason: expect.stringContaining('No main app is configured') })
    })
    await withApp({ mainAppUrl: p.t.deps.config.mainAppUrl, readOnly: true }, async (t, cookie) => {
      const { html } = await open(PRODUCT_PATH, cookie, t)
      expect(html).toContain('New editor')
      expect(html).toContain('Quarterdeck runs with READ_ONLY=1.')
      const { status } = await t.request(askHref('', 'set-flag'), form({ ...FLAG, do: 'act' }, cookie))
      expect(status).toBe(403)
      const as = await t.key(['act'])
      const sent = await api('/api/product/actions/set-flag', { method: 'POST', body: { fields: {} }, as }, t)
      expect(sent.status).toBe(403)
      expect(await t.sql`select from action_runs`).toHaveLength(0)
    })
    expect(flag('dark_sites')?.state).toBe('off')
  })
})

it('the contract tells of the product and of each action on it', () => {
  const { paths, components } = contractOf()
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      '/quarterdeck/v1/product',
      '/quarterdeck/v1/product/actions/set-flag',
      '/quarterdeck/v1/product/actions/maintenance-on',
      '/quarterdeck/v1/product/actions/maintenance-off',
      '/quarterdeck/v1/product/actions/set-rate-limit',
      '/quarterdeck/v1/users/{user_id}/actions/suspend',
      '/quarterdeck/v1/users/actions/create',
    ]),
  )
  expect(components.schemas.Product).toMatchObject({ properties: { flags: {}, maintenance: {}, rate_limits: {} } })
})
