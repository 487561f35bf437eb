import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { DEVICE, EMAIL, fillLives, fillOwn, ID, NOW } from './erasing-kit.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

const ORIGIN = 'http://localhost'
const DATA = `/api/users/${ID}/data`
let t: TestApp
let owner: string
let operator: string
beforeAll(async () => {
  t = await testApp({ now: NOW, config: { storeContent: true } })
  await fillLives(t)
  await fillOwn(t)
  owner = await t.admin('owner')
  operator = await t.admin('operator')
})
afterAll(() => t.close())

type App = Pick<TestApp['app'], 'request'>
const get = (path: string, headers: Record<string, string>, app: App = t.app) =>
  app.request(`${ORIGIN}${path}`, { headers: { accept: 'application/json', ...headers } })
const post = (cookie: string, fields: Record<string, string>, app: App = t.app) =>
  app.request(`${ORIGIN}/dashboard/users/${ID}/erase`, {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const withConfig = (config: Partial<TestApp['deps']['config']>): App =>
  createApp({ ...t.deps, config: { ...t.deps.config, ...config } })
const bearer = async (...scopes: ('read' | 'act')[]) => ({ authorization: `Bearer ${await t.key(scopes)}` })
const GOOD = { confirm: ID, reason: 'Letter 12' }

describe('what is held of a user', () => {
  it('is handed to owners and keys that act, table by table, and that it was is on record', async () => {
    for (const who of [{ cookie: owner }, await bearer('act')]) {
      const answer = await get(DATA, who)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="quarterdeck-user-${ID}.json"`)
      const { user_id, ids, tables } = (await answer.json()) as {
        user_id: string
        ids: string[]
        tables: Record<string, Record<string, unknown>[]>
      }
      expect([user_id, ids]).toEqual([ID, [ID, DEVICE]])
      expect(tables.users).toEqual([expect.objectContaining({ email: EMAIL, city: 'Kiel' })])
      // Hers, and what the device did before it was hers; what Udo did with it is not.
      expect(tables.events).toHaveLength(3)
      expect(tables.messages).toEqual([expect.objectContaining({ text: 'Dear Eva' })])
      expect(tables.user_notes).toEqual([expect.objectContaining({ text: 'Called Eva' })])
      for (const table of [
        'api_calls',
        'jobs',
        'payments',
        'subscriptions',
        'user_days',
        'emails',
        'action_runs',
        'user_tags',
        'health_scores',
        'user_profiles',
        'audit_log',
      ])
        expect(tables[table]?.length, table).toBeGreaterThan(0)
      expect(JSON.stringify(tables.users)).not.toContain('udo@')
    }
    expect(
      await t.sql`select count(*)::int as n from audit_log where action = 'user.export' and target = ${`user:${ID}`}`,
    ).toEqual([{ n: 2 }])
  })

  it('is not for others, not in privacy mode strict, and nothing is nothing', async () => {
    expect((await get(DATA, { cookie: operator })).status).toBe(403)
    expect((await get(DATA, await bearer('read'))).status).toBe(403)
    expect((await get(DATA, { cookie: owner }, withConfig({ privacy: 'strict' }))).status).toBe(403)
    for (const id of ['nobody', '%00', DEVICE.slice(1)])
      expect((await get(`/api/users/${id}/data`, { cookie: owner })).status, id).toBe(404)
    const bound = { authorization: `Bearer ${await t.key(['act'], ['acme'])}` }
    expect((await get(DATA, bound)).status).toBe(403)
  })

  it('is offered on the page of the user to owners alone', async () => {
    const html = async (cookie: string) => (await get(`/dashboard/users/${ID}`, { cookie, accept: 'text/html' })).text()
    expect(await html(owner)).toContain('Export data')
    expect(await html(owner)).toContain(`/dashboard/users/${ID}/erase`)
    expect(await html(operator)).not.toContain('Export data')
  })
})

describe('erasing', () => {
  it('asks for the id, a reason and who it is', async () => {
    const asked = await get(`/dashboard/users/${ID}/erase`, { cookie: owner, accept: 'text/html' })
    expect([asked.status, (await asked.text()).includes('What becomes of it')]).toEqual([200, true])
    expect((await get(`/dashboard/users/${ID}/erase`, { cookie: operator, accept: 'text/html' })).status).toBe(403)
    for (const [fields, field] of [
      [{ confirm: 'eva', reason: 'x' }, 'confirm'],
      [{ confirm: ID, reason: ' ' }, 'reason'],
      [{ confirm: ID, reason: EMAIL }, 'reason'],
    ] as const) {
      const answer = await post(owner, fields)
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain(`id="error-${field}"`)
    }
    // Signed in for a while: asked once more, with what was typed kept.
    const email = 'long@admin.example'
    await createAdmin(t.sql, { email, role: 'owner', password: TEST_PASSWORD })
    const signedIn = await t.request('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
      body: new URLSearchParams({ email, password: TEST_PASSWORD }).toString(),
    })
    const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? ''
    await t.sql`update admin_sessions set proved_at = now() - interval '1 hour' where user_id = (select id from admins where email = ${email})`
    const again = await post(cookie, GOOD)
    expect(again.status).toBe(403)
    expect(await again.text()).toContain('proof_password')
    expect(await t.sql`select from erasures`).toEqual([])
  })

  it('is not for operators, read keys, keys of a tenant, or READ_ONLY', async () => {
    expect((await post(operator, GOOD)).status).toBe(403)
    expect((await post(owner, GOOD, withConfig({ readOnly: true }))).status).toBe(403)
    const bound = { authorization: `Bearer ${await t.key(['act'], ['acme'])}` }
    for (const headers of [await bearer('read'), bound]) {
      const answer = await t.request(DATA, {
        method: 'DELETE',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(GOOD),
      })
      expect(answer.status).toBe(403)
    }
    expect(await t.sql`select from erasures`).toEqual([])
  })

  it('by a program begins at once, and is gone on with in the background', async () => {
    const headers = { ...(await bearer('act')), 'content-type': 'application/json' }
    const send = (body: object, path = DATA) =>
      t.request(path, { method: 'DELETE', headers, body: JSON.stringify(body) })
    expect((await send({ confirm: 'other', reason: 'x' })).status).toBe(422)
    expect((await send(GOOD, '/api/users/nobody/data')).status).toBe(404)
    const answer = await send(GOOD)
    expect(answer.status).toBe(202)
    const { erasure } = (await answer.json()) as { erasure: string }
    await vi.waitUntil(
      async () => (await t.sql`select from erasures where id = ${erasure} and passed_at is not null`).length === 1,
      { timeout: 60_000 },
    )
    // What was read for the page before is kept for some seconds.
    const page = async () => (await get(`/dashboard/users/${ID}`, { cookie: owner, accept: 'text/html' })).status
    await vi.waitUntil(async () => (await page()) === 404, { timeout: 30_000, interval: 500 })
    const list = await (await get('/dashboard/erasures?done=erase', { cookie: owner, accept: 'text/html' })).text()
    expect(list).toContain('Letter 12')
    expect(list).toContain('under way')
    expect(list).not.toContain(ID)
    const sought = await (await get('/dashboard/erasures?id=udo', { cookie: owner, accept: 'text/html' })).text()
    expect(sought).toContain('/dashboard/users/udo/erase')
    // Who has no account any more but facts is found, and erased, all the same.
    await t.sql`update users set status = 'deleted' where user_id = 'udo'`
    expect((await get('/dashboard/users/udo/erase', { cookie: owner, accept: 'text/html' })).status).toBe(200)
  }, 120_000)
})
