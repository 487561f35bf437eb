import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refreshCohorts } from '../src/cohorts/recompute.ts'
import { tables } from '../src/exports/tables/index.ts'
import { factKinds } from '../src/facts/index.ts'
import { recomputeHealth } from '../src/health/recompute.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const TS = '2026-11-20T10:00:00.000Z'
const SECRET = 'Zoë Secret'

let t: TestApp
let key: string

/** A row for each kind of fact, of the tenant t1 and with personal text wherever a kind takes any. */
const FACTS: Record<string, object[]> = {
  users: [
    {
      id: 'u1',
      tenant_id: 't1',
      email: 'u1@example.com',
      username: SECRET,
      plan: 'pro',
      city: SECRET,
      country: 'DE',
      created_at: TS,
      traits: { name: SECRET },
    },
    { id: 'u2', tenant_id: 't2', email: 'u2@example.com', created_at: '2025-01-01T00:00:00Z' },
  ],
  tenants: [
    { id: 't1', name: SECRET, plan: 'team', created_at: TS, note: SECRET },
    { id: 't2', created_at: TS },
  ],
  objects: [
    { kind: 'project', id: 'o1', user_id: 'u1', tenant_id: 't1', name: SECRET, status: 'open', created_at: TS },
  ],
  plans: [{ id: 'pro', name: 'Pro', class: 'paid', amount: 4900, currency: 'USD', interval: 'month' }],
  subscriptions: [
    {
      id: 's1',
      user_id: 'u1',
      tenant_id: 't1',
      plan: 'pro',
      status: 'active',
      amount: 4900,
      currency: 'USD',
      interval: 'month',
      started_at: TS,
    },
  ],
  payments: [
    {
      id: 'p1',
      ts: TS,
      user_id: 'u1',
      tenant_id: 't1',
      provider: 'stripe',
      status: 'succeeded',
      amount: 4999,
      fee: 175,
      currency: 'USD',
    },
    {
      id: 'p2',
      ts: TS,
      user_id: 'u2',
      tenant_id: 't2',
      provider: 'paystack',
      status: 'failed',
      amount: 5000,
      currency: 'JPY',
      failure_reason: SECRET,
    },
    // Half an hour of the next day in Berlin.
    {
      id: 'p3',
      ts: '2026-11-18T23:30:00Z',
      tenant_id: 't1',
      provider: 'stripe',
      status: 'refunded',
      amount: -1250,
      currency: 'USD',
    },
  ],
  jobs: [
    {
      id: 'j1',
      ts: TS,
      user_id: 'u1',
      tenant_id: 't1',
      kind: 'build',
      status: 'failed',
      enqueued_at: TS,
      finished_at: TS,
      error: SECRET,
    },
  ],
  events: [
    { id: 'e1', ts: TS, name: 'click', user_id: 'u1', tenant_id: 't1', session_id: 'x', properties: { text: SECRET } },
    { id: 'e2', ts: TS, name: '=cmd|1', user_id: 'u2', tenant_id: 't2' },
  ],
  'api-calls': [
    {
      ts: TS,
      request_id: 'r1',
      user_id: 'u1',
      tenant_id: 't1',
      provider: 'acme',
      model: 'm1',
      tokens_in: 10,
      tokens_out: 5,
      latency_ms: 120.5,
      cost: 0.0125,
      prompt: SECRET,
    },
    {
      ts: TS,
      request_id: 'r2',
      user_id: 'u2',
      tenant_id: 't2',
      service: 'web',
      endpoint: '/x',
      status: 'error',
      http_status: 500,
    },
  ],
  gauges: [{ ts: TS, name: 'queue.depth', value: 3, tenant_id: 't1', labels: { note: SECRET } }],
  probes: [{ ts: TS, target: 'https://x.example', ok: false, error: SECRET }],
  invoices: [
    { id: 'i1', user_id: 'u1', tenant_id: 't1', status: 'open', amount: 4900, currency: 'USD', issued_at: TS },
  ],
  campaigns: [
    {
      id: 'c1',
      name: 'Spring',
      tenant_id: 't1',
      kind: 'acquisition',
      tags: ['a', 'b'],
      budget: 10000,
      currency: 'USD',
      started_at: TS,
    },
  ],
  'campaign-spend': [{ campaign_id: 'c1', day: '2026-11-20', amount: 1234, currency: 'USD', clicks: 3 }],
  components: [{ id: 'k1', name: 'Hero', kind: 'hero', quality: 90, created_at: TS }],
  'component-uses': [{ ts: TS, component_id: 'k1', user_id: 'u1', tenant_id: 't1', ok: true }],
  prompts: [{ id: 'q1', ts: TS, user_id: 'u1', tenant_id: 't1', model: 'm1', status: 'succeeded', text: SECRET }],
  messages: [
    {
      id: 'm1',
      ts: TS,
      user_id: 'u1',
      tenant_id: 't1',
      channel: 'email',
      direction: 'out',
      status: 'sent',
      recipient: SECRET,
      subject: SECRET,
      text: SECRET,
    },
  ],
  tickets: [{ id: 'h1', user_id: 'u1', tenant_id: 't1', subject: SECRET, status: 'open', created_at: TS }],
  feedback: [{ ts: TS, user_id: 'u1', tenant_id: 't1', kind: 'nps', score: 9, comment: SECRET }],
  'app-errors': [
    {
      ts: TS,
      user_id: 'u1',
      tenant_id: 't1',
      source: 'client',
      kind: 'TypeError',
      message: SECRET,
      url: `https://x.example/a?name=${SECRET}`,
    },
  ],
  'webhook-deliveries': [
    {
      id: 'w1',
      ts: TS,
      tenant_id: 't1',
      target: `https://x:y@x.example/${SECRET}`,
      event: 'x',
      status: 'failed',
      error: SECRET,
    },
  ],
  'web-vitals': [{ id: 'v1', ts: TS, name: 'LCP', value: 1200, user_id: 'u1', tenant_id: 't1', path: '/' }],
  invites: [{ id: 'n1', user_id: 'u1', tenant_id: 't1', invitee: SECRET, sent_at: TS }],
  experiments: [{ id: 'x1', name: 'New home', variants: ['a', 'b'], status: 'running', started_at: TS }],
  exposures: [{ ts: TS, experiment_id: 'x1', variant: 'a', user_id: 'u1', tenant_id: 't1' }],
}

async function fill(app: TestApp): Promise<void> {
  const ingest = await app.key(['ingest'])
  for (const [path, facts] of Object.entries(FACTS)) {
    const init = { method: 'POST', headers: { authorization: `Bearer ${ingest}`, 'content-type': 'application/json' } }
    const response = await app.request(`/ingest/${path}`, { ...init, body: JSON.stringify(facts) })
    expect(await response.json(), path).toMatchObject({ accepted: facts.length, rejected: 0 })
  }
  await app.fold()
  await closeDays(app.deps, ['2026-11-20'])
  await refreshCohorts(app.deps)
  await app.sql`
    insert into action_runs (id, action, user_id, tenant_id, actor, key, reason, request, state, at, settled_at)
    values ('00000000-0000-4000-8000-000000000001', 'suspend', 'u1', 't1', 'admin:1', 'k', ${SECRET}, '{}', 'done',
      ${TS}, ${TS})`
  // As of the day whose facts these are.
  await recomputeHealth({ ...app.deps, now: () => new Date('2026-11-21T12:00:00Z') })
  await app.sql`
    insert into funnel_snapshots (day, scope, place, stage, people, computed_at)
    values ('2026-11-20', '*', 1, 'visitors', 1, ${TS}), ('2026-11-20', 't1', 1, 'visitors', 1, ${TS})`
  await app.sql`
    insert into component_gaps (day, scope, site_type, industry, prompts, helped, computed_at)
    values ('2026-11-20', '*', 'shop', 'food', 40, 3, ${TS}), ('2026-11-20', 't1', 'shop', 'food', 40, 3, ${TS})`
}

beforeAll(async () => {
  t = await testApp({ now: NOW, config: { storeContent: true } })
  await fill(t)
  key = await t.key(['read'])
})
afterAll(() => t?.close())

const get = (path: string, by = key, app = t) => app.request(path, { headers: { authorization: `Bearer ${by}` } })
const rowsOf = async (path: string, by = key, app = t): Promise<Record<string, string>[]> => {
  const response = await get(path, by, app)
  expect(response.status, path).toBe(200)
  return parse(await response.text(), { columns: true })
}

/** Each night, or by admins. */
const MADE = ['actions', 'cohorts', 'component-gaps', 'funnel-snapshots', 'health', 'metric-dimensions']

describe('every table', () => {
  it('is of a kind of facts, of what is made of them each night, or of what admins did', () => {
    const names = tables.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    // Who an anonymous visitor turned out to be is no list of rows, but part of all the others.
    const without = ['identities']
    expect(names.sort()).toEqual(
      [...Object.values(factKinds).map(({ path }) => path), ...MADE].filter((path) => !without.includes(path)).sort(),
    )
  })

  it.each(tables.map(({ name }) => name))(
    '%s has its rows as a file and as JSON, under the same names',
    async (name) => {
      const response = await get(`/exports/${name}.csv?from=2026-01-01`)
      expect(response.headers.get('content-type')).toContain('text/csv')
      expect(response.headers.get('content-disposition')).toContain(`quarterdeck-${name}-2026-01-01-2026-11-20.csv`)
      const text = await response.text()
      const [header] = parse(text) as string[][]
      expect(header).toEqual(Object.keys(tables.find((table) => table.name === name)!.columns))
      const rows: Record<string, string>[] = parse(text, { columns: true })
      expect(rows.length).toBeGreaterThan(0)
      const page = await (await get(`/api/tables/${name}?from=2026-01-01&limit=500`)).json()
      expect(page).toMatchObject({ table: name, next: null })
      expect(page.rows.map((row: object) => Object.keys(row))).toEqual(rows.map((row) => Object.keys(row)))
      const [first] = page.rows as Record<string, unknown>[]
      for (const [column, value] of Object.entries(first ?? {}))
        if (typeof value === 'number' || value === null)
          expect(rows[0]?.[column], column).toBe(value === null ? '' : `${value}`)
    },
  )

  it('lists its columns and parameters', async () => {
    const { tables: listed } = await (await get('/api/tables')).json()
    expect(listed).toHaveLength(tables.length)
    const payments = listed.find(({ table }: { table: string }) => table === 'payments')
    expect(payments).toMatchObject({
      csv: '/exports/payments.csv',
      parameters: ['from', 'to', 'tenant', 'provider', 'status', 'currency'],
    })
    expect(payments.columns).toContainEqual({ name: 'amount', type: 'money' })
  })
})

describe('what is in them', () => {
  it('money in major units of its own currency, negative ones too', async () => {
    const rows = await rowsOf('/exports/payments.csv')
    expect(rows.map(({ payment_id, amount, fee, currency }) => [payment_id, amount, fee, currency])).toEqual([
      ['p3', '-12.5', '0', 'USD'],
      ['p1', '49.99', '1.75', 'USD'],
      ['p2', '5000', '0', 'JPY'],
    ])
    const [subscription] = await rowsOf('/exports/subscriptions.csv')
    expect(subscription).toMatchObject({ amount: '49', mrr: '49', status: 'active', started_at: TS })
  })

  it('users with counts over all days, of the scope asked for', async () => {
    const [u1, u2] = await rowsOf('/exports/users.csv')
    expect(u1).toMatchObject({ email: 'u1@example.com', plan: 'pro', events: '1', api_calls: '1', jobs: '1' })
    expect(u1).toMatchObject({ active_days: '1', last_active_on: '2026-11-20', ai_cost: '0.0125' })
    expect(u2).toMatchObject({ user_id: 'u2', errors: '1', events: '1' })
    const [tenant] = await rowsOf('/exports/tenants.csv?tenant=t1')
    expect(tenant).toMatchObject({ tenant_id: 't1', users: '1' })
  })

  it('text that no spreadsheet takes for a formula, lists and objects as text', async () => {
    const events = await rowsOf('/exports/events.csv')
    expect(events.map(({ name }) => name).sort()).toEqual(["'=cmd|1", 'click'])
    expect(events.find(({ name }) => name === 'click')?.properties).toBe(JSON.stringify({ text: SECRET }))
    expect((await rowsOf('/exports/campaigns.csv'))[0]?.tags).toBe('a, b')
    const { rows } = await (await get('/api/tables/campaigns')).json()
    expect(rows[0].tags).toEqual(['a', 'b'])
  })
})

describe('which rows', () => {
  it('is said by days of the configured zone', async () => {
    const ids = async (app: TestApp, query: string) => {
      const by = app === t ? key : await app.key(['read'])
      return (await rowsOf(`/exports/payments.csv?${query}`, by, app)).map(({ payment_id }) => payment_id)
    }
    expect(await ids(t, 'from=2026-11-18&to=2026-11-18')).toEqual(['p3'])
    expect(await ids(t, 'from=2026-11-19&to=2026-11-20')).toEqual(['p1', 'p2'])
    const berlin = await testApp({ now: NOW, config: { timeZone: 'Europe/Berlin' } })
    await fill(berlin)
    expect(await ids(berlin, 'from=2026-11-19&to=2026-11-19')).toEqual(['p3'])
    await berlin.close()
  })

  it('is all of them for what there is, and the last 30 days for what happened, unless a period says otherwise', async () => {
    expect(await rowsOf('/exports/users.csv')).toHaveLength(2)
    expect((await rowsOf('/exports/users.csv?from=2026-11-01')).map(({ user_id }) => user_id)).toEqual(['u1'])
    expect((await rowsOf('/exports/users.csv?to=2025-12-31')).map(({ user_id }) => user_id)).toEqual(['u2'])
    expect(await rowsOf('/exports/payments.csv?to=2026-10-01')).toEqual([])
  })

  it('is narrowed by values, each one of several', async () => {
    const ids = async (query: string) =>
      (await rowsOf(`/exports/payments.csv?${query}`)).map(({ payment_id }) => payment_id)
    expect(await ids('status=failed')).toEqual(['p2'])
    expect(await ids('status=failed,refunded')).toEqual(['p3', 'p2'])
    expect(await ids('status=failed&status=refunded&provider=stripe')).toEqual(['p3'])
    expect(await rowsOf('/exports/api-calls.csv?ai=true')).toMatchObject([{ request_id: 'r1', cost: '0.0125' }])
  })

  it('is that of the tenant asked for, or of the tenants that a key is bound to', async () => {
    const bound = await t.key(['read'], ['t1'])
    for (const { name, hasTenant } of tables) {
      const status = async (query: string) => (await get(`/exports/${name}.csv${query}`, bound)).status
      if (!hasTenant) {
        expect(await status(''), name).toBe(403)
        continue
      }
      expect(await status('?tenant=t2'), name).toBe(403)
      const rows = await rowsOf(`/exports/${name}.csv`, bound)
      expect(new Set(rows.map(({ tenant_id }) => tenant_id)), name).toEqual(new Set(['t1']))
      expect((await get(`/api/tables/${name}?tenant=t2`, bound)).status, name).toBe(403)
      const page = await (await get(`/api/tables/${name}?limit=500`, bound)).json()
      expect(page.rows, name).toHaveLength(rows.length)
    }
  })

  it.each([
    ['/exports/payments.csv?from=yesterday', 'from'],
    ['/exports/payments.csv?from=2026-11-20&to=2026-11-01', 'from'],
    ['/exports/users.csv?from=2026-11-20&to=2026-11-01', 'from'],
    ['/exports/users.csv?from=1971-01-01&to=2026-11-01', 'from'],
    ['/exports/events.csv?tenant=a%00b', 'tenant'],
    [`/exports/events.csv?name=${'x'.repeat(501)}`, 'name'],
    ['/exports/events.csv?name=a%00b', 'name'],
    ['/api/tables/events?limit=0', 'limit'],
    ['/api/tables/events?limit=1001', 'limit'],
    ['/api/tables/events?after=nonsense', 'after'],
    [
      `/api/tables/events?after=${Buffer.from('["2026-13-40 00:00:00+00","1","(0,1)"]').toString('base64url')}`,
      'after',
    ],
    [
      `/api/tables/events?after=${Buffer.from('["2026-11-20 00:00:00+00","1","(0,99999999)"]').toString('base64url')}`,
      'after',
    ],
    [`/api/tables/users?after=${Buffer.from('["a\\u0000"]').toString('base64url')}`, 'after'],
  ])('is not said by %s', async (path, parameter) => {
    const response = await get(path)
    expect(response.status).toBe(422)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect((await response.json()).detail).toMatch(new RegExp(`^${parameter}(\\.\\d+)?: `))
  })
})

describe('in privacy mode strict', () => {
  it('nothing personal is in any file or page, and nothing is found by it', async () => {
    const strict = await testApp({ now: NOW, config: { privacy: 'strict', storeContent: true } })
    await fill(strict)
    const by = await strict.key(['read'])
    for (const { name, columns } of tables) {
      for (const path of [`/exports/${name}.csv`, `/api/tables/${name}`]) {
        const response = await get(path, by, strict)
        expect(response.status, path).toBe(200)
        expect(await response.text(), path).not.toContain(SECRET)
      }
      const [row] = await rowsOf(`/exports/${name}.csv`, by, strict)
      expect(Object.keys(row ?? {}), name).toEqual(Object.keys(columns))
    }
    const [user] = await rowsOf('/exports/users.csv', by, strict)
    expect(user).toMatchObject({ user_id: 'u1', email: 'u1@example.com', plan: 'pro', events: '1' })
    expect(user).toMatchObject({ username: '', country: '', city: '', traits: '' })
    expect((await get('/exports/users.csv?country=DE', by, strict)).status).toBe(403)
    await strict.close()
  })

  it('everywhere else it is there', async () => {
    const texts = await Promise.all(tables.map(async ({ name }) => (await get(`/exports/${name}.csv`)).text()))
    expect(texts.filter((text) => text.includes(SECRET)).length).toBeGreaterThan(15)
  })
})
