import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionsMenu } from '../src/actions/menu.ts'
import type { AdminWho, Role } from '../src/env.ts'
import { ActionsMenu } from '../views/parts/actions-menu.tsx'
import { form, type Product, product } from './actions-kit.ts'
import { testApp } from './helpers/app.ts'

let p: Product
beforeAll(async () => {
  p = await product()
})
afterAll(() => p?.close())

const who = (role: Role): AdminWho => ({
  kind: 'admin',
  id: 'a',
  email: 'a@x.example',
  name: null,
  role,
  preferences: {},
  tenants: null,
  sessionId: 's',
})

describe('who may act', () => {
  it('is decided on the server: viewers, strangers and keys that only read may not', async () => {
    const path = '/dashboard/users/u1/actions/suspend'
    const statuses: Record<string, number> = {}
    for (const role of ['viewer', 'operator'] as const) {
      const cookie = await p.t.admin(role)
      statuses[role] = (await p.t.request(path, form({ do: 'see' }, cookie))).status
    }
    const send = async (headers: Record<string, string>) =>
      (await p.t.request('/api/users/u1/actions/suspend', { method: 'POST', headers, body: '{"dry_run":true}' })).status
    statuses.stranger = await send({})
    statuses.reads = await send({ authorization: `Bearer ${await p.t.key(['read'])}` })
    statuses.acts = await send({ authorization: `Bearer ${await p.t.key(['act'])}` })
    expect(statuses).toEqual({ viewer: 403, operator: 200, stranger: 401, reads: 403, acts: 200 })
    expect(p.store.users.get('u1')?.status).toBe('active')
  })

  it('knows only users and runs of their tenants', async () => {
    const bound = await p.t.key(['act', 'read'], ['mirai'])
    const headers = { authorization: `Bearer ${bound}` }
    const send = (path: string, body: object) =>
      p.t.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
    expect((await send('/api/users/u1/actions/suspend', { reason: 'x' })).status).toBe(404)
    expect((await p.t.request('/api/users/u1/actions', { headers })).status).toBe(404)
    expect((await send('/api/users/u2/actions/suspend', { reason: 'x' })).status).toBe(200)
    const other = await p.t.key(['act', 'read'])
    const made = await p.t.request('/api/users/u1/actions/suspend', {
      method: 'POST',
      headers: { authorization: `Bearer ${other}` },
      body: '{"reason":"x"}',
    })
    expect(made.status).toBe(200)
    expect((await p.t.request(made.headers.get('location')!, { headers })).status).toBe(404)
    expect((await send('/api/users', { email: 'x@acme.example', tenant: 'acme' })).status).toBe(403)
    expect((await send('/api/users', { email: 'x@acme.example' })).status).toBe(403)
    expect((await send('/api/users', { email: 'x@mirai.example', tenant: 'mirai' })).status).toBe(200)
  })
})

describe('the menu', () => {
  const offOf = (config: object, role: Role) => {
    const { items, off } = actionsMenu({ config: { ...p.t.deps.config, ...config } }, who(role), 'u 1')
    return { off, items: Object.fromEntries(items.map((item) => [item.name, item.off ?? item.href])) }
  }

  it('leads to each action, and says of the others why not', () => {
    expect(offOf({}, 'operator').items).toMatchObject({
      suspend: '/dashboard/users/u%201/actions/suspend',
      impersonate: '/dashboard/users/u%201/actions/impersonate',
      delete: 'This needs the role owner; yours is operator.',
    })
    expect(offOf({ privacy: 'strict' }, 'operator').items.impersonate).toContain('privacy mode strict')
    expect(offOf({}, 'viewer').items.suspend).toBe('This needs the role operator; yours is viewer.')
    expect(offOf({ readOnly: true }, 'owner').off).toBe('Quarterdeck runs with READ_ONLY=1.')
    expect(offOf({ mainAppUrl: '' }, 'owner').off).toContain('MAIN_APP_URL')
    expect(offOf({ mainAppSecret: '' }, 'owner').off).toContain('MAIN_APP_SECRET')
    expect(Object.keys(offOf({}, 'owner').items)).not.toContain('create')
  })

  it('keeps what is off in its place, disabled, with the reason said once where all have it', () => {
    const html = String(
      ActionsMenu(actionsMenu({ config: { ...p.t.deps.config, mainAppUrl: '' } }, who('owner'), 'u1')),
    )
    expect(html.match(/disabled/g)).toHaveLength(12)
    expect(html.match(/No main app is configured[^<]*<\/p>/g)).toHaveLength(1)
    expect(html).not.toContain('href=')
  })
})

describe('READ_ONLY, strict privacy and no main app', () => {
  it('leave the page that asks with the reason, and nobody is asked', async () => {
    const cases = [
      { config: { readOnly: true, mainAppUrl: 'http://127.0.0.1:1' }, page: 'READ_ONLY=1', post: 403, api: 403 },
      { config: {}, page: 'No main app is configured', post: 422, api: 503 },
    ]
    for (const { config, page, post, api } of cases) {
      const t = await testApp({ config, fetch: () => Promise.reject(new Error('asked')) })
      await t.deps.writer.write([{ kind: 'users', index: 0, row: { id: 'u1' } }], {
        source: 'typed',
        receivedAt: new Date(),
      })
      const cookie = await t.admin('owner')
      const path = '/dashboard/users/u1/actions/suspend'
      const answer = await t.request(path, { headers: { cookie, accept: 'text/html' } })
      const html = await answer.text()
      expect([answer.status, html]).toEqual([200, expect.stringContaining(page)])
      expect(html).toMatch(/value="act" disabled/)
      expect((await t.request(path, form({ do: 'act', reason: 'x' }, cookie))).status).toBe(post)
      const headers = { authorization: `Bearer ${await t.key(['act'])}` }
      const acted = await t.request('/api/users/u1/actions/suspend', {
        method: 'POST',
        headers,
        body: '{"reason":"x"}',
      })
      expect(acted.status).toBe(api)
      expect(await t.sql`select 1 from action_runs`).toHaveLength(0)
      await t.close()
    }
  })
})
