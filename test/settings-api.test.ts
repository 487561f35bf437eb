import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { mistypedNames } from '../src/env-names.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { NOW } from './metrics-fixture.ts'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  key = await t.key(['read', 'act'])
})
afterAll(() => t.close())

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const patch = (body: unknown, who: Record<string, string> = bearer(key), path = '/api/metrics/config', app = t.app) =>
  app.request(new URL(path, 'http://localhost'), {
    method: 'PATCH',
    headers: { ...who, origin: 'http://localhost', 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
interface Config {
  settings: Record<string, unknown>
  thresholds: { metric: string; warn?: number; crit?: number; changed: boolean }[]
}
const config = async (): Promise<Config> =>
  (await t.request('/api/metrics/config', { headers: bearer(key) })).json() as Promise<Config>
const of = ({ thresholds }: Config, metric: string) => thresholds.find((one) => one.metric === metric)
const keptRows = () => t.sql`select key, value from settings order by key`

describe('PATCH /api/metrics/config', () => {
  it('merges what is named, and goes back with null', async () => {
    const first = await patch({
      thresholds: { 'ai.cost': { warn: 40, crit: 50 } },
      settings: { environment: 'staging' },
    })
    expect(first.status).toBe(200)
    const answered = (await first.json()) as Config
    expect(answered).toEqual(await config())
    expect(answered.settings).toMatchObject({ environment: 'staging', product_name: 'localhost', time_zone: 'UTC' })
    expect(of(answered, 'ai.cost')).toMatchObject({ warn: 40, crit: 50, changed: true })
    await patch({ thresholds: { 'ai.cost': { warn: null } } })
    expect(of(await config(), 'ai.cost')).toEqual(expect.not.objectContaining({ warn: expect.anything() }))
    expect(of(await config(), 'ai.cost')).toMatchObject({ crit: 50 })
    await patch({ thresholds: { 'ai.cost': null }, settings: { environment: null } })
    expect(await keptRows()).toEqual([])
    expect((await patch({})).status).toBe(200)
    const actions = await t.sql`select target from audit_log where action = 'settings.change' order by id`
    expect(actions.map(({ target }) => target)).toEqual([
      'environment',
      'threshold:ai.cost',
      'threshold:ai.cost',
      'environment',
      'threshold:ai.cost',
    ])
  })

  it.each([
    [
      { thresholds: { 'ai.cots': { warn: 1 } } },
      /thresholds\.ai\.cots: There is no such metric\. Did you mean ai\.cost\?/,
    ],
    [{ thresholds: { 'ai.cost': { warn: 'many' } } }, /thresholds\.ai\.cost\.warn/],
    [{ thresholds: { 'ai.cost': { yellow: 1 } } }, /yellow/],
    [{ thresholds: { 'ai.cost': { warn: 5, crit: 1 } } }, /red must not be below yellow/],
    [{ settings: { time_zone: 'UTC' } }, /settings\.time_zone: This is set in the environment \(TIME_ZONE\)/],
    [{ settings: { colour: 'red' } }, /settings\.colour: There is no such setting/],
    [{ settings: { product_name: 5 } }, /settings\.product_name/],
    [{ limits: {} }, /limits/],
    ['{', /not JSON/],
  ])('refuses %j by name and changes nothing of the rest', async (body, reason) => {
    const good = { thresholds: { 'users.dau': { warn: 1 } }, settings: { environment: 'x' } }
    const given = body as { thresholds?: object; settings?: object }
    const merged = {
      ...given,
      thresholds: { ...good.thresholds, ...given.thresholds },
      settings: { ...good.settings, ...given.settings },
    }
    const answer = await patch(typeof body === 'string' ? body : merged)
    expect(answer.status).toBe(422)
    expect(((await answer.json()) as { detail: string }).detail).toMatch(reason)
    expect(await keptRows()).toEqual([])
  })

  it('keeps both limits of a metric that two change at once', async () => {
    const limits = Array.from({ length: 8 }, (_, n) => [{ warn: 40 + n }, { crit: 90 + n }]).flat()
    for (const answer of await Promise.all(limits.map((one) => patch({ thresholds: { 'ai.cost': one } }))))
      expect(answer.status).toBe(200)
    const [row] = await t.sql`select value from settings where key = 'threshold:ai.cost'`
    expect(row?.value.warn).toBeGreaterThanOrEqual(40)
    expect(row?.value.crit).toBeGreaterThanOrEqual(90)
    await patch({ thresholds: { 'ai.cost': null } })
    expect(await keptRows()).toEqual([])
  })

  it('names every problem at once', async () => {
    const answer = await patch({ settings: { a: 1, b: 2 }, thresholds: { 'x.y': null } })
    const { detail } = (await answer.json()) as { detail: string }
    for (const name of ['settings.a', 'settings.b', 'thresholds.x.y']) expect(detail).toContain(name)
  })

  it('is for owners and keys that act, of all tenants, and for nobody with READ_ONLY', async () => {
    await createAdmin(t.sql, { email: 'b@x.example', role: 'owner', password: TEST_PASSWORD, tenants: ['t1'] })
    const body = { settings: { environment: 'x' } }
    const cast: [Record<string, string>, number][] = [
      [bearer(await t.key(['read'])), 403],
      [bearer(await t.key(['ingest'])), 403],
      [bearer(await t.key(['act'], ['t1'])), 403],
      [{ cookie: await t.admin('operator') }, 403],
      [{ cookie: await t.admin('owner') }, 200],
      [bearer(key), 200],
    ]
    for (const path of ['/api/metrics/config', '/api/system/metrics/config', '/system/metrics/config/'])
      for (const [who, status] of cast) expect([path, (await patch(body, who, path)).status]).toEqual([path, status])
    expect((await patch(body, {})).status).toBe(401)
    expect((await patch(body, {}, '/api/system/metrics/config')).status).toBe(403)
    const locked = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    expect((await patch(body, bearer(key), '/api/metrics/config', locked)).status).toBe(403)
  })
})

it('READ_ONLY lets programs sign in and make links that only read', async () => {
  const locked = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
  await createAdmin(t.sql, { email: 'reader@x.example', role: 'viewer', password: TEST_PASSWORD })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    locked.request(new URL(path, 'http://localhost'), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', origin: 'http://localhost' },
      body: JSON.stringify(body),
    })
  for (const path of ['/auth/login', '/auth/login/', '/api/auth/login'])
    expect((await post(path, { email: 'reader@x.example', password: TEST_PASSWORD })).status, path).toBe(200)
  const link = await post('/api/signed-urls', { path: '/exports/metrics.csv?metrics=users.dau' }, bearer(key))
  expect(link.status).toBe(201)
  expect((await post('/api/annotations', { text: 'x' }, bearer(key))).status).toBe(403)
})

it('GET /api/metrics/export.csv is the headlines as a file, or what is named', async () => {
  const get = async (query: string) =>
    (await t.request(`/api/metrics/export.csv?from=2026-11-20&to=2026-11-20${query}`, { headers: bearer(key) })).text()
  expect(await get('')).toMatch(/^date,users\.total,users\.new,users\.dau,.*system\.uptime\r\n2026-11-20,/)
  expect(await get('&metrics=users.mau')).toMatch(/^date,users\.mau\r\n/)
})

it('names of the environment that nobody reads are told with the name that was meant', () => {
  const known = ['LOG_FILES', 'TIME_ZONE', 'READ_ONLY', 'REDIS_URL', 'PORT', 'BASE_URL', 'DATABASE_URL', 'HOST']
  const env = {
    LOG_FILE: '/x',
    TIMEZONE: 'UTC',
    REDIS_URI: 'redis://x',
    READ_ONLY: '1',
    READONLY: '1',
    PORTS: '1',
    HOSTNAME: 'box',
    PATH: '/bin',
    npm_config_base_url: 'x',
    DATABASE_URI: '',
  }
  expect(mistypedNames(env, known)).toEqual([
    { given: 'LOG_FILE', meant: 'LOG_FILES' },
    { given: 'TIMEZONE', meant: 'TIME_ZONE' },
    { given: 'REDIS_URI', meant: 'REDIS_URL' },
  ])
})
