import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { all, fillPeople, fillTotals, NOW } from './segments-fixture.ts'

const ORIGIN = 'http://localhost'
const DAYS = 'from=2026-11-17&to=2026-11-20'

let t: TestApp
let operator: string
let viewer: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillPeople(t.sql)
  await fillTotals(t.sql)
  operator = await t.admin('operator')
  viewer = await t.admin('viewer')
})
afterAll(() => t.close())

type Who = Record<string, string>
const bearer = (secret: string): Who => ({ authorization: `Bearer ${secret}` })
const call = (path: string, who: Who, init: RequestInit = {}) =>
  t.request(path, { ...init, headers: { accept: 'application/json', origin: ORIGIN, ...who } })
const send = (method: string, path: string, who: Who, body?: unknown) =>
  call(path, { ...who, 'content-type': 'application/json' }, { method, body: JSON.stringify(body) })
const read = async (path: string, who: Who): Promise<Record<string, unknown>> => {
  const answer = await call(path, who)
  expect(answer.status, await answer.clone().text()).toBe(200)
  return (await answer.json()) as Record<string, unknown>
}
const post = (path: string, cookie: string, fields: [string, string][], more: Who = {}) =>
  call(
    path,
    { cookie, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...more },
    { method: 'POST', body: new URLSearchParams(fields).toString() },
  )
const page = async (path: string, cookie: string) => (await call(path, { cookie, accept: 'text/html' })).text()
const GERMAN = all({ kind: 'country', op: 'is', values: ['DE'] })
const signedIn = async (email: string, tenants: string[]) => {
  await createAdmin(t.sql, { email, role: 'operator', password: TEST_PASSWORD, tenants })
  const body = new URLSearchParams({ email, password: TEST_PASSWORD }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN }
  const answer = await t.request('/login', { method: 'POST', headers, body })
  return String(answer.headers.get('set-cookie')).split(';')[0] ?? ''
}

describe('by API', () => {
  it('a segment is made, read, changed and deleted, and each change is in the audit log', async () => {
    const key = bearer(await t.key(['read', 'act']))
    const made = await send('POST', '/api/segments', key, { name: ' From  Germany ', rule: GERMAN })
    expect(made.status).toBe(201)
    const segment = (await made.json()) as { id: number; slug: string }
    expect(segment).toMatchObject({
      slug: 'from-germany',
      name: 'From Germany',
      sentence: 'Users who are from DE.',
      rule: GERMAN,
      shared: true,
    })
    expect(await read(`/api/segments/${segment.id}`, key)).toEqual(segment)
    const users = await read('/api/segments/from-germany/users?limit=1', key)
    expect(users).toMatchObject({
      total: 2,
      tenant: null,
      next: 'ann',
      users: [{ user_id: 'ann', plan: 'pro', class: 'paid' }],
    })
    expect(await read('/api/segments/from-germany/users?limit=1&after=ann', key)).toMatchObject({
      next: null,
      users: [{ user_id: 'bob', email: 'bob@x.example', last_day: '2026-11-20' }],
    })
    const taken = await send('POST', '/api/segments', key, { name: 'from germany', rule: GERMAN })
    expect(taken.status).toBe(409)
    const changed = await send('PUT', '/api/segments/from-germany', key, {
      name: 'Not Germany',
      rule: all({ kind: 'country', op: 'is_not', values: ['DE'] }),
    })
    expect(await changed.json()).toMatchObject({ slug: 'from-germany', sentence: 'Users who are not from DE.' })
    expect((await send('DELETE', '/api/segments/from-germany', key)).status).toBe(200)
    expect((await call('/api/segments/from-germany', key)).status).toBe(404)
    // Another of the same name is another one: addresses of the first do not become its own.
    const again = await send('POST', '/api/segments', key, { name: 'From Germany', rule: GERMAN })
    expect(await again.json()).toMatchObject({ slug: 'from-germany-2' })
    const log = await t.sql`select action from audit_log where action like 'segment.%' order by id`
    expect(log.map(({ action }) => action)).toEqual([
      'segment.create',
      'segment.change',
      'segment.delete',
      'segment.create',
    ])
  })

  it('tells what is wrong with a rule, and is not for those who only read', async () => {
    const key = bearer(await t.key(['read', 'act']))
    const bad = await send('POST', '/api/segments', key, { name: 'x', rule: all({ kind: 'plan', op: 'is' }) })
    expect([bad.status, await bad.json()]).toEqual([
      422,
      expect.objectContaining({ detail: 'rule.conditions.0.values: A list of values.' }),
    ])
    expect(
      (await send('POST', '/api/segments', bearer(await t.key(['read'])), { name: 'x', rule: GERMAN })).status,
    ).toBe(403)
    expect((await send('POST', '/api/segments', { cookie: viewer }, { name: 'x', rule: GERMAN })).status).toBe(403)
    expect((await send('POST', '/api/segments', {}, { name: 'x', rule: GERMAN })).status).toBe(401)
    const frozen = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const refused = await frozen.request(`${ORIGIN}/api/segments`, {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ name: 'x', rule: GERMAN }),
    })
    expect(refused.status).toBe(403)
  })

  it('numbers are asked of a plan and a segment, and say where they are of all users', async () => {
    const key = bearer(await t.key(['read']))
    const asked = `metrics=users.dau,jobs.failed&${DAYS}&segment=from-germany-2`
    expect(await read(`/api/metrics/summary?${asked}`, key)).toMatchObject({
      segment: 'from-germany-2',
      metrics: [{ metric: 'users.dau', value: 2 }, { filters_ignored: ['segment'] }],
    })
    const series = await read(`/api/metrics/timeseries?metrics=users.dau&${DAYS}&plan=free`, key)
    expect(series).toMatchObject({ plan: 'free', metrics: [{ total: 1 }] })
    const csv = await call(`/exports/metrics.csv?${asked}`, key)
    expect(csv.headers.get('content-disposition')).toContain('from-germany-2')
    expect((await csv.text()).split('\r\n').slice(0, 2)).toEqual([
      'date,users.dau,jobs.failed (all users)',
      '2026-11-17,1,0',
    ])
    for (const [query, words] of [
      ['segment=gone', 'There is no segment “gone”'],
      ['segment=from-germany', 'The segment “Not Germany” was deleted'],
      ['plan=gold', 'Nobody was ever on a plan “gold”. There are free, pro, team.'],
    ])
      expect([
        query,
        ((await (await call(`/api/metrics/summary?${query}`, key)).json()) as { detail: string }).detail,
      ]).toEqual([query, expect.stringContaining(words as string)])
  })

  it('rows beneath a number are of the same people, and its file too', async () => {
    const key = bearer(await t.key(['read']))
    const rows = async (metric: string, filter: string) => {
      const found = await read(`/api/metrics/rows?metric=${metric}&${DAYS}&${filter}`, key)
      const weights = (found.rows as { weight: number }[]).map(({ weight }) => weight)
      return [found.value, weights.reduce((sum, one) => sum + one, 0), found.filters_ignored]
    }
    expect(await rows('users.dau', 'segment=from-germany-2')).toEqual([2, 2, undefined])
    expect(await rows('users.dau', 'plan=free')).toEqual([1, 1, undefined])
    expect(await rows('ai.requests', 'segment=from-germany-2&plan=pro')).toEqual([5, 5, undefined])
    expect(await rows('users.total', 'plan=pro')).toEqual([2, 2, undefined])
    expect(await rows('users.paid', 'segment=from-germany-2')).toEqual([1, 1, undefined])
    expect((await rows('jobs.failed', 'plan=free'))[2]).toEqual(['plan'])
    const file = await call(`/exports/metric-rows.csv?metric=ai.requests&${DAYS}&segment=from-germany-2&plan=pro`, key)
    expect((await file.text()).trim().split('\r\n')).toHaveLength(3)
    const users = await call('/exports/segment-users.csv?segment=from-germany-2', key)
    expect((await users.text()).split('\r\n').slice(0, 2)).toEqual([
      'user_id,email,tenant_id,plan,class,country,provider,created_at,last_day',
      'ann,ann@x.example,acme,pro,paid,DE,google,2026-05-04T10:00:00.000Z,2026-11-20',
    ])
  })
})

describe('who is bound to a tenant', () => {
  it('counts users of theirs only, and is not told of segments that name others', async () => {
    const bolt = await signedIn('bolt@admin.example', ['bolt'])
    const made = await send(
      'POST',
      '/api/segments',
      { cookie: bolt },
      {
        name: 'Early',
        rule: all({ kind: 'signed_up', op: 'before', to: '2026-11-01' }),
      },
    )
    expect(made.status).toBe(201)
    expect(await read('/api/segments/early/users', { cookie: bolt })).toMatchObject({ total: 2, tenant: 'bolt' })
    // For everybody else it is still of the tenant's users: ann signed up in May as well.
    expect(await read('/api/segments/early/users', { cookie: operator })).toMatchObject({ total: 2, tenant: null })
    const acme = await signedIn('acme@admin.example', ['acme'])
    expect((await call('/api/segments/early', { cookie: acme })).status).toBe(404)
    const naming = { name: 'Theirs', rule: all({ kind: 'tenant', op: 'is', values: ['acme'] }) }
    expect((await send('POST', '/api/segments', { cookie: bolt }, naming)).status).toBe(403)
    expect((await send('POST', '/api/segments', { cookie: operator }, naming)).status).toBe(201)
    const names = async (cookie: string) =>
      ((await read('/api/segments', { cookie })).segments as { name: string }[]).map(({ name }) => name)
    expect(await names(bolt)).toEqual(['Early', 'From Germany'])
    expect(await names(acme)).toEqual(['From Germany', 'Theirs'])
    const query = `metrics=users.dau&${DAYS}&segment=from-germany-2`
    expect(await read(`/api/metrics/summary?${query}`, { cookie: bolt })).toMatchObject({ metrics: [{ value: 0 }] })
  })
})

describe('on pages', () => {
  const row = (kind: string, fields: Record<string, string>): [string, string][] =>
    ['group', 'kind', 'op', 'values', 'n', 'days', 'from', 'to', 'name', 'outcome'].map((name) => [
      `c.${name}`,
      name === 'kind' ? kind : (fields[name] ?? (name === 'group' ? '0' : '')),
    ])

  it('a segment is made with the form, row by row; what is not whole comes back as it was typed', async () => {
    const add = await post(
      '/dashboard/segments/form',
      operator,
      [['name', 'Busy'], ['match', 'all'], ...row('plan', { op: 'is', values: 'pro' }), ['do', 'add:0']],
      { 'hx-request': 'true' },
    )
    const html = await add.text()
    expect(html.match(/name="c\.kind"/g)).toHaveLength(2)
    expect(html).not.toContain('<html')
    const half = await post('/dashboard/segments', operator, [
      ['name', 'Busy'],
      ['match', 'any'],
      ...row('jobs', { op: 'more', n: 'many', name: 'build', days: '30' }),
    ])
    expect(half.status).toBe(422)
    const again = await half.text()
    expect(again).toContain('value="many"')
    expect(again).toContain('value="Busy"')
    const fields: [string, string][] = [
      ['name', 'Busy'],
      ['match', 'all'],
      ['match', 'any'],
      ...row('plan', { op: 'is', values: 'pro, team' }),
      ...row('jobs', { group: '1', op: 'more', n: '3', name: 'build', days: '30' }),
      ...row('events', { group: '1', op: 'at_least', n: '5', days: '7' }),
    ]
    const saved = await post('/dashboard/segments', operator, fields)
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/dashboard/segments/busy?done=saved'])
    expect(await page('/dashboard/segments/busy', operator)).toContain(
      'Users who are on the plan pro or team and (either had more than 3 build jobs in the last 30 days or had at least 5 events in the last 7 days).',
    )
  })

  it('one’s own is in one’s own menu, and for others not there', async () => {
    expect(await page('/dashboard', operator)).toContain('segment=busy')
    expect(await page('/dashboard', viewer)).not.toContain('segment=busy')
    expect(await page('/dashboard?segment=busy', operator)).not.toContain('There is no segment')
    expect(await page('/dashboard?segment=busy', viewer)).toContain('There is no segment “busy”: all users are shown.')
  })

  it('a filter is kept in every address, and a gone one is told', async () => {
    const html = await page('/dashboard?segment=from-germany-2&plan=pro', viewer)
    expect(html).toContain('/dashboard/metrics/users.mau?plan=pro&amp;segment=from-germany-2')
    expect(html).toContain('not kept by plan or segment')
    expect(await page('/dashboard?segment=from-germany', viewer)).toContain(
      'The segment “Not Germany” was deleted: all users are shown.',
    )
    expect(await page('/dashboard?plan=gold', viewer)).toContain(
      'Nobody was ever on a plan “gold”: all users are shown.',
    )
    expect(await page('/dashboard/live?plan=pro', viewer)).toContain(
      'This page is of all users: it is not kept by plan.',
    )
  })

  it('in privacy mode strict nobody is found by what is not told', async () => {
    const strict = createApp({ ...t.deps, config: { ...t.deps.config, privacy: 'strict' } })
    const ask = (path: string) =>
      strict.request(`${ORIGIN}${path}`, { headers: { cookie: operator, accept: 'application/json' } })
    expect((await ask('/api/segments/from-germany-2/users')).status).toBe(404)
    const listed = (await (await ask('/api/segments')).json()) as { segments: { slug: string }[] }
    expect(listed.segments.map(({ slug }) => slug)).not.toContain('from-germany-2')
  })
})
