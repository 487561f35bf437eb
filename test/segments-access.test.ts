import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdmin } from '../src/auth/admins.ts'
import type { Sql } from '../src/db/connect.ts'
import type { KeyWho, Role } from '../src/env.ts'
import { CardCache } from '../src/lib/cache.ts'
import { parseFilters, peopleOf } from '../src/lib/filters.ts'
import { OverBudget } from '../src/lib/settle.ts'
import { summary } from '../src/metrics/query.ts'
import { fragmentKey } from '../src/polls.ts'
import { countAll, countOf, countUsers } from '../src/segments/count.ts'
import { resolveFilters } from '../src/segments/resolve.ts'
import { listSegments } from '../src/segments/store.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { all, fillPeople, fillTotals, NOW } from './segments-fixture.ts'

const ORIGIN = 'http://localhost'
const GERMAN = all({ kind: 'country', op: 'is', values: ['DE'] })
const DAYS = { from: '2026-11-17', to: '2026-11-20' }

let t: TestApp
let operator: Who
let viewer: Who
let writer: Who
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillPeople(t.sql)
  await fillTotals(t.sql)
  operator = { cookie: await t.admin('operator') }
  viewer = { cookie: await t.admin('viewer') }
  writer = bearer(await t.key(['read', 'act']))
})
afterAll(() => t.close())

type Who = Record<string, string>
const bearer = (secret: string): Who => ({ authorization: `Bearer ${secret}` })
const call = (method: string, path: string, who: Who, body?: unknown) =>
  t.request(path, {
    method,
    headers: { accept: 'application/json', origin: ORIGIN, 'content-type': 'application/json', ...who },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const status = async (method: string, path: string, who: Who, body?: unknown) =>
  (await call(method, path, who, body)).status
const make = async (who: Who, name: string, more = {}) => {
  const made = await call('POST', '/api/segments', who, { name, rule: GERMAN, ...more })
  expect(made.status, await made.clone().text()).toBe(201)
  return (await made.json()) as { id: number; slug: string }
}
const page = async (path: string, who: Who) =>
  (await t.request(path, { headers: { accept: 'text/html', ...who } })).text()
const bound = async (role: Role, tenant: string): Promise<Who> => {
  const email = `${role}@${tenant}.example`
  await createAdmin(t.sql, { email, role, password: TEST_PASSWORD, tenants: [tenant] })
  const answer = await t.request('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
    body: new URLSearchParams({ email, password: TEST_PASSWORD }).toString(),
  })
  return { cookie: String(answer.headers.get('set-cookie')).split(';')[0] ?? '' }
}

describe('who is bound to a tenant', () => {
  it('uses what is shared with all, and changes only what is theirs or was made for their tenant', async () => {
    const key = bearer(await t.key(['read', 'act'], ['acme']))
    const owner = await bound('owner', 'acme')
    const stranger = await bound('owner', 'bolt')
    await make(writer, 'Of all')
    for (const who of [key, owner]) {
      expect(await status('GET', '/api/segments/of-all', who)).toBe(200)
      const change = await call('PUT', '/api/segments/of-all', who, { name: 'Mine now', rule: GERMAN })
      expect([change.status, await change.json()]).toEqual([
        403,
        expect.objectContaining({ detail: 'This segment is of all tenants; your access is bound to some.' }),
      ])
      expect(await status('DELETE', '/api/segments/of-all', who)).toBe(403)
    }
    expect(await page('/dashboard/segments/of-all', owner)).not.toContain('Delete the segment')
    await make(key, 'Of acme')
    const change = { name: 'Of Acme', rule: GERMAN }
    expect(await status('PUT', '/api/segments/of-acme', key, change)).toBe(200)
    expect(await status('PUT', '/api/segments/of-acme', owner, change)).toBe(200)
    expect(await status('PUT', '/api/segments/of-acme', stranger, change)).toBe(404)
    expect(await status('DELETE', '/api/segments/of-acme', key)).toBe(200)
    expect(await status('PUT', '/api/segments/of-all', writer, { name: 'Of all', rule: GERMAN })).toBe(200)
  })

  it('is told nothing of a segment while nobody knows whether they may use it', async () => {
    await make(operator, 'Named', { rule: all({ kind: 'tenant', op: 'is', values: ['acme'] }) })
    const who: KeyWho = { kind: 'key', id: 'k', name: 'bolt', scopes: ['read'], tenants: ['bolt'] }
    const query = new URLSearchParams({ segment: 'named' })
    const parsed = parseFilters(query, { who, now: NOW, timeZone: 'UTC' })
    const settling = () => ({
      cache: new CardCache({ now: () => NOW }),
      log: pino({ level: 'silent' }),
      requestId: 'r',
      book: t.deps.book,
    })
    const silent = (() => new Promise(() => {})) as unknown as Sql
    const slow = await resolveFilters({ ...t.deps, db: { ...t.db, sql: silent } }, who, parsed, settling())
    expect(slow).toMatchObject({ segment: 'named', segmentUnchecked: true })
    const ask = (filters: typeof slow) =>
      summary(t.deps, ['users.dau'], { ...peopleOf(filters), ...DAYS, compare: 'none' })
    await expect(ask(slow)).rejects.toThrow(OverBudget)
    const known = await resolveFilters(t.deps, who, parsed, settling())
    expect(known).toMatchObject({ segment: undefined, notice: 'There is no segment “named”: all users are shown.' })
    expect(known.segmentUnchecked).toBeUndefined()
  })
})

describe('one’s own', () => {
  it('is not there for anybody else, by whatever address; nor is its name when it is gone', async () => {
    const { id } = await make(operator, 'Secret plan', { shared: false })
    const reader = bearer(await t.key(['read']))
    const owner = { cookie: await t.admin('owner') }
    for (const ref of [String(id), 'secret-plan']) {
      expect(await status('GET', `/api/segments/${ref}`, operator)).toBe(200)
      for (const who of [viewer, owner, reader, writer]) {
        expect(await status('GET', `/api/segments/${ref}`, who)).toBe(404)
        expect(await status('GET', `/api/segments/${ref}/users`, who)).toBe(404)
        expect(await status('GET', `/exports/segment-users.csv?segment=${ref}`, who)).toBe(404)
        expect(await status('GET', `/api/metrics/summary?metrics=users.dau&segment=${ref}`, who)).toBe(422)
      }
      for (const who of [owner, writer]) {
        expect(await status('PUT', `/api/segments/${ref}`, who, { name: 'x', rule: GERMAN })).toBe(404)
        expect(await status('DELETE', `/api/segments/${ref}`, who)).toBe(404)
      }
      expect(await page(`/dashboard/segments/${ref}`, viewer)).not.toContain('Secret plan')
      expect(await page(`/dashboard?segment=${ref}`, viewer)).toContain(`There is no segment “${ref}”`)
    }
    expect(await status('DELETE', `/api/segments/${id}`, operator)).toBe(200)
    expect(await page(`/dashboard?segment=${id}`, operator)).toContain('The segment “Secret plan” was deleted')
    const gone = await page(`/dashboard?segment=${id}`, viewer)
    expect(gone).toContain(`There is no segment “${id}”`)
    expect(gone).not.toContain('Secret plan')
  })

  it('is in no fragment that is kept for others', () => {
    const key = (id: string, address: string) => fragmentKey({ id, role: 'operator', tenants: null }, address)
    expect(key('a', '/live/dashboard?range=7d')).toBe(key('b', '/live/dashboard?range=7d'))
    for (const address of ['?segment=mine', '?range=7d&segment=mine', '?s%65gment=mine'])
      expect(key('a', `/live/dashboard${address}`)).not.toBe(key('b', `/live/dashboard${address}`))
  })
})

describe('the count of a segment', () => {
  it('is kept for a while, for the same rule and scope', async () => {
    const [one] = await listSegments(t.deps, { kind: 'key', id: 'k', name: 'k', scopes: [], tenants: null })
    if (!one) throw new Error('there is a segment')
    expect(one.slug).toBe('named')
    expect([await countOf(t.deps, one, '*'), await countOf(t.deps, one, 'bolt')]).toEqual([2, 0])
    await t.sql`update users set tenant_id = '' where user_id = 'ann'`
    expect(await countOf(t.deps, one, '*')).toBe(2)
    expect(await countOf(t.deps, { ...one, updatedAt: new Date(one.updatedAt.getTime() + 1) }, '*')).toBe(1)
    await t.sql`update users set tenant_id = 'acme' where user_id = 'ann'`
  })

  it('is not waited for while all connections are taken; what is late comes later', async () => {
    const late = { id: 77, updatedAt: NOW, rule: GERMAN, tenants: null }
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const taken = Array.from({ length: t.db.heavy.options.max }, () => t.db.heavy.begin(() => held))
    try {
      expect(await countUsers(t.deps, late, '*')).toBeUndefined()
      expect(await countAll(t.deps, [late], '*', 100)).toEqual(new Map())
      await make(writer, 'Late')
      expect(await page('/dashboard/segments', viewer)).toContain('… is counted at the next refresh.')
    } finally {
      release()
      await Promise.all(taken)
    }
    expect(await countAll(t.deps, [late], '*', 10_000)).toEqual(new Map([[77, 2]]))
  })
})
