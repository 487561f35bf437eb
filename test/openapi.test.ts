import { HonoRequest } from 'hono/request'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import { described } from '../src/api/described.ts'
import type { OpenApi } from '../src/api/openapi.ts'
import type { Operation } from '../src/api/operation.ts'
import { operations } from '../src/api/operations.ts'
import { rulesOf } from '../src/auth/guards.ts'
import { POSTHOG_PATHS } from '../src/doors/posthog-paths.ts'
import { factKinds } from '../src/facts/index.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let key: string
let api: OpenApi

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  key = await t.key(['read', 'act', 'ingest'])
  api = await (await get('/api/openapi.json')).json()
})
afterAll(() => t?.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  t.request(path, { headers: { authorization: `Bearer ${key}`, ...headers } })

/** Asked by PostHog's clients, which know what to expect. */
const isPosthogs = (path: string): boolean =>
  POSTHOG_PATHS.some((first) => `${path}/`.startsWith(`/${first}/`)) || /^\/api\/(feature_flag|projects)\//.test(path)

const all = () =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ name: `${method.toUpperCase()} ${path}`, path, method, ...one })),
  )

describe('the description', () => {
  it('has every address of the API and every export, and none that is not there', () => {
    const routes = rulesOf(t.app).filter(({ path }) => !path.endsWith('/*') && !isPosthogs(path))
    const named = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    const wanted = named.filter(
      (name) => /^[A-Z]+ \/(api|exports|metrics|stats)(\/|$)/.test(name) && !name.endsWith('/'),
    )
    const names = all().map(({ name }) => name)
    expect(wanted.filter((name) => !names.includes(name))).toEqual([])
    expect(names.filter((name) => !named.includes(name) && !name.startsWith('POST /ingest/'))).toEqual([])
    expect(wanted.length).toBeGreaterThan(60)
  })

  it('has every kind of fact, and says of each field what it takes', () => {
    for (const { path, schema } of Object.values(factKinds)) {
      const body = api.paths[`/ingest/${path}`]?.post?.requestBody?.content['application/x-ndjson']?.schema
      const fields = body?.properties as Record<string, { type?: string; description: string }>
      expect(Object.keys(fields), path).toEqual(Object.keys((schema as z.ZodObject).shape))
      for (const [name, field] of Object.entries(fields)) expect(field.type, `${path}.${name}`).toBeDefined()
    }
    const events = api.paths['/ingest/events']?.post?.requestBody?.content['application/x-ndjson']?.schema
    expect(events).toMatchObject({ required: ['name'], additionalProperties: true })
    const calls = api.paths['/ingest/api-calls']?.post?.requestBody?.content['application/x-ndjson']?.schema
    expect(calls).toMatchObject({
      properties: { tokens_in: { type: 'integer', minimum: 0 }, status: { enum: ['ok', 'error'] } },
    })
  })

  it('is OpenAPI 3.1: each operation has a name of its own, and every path parameter', () => {
    expect(api.openapi).toBe('3.1.0')
    const ids = all().map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { name, path, parameters = [], responses } of all()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one)
      const given = parameters.filter((one) => one.in === 'path').map((one) => one.name)
      expect(given, name).toEqual(inPath)
      expect(responses.default, name).toEqual({ $ref: '#/components/responses/Problem' })
      for (const one of parameters) expect(one.schema, `${name} ${one.name}`).toBeDefined()
    }
  })

  it('says who may, as the guards do', () => {
    const security = (path: string, method = 'get') => api.paths[path]?.[method]?.security.flatMap(Object.keys)
    expect(security('/exports/users.csv')).toEqual(['bearer', 'basic', 'session', 'link'])
    expect(security('/api/tables/users')).toEqual(['bearer', 'basic', 'session'])
    expect(security('/ingest/events', 'post')).toEqual(['bearer', 'basic'])
    expect(security('/api/docs')).toEqual(['session'])
    expect(security('/api/auth/login', 'post')).toEqual([])
    expect(api.paths['/api/jobs/{name}/run']?.post?.description).toContain('scope act or the role operator')
  })

  it('is answered once to who has it', async () => {
    const response = await get('/api/openapi.json')
    expect((await get('/api/openapi.json', { 'if-none-match': response.headers.get('etag')! })).status).toBe(304)
    expect((await t.request('/api/openapi.json')).status).toBe(401)
  })
})

describe('what is described is what happens:', () => {
  const reads = operations.filter(
    ({ method, path, answer }) => method === 'get' && !path.includes(':') && answer.type !== 'text/html',
  )

  it('the parameters are those that the code reads, and no others', async () => {
    const read: string[] = []
    let watched = ''
    const spies = (['query', 'queries'] as const).map((method) => {
      const original = HonoRequest.prototype[method]
      return vi.spyOn(HonoRequest.prototype, method).mockImplementation(function (this: HonoRequest, name?: string) {
        if (name !== undefined && this.path === watched) read.push(name)
        return (original as (name?: string) => unknown).call(this, name) as never
      })
    })
    for (const { path, query } of reads) {
      watched = path
      read.length = 0
      const response = await get(path)
      await response.body?.cancel()
      expect(response.status, path).toBeLessThan(500)
      // A signature is looked for, and the tenant checked, before it is known what an address takes.
      const own = [...new Set(read)].filter(
        (name) => name !== 'signature' && (name !== 'tenant' || query?.shape.tenant),
      )
      expect(own.sort(), path).toEqual(Object.keys(query?.shape ?? {}).sort())
    }
    for (const spy of spies) spy.mockRestore()
  }, 60_000)

  it('the answers fit their schemas', async () => {
    for (const { path, answer, example } of reads) {
      if (answer.type !== 'application/json') continue
      const response = await get(example ? `${path}?${example}` : path)
      const { error } = answer.schema.safeParse(await response.json())
      expect(error?.issues ?? [], path).toEqual([])
      expect(response.status, path).toBe(answer.status ?? 200)
    }
    const grouped = await (await get('/api/metrics/timeseries?metrics=ai.cost&by=model')).json()
    expect(schemaOf('/api/metrics/timeseries').safeParse(grouped).error?.issues ?? []).toEqual([])
  }, 60_000)

  it('jobs are run, followed and cancelled', async () => {
    const call = (path: string, method = 'GET', body?: unknown) =>
      t.request(path, {
        method,
        headers: { authorization: `Bearer ${key}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    const started = await call('/api/jobs/fold/run', 'POST')
    const run = await fits('/api/jobs/:name/run', 'post', started)
    await fits('/api/jobs/runs/:id', 'get', await call(`/api/jobs/runs/${run.id}`))
    const days = described.find(({ path }) => path === '/api/jobs/:name/run')!.body!
    const range = { from: '2026-11-19', to: '2026-11-20' }
    expect(days.safeParse(range).success).toBe(true)
    const rebuilt = await call('/api/jobs/rebuild/run', 'POST', range)
    expect(rebuilt.status).toBe(202)
    expect(days.safeParse({ ...range, more: 1 }).success).toBe(false)
    expect((await call('/api/jobs/rebuild/run', 'POST', { ...range, more: 1 })).status).toBe(422)
    await expect
      .poll(async () => (await (await call(`/api/jobs/runs/${(await rebuilt.clone().json()).id}`)).json()).state, {
        timeout: 20_000,
      })
      .toBe('ok')
  }, 60_000)

  it('a program signs in', async () => {
    await t.admin('viewer')
    const [admin] = await t.sql<{ email: string }[]>`select email from admins limit 1`
    const body = JSON.stringify({ email: admin!.email, password: TEST_PASSWORD })
    const headers = { 'content-type': 'application/json' }
    await fits('/api/auth/login', 'post', await t.request('/api/auth/login', { method: 'POST', headers, body }))
  })

  it('facts are counted', async () => {
    const send = (body: string) =>
      t.request('/ingest/gauges', {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      })
    await fits('/ingest/gauges', 'post', await send('[{"name":"x","value":1},{"name":"x"}]'))
  })

  const one = (path: string, method: string) =>
    operations.find((o) => o.path === path && o.method === method) as Operation
  const schemaOf = (path: string, method = 'get') => (one(path, method).answer as { schema: z.ZodType }).schema

  async function fits(path: string, method: string, response: Response): Promise<{ id: string }> {
    const body = await response.json()
    expect(response.status, path).toBe(one(path, method).answer.status ?? 200)
    expect(schemaOf(path, method).safeParse(body).error?.issues ?? [], path).toEqual([])
    return body
  }
})

describe('the pages of it', () => {
  it('list and show every operation, for people, without a script of their own', async () => {
    const cookie = await t.admin('viewer')
    const page = async (path: string) => {
      const response = await t.request(path, { headers: { cookie, accept: 'text/html' } })
      expect(response.status, path).toBe(200)
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
      const html = await response.text()
      expect(html, path).not.toMatch(/\b(undefined|NaN)\b|\[object |style="|<script(?![^>]*src="\/assets\/)/)
      return html
    }
    const list = await page('/api/docs')
    expect(list).toContain('id="sources"')
    for (const { operationId, name } of all()) {
      expect(list).toContain(`href="/api/docs/${operationId}"`)
      expect(await page(`/api/docs/${operationId}`), operationId).toContain(name)
    }
    const found = await page('/api/docs?q=signed')
    expect(found).toContain('/api/signed-urls')
    expect(found).not.toContain('/exports/users.csv')
    expect(await page('/api/docs?q=zzzz')).toContain('Nothing matches')
    expect((await t.request('/api/docs/nothing', { headers: { cookie, accept: 'text/html' } })).status).toBe(404)
    expect((await get('/api/docs')).status).toBe(403)
  }, 60_000)

  it('can be found by the command palette', async () => {
    const { items } = await (
      await t.request('/dashboard/palette.json', { headers: { cookie: await t.admin('viewer') } })
    ).json()
    expect(items).toContainEqual(expect.objectContaining({ href: '/api/docs' }))
  })
})
