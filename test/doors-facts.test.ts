import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2026-11-10T12:00:00Z')
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({
    now: () => NOW,
    config: { trustProxy: true, ingestBodyLimitBytes: 100_000, ingestBatchLimit: 50 },
  })
  key = await t.key(['ingest'])
})
afterAll(() => t.close())

interface Answer {
  accepted: number
  duplicate: number
  rejected: number
  errors: { index: number; reason: string; line?: number }[]
}

const post = (path: string, body: string, headers: Record<string, string> = {}, secret = key) =>
  t.request(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
  })
const send = async (path: string, body: unknown, headers = {}): Promise<Answer> => {
  const response = await post(path, typeof body === 'string' ? body : JSON.stringify(body), headers)
  return (await response.json()) as Answer
}
const named = async (name: string) => t.sql`select * from events where name = ${name} order by user_id`
const rejectedWith = async (text: string) =>
  t.sql`select kind, source, reason, convert_from(raw, 'UTF8') as raw from rejected_facts where reason like ${`%${text}%`}`

describe('what becomes of facts', () => {
  test('one object, an array and NDJSON are all taken', async () => {
    expect(await send('/ingest/events', { name: 'one', user_id: 'u1' })).toMatchObject({ accepted: 1 })
    expect(await send('/ingest/events', [{ name: 'one' }, { name: 'one' }])).toMatchObject({ accepted: 2 })
    const lines = '{"name":"one"}\r\n\n{"name":"one"}\n'
    expect(await send('/ingest/events', lines, { 'content-type': 'application/x-ndjson' })).toMatchObject({
      accepted: 2,
    })
    expect(await named('one')).toHaveLength(5)
  })

  test('poisoned rows are rejected with their place and reason, and lose no neighbour', async () => {
    const answer = await send('/ingest/events', [
      { name: 'poison', user_id: 'ok1' },
      { name: 'poison', user_id: 'nul\0' },
      { user_id: 'nameless' },
      42,
      null,
      { name: 'poison', ts: '2026-02-30T00:00:00Z' },
      { name: 'poison', tenant_id: '*' },
      { name: 'poison', ts: new Date(NOW.getTime() + 2 * DAY_MS).toISOString() },
      { name: 'poison', ts: new Date(NOW.getTime() - 401 * DAY_MS).toISOString() },
      { name: 'poison', properties: { half: '\ud800' } },
      { name: 'poison', user_id: 'ok2' },
    ])
    expect(answer).toMatchObject({ accepted: 2, duplicate: 0, rejected: 9 })
    expect(answer.errors.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect((await named('poison')).map((row) => row.user_id)).toEqual(['ok1', 'ok2'])
    expect(await rejectedWith('NUL')).toMatchObject([{ kind: 'events', source: 'typed' }])
  })

  test('a request of which nothing can be stored is 422 with the same counts', async () => {
    const response = await post('/ingest/events', '[{"user_id":"u1"},{}]')
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      status: 422,
      accepted: 0,
      rejected: 2,
      errors: [{ index: 0 }, { index: 1 }],
    })
  })

  test('only the first 20 reasons are told, all are counted and kept', async () => {
    const facts = Array.from({ length: 30 }, (_, n) => ({ name: 'many', tenant_id: '*', properties: { n } }))
    const answer = await send('/ingest/events', [{ name: 'many' }, ...facts])
    expect(answer).toMatchObject({ accepted: 1, rejected: 30 })
    expect(answer.errors).toHaveLength(20)
    expect((await rejectedWith('tenant_id')).length).toBeGreaterThanOrEqual(30)
  })

  test('a broken line of NDJSON is one rejected row, told by its line', async () => {
    const lines = ['{"name":"line"}', '', '{"name":', '[]', '{"user_id":"nameless"}', '{"name":"line"}'].join('\n')
    const answer = await send('/ingest/events', lines, { 'content-type': 'application/x-ndjson' })
    expect(answer).toMatchObject({ accepted: 2, rejected: 3 })
    expect(answer.errors.map(({ index, line }) => [index, line])).toEqual([
      [1, 3],
      [2, 4],
      [3, 5],
    ])
    expect(await rejectedWith('line 3 is not JSON')).toMatchObject([{ kind: 'events', raw: '{"name":' }])
  })

  test('facts sent again are duplicates and change nothing', async () => {
    const facts = [
      { id: 'again-1', name: 'again', user_id: 'u1', ts: '2026-11-10T10:00:00Z' },
      { id: 'again-2', name: 'again', user_id: 'u1' },
    ]
    expect(await send('/ingest/events', facts)).toMatchObject({ accepted: 2, duplicate: 0, rejected: 0 })
    expect(await send('/ingest/events', facts)).toMatchObject({ accepted: 0, duplicate: 2, rejected: 0 })
    const corrected = [
      { ...facts[0], ts: '2026-11-10T11:00:00Z' },
      { id: 'again-3', name: 'again' },
    ]
    expect(await send('/ingest/events', corrected)).toMatchObject({ accepted: 1, duplicate: 1, rejected: 0 })
    expect(await named('again')).toHaveLength(3)
  })

  test('each kind has its door', async () => {
    const facts: Record<string, object> = {
      events: { name: 'door' },
      'api-calls': { model: 'gpt-4o', provider: 'openai', tokens_in: 1000, tokens_out: 100 },
      jobs: { id: 'j1', kind: 'build', status: 'succeeded', enqueued_at: '2026-11-10T10:00:00Z' },
      payments: { id: 'p1', provider: 'stripe', status: 'succeeded', amount: 1900 },
      subscriptions: { id: 's1', plan: 'pro', status: 'active', amount: 1900, user_id: 'u1', interval: 'month' },
      users: { id: 'u1', email: 'u1@example.com' },
      identities: { anonymous_id: 'a1', user_id: 'u1' },
      tenants: { id: 't1', name: 'Tenant' },
      objects: { kind: 'project', id: 'o1' },
      plans: { id: 'pro', name: 'Pro', class: 'paid' },
      gauges: { name: 'queue_depth', value: 3 },
      probes: { target: 'https://example.com', ok: true },
      'mrr-movements': { id: 'm1', customer_id: 'c1', kind: 'new', amount: 1900 },
    }
    for (const [path, fact] of Object.entries(facts))
      expect([path, await send(`/ingest/${path}`, fact)]).toMatchObject([path, { accepted: 1, rejected: 0 }])
  })

  test("a row's own address and user agent become country and device; a program's connection says nothing", async () => {
    await send(
      '/ingest/events',
      { name: 'row place', ip: '81.2.69.142', user_agent: PHONE },
      { 'user-agent': 'curl/8' },
    )
    expect(await named('row place')).toMatchObject([{ country: 'GB', device: 'phone', browser: 'Safari', os: 'iOS' }])
    await send('/ingest/events', { name: 'server' }, { 'user-agent': 'curl/8', 'x-forwarded-for': '81.2.69.142' })
    expect(await named('server')).toMatchObject([{ country: null, device: null }])
    const forwarded = { 'user-agent': PHONE, 'x-forwarded-for': '10.0.0.1, 8.8.8.8' }
    await send('/ingest/events', { name: 'browser' }, forwarded)
    expect(await named('browser')).toMatchObject([{ country: 'US', device: 'phone' }])
  })
})

describe('a key that is bound to tenants', () => {
  const sendWith = async (secret: string, path: string, body: unknown) =>
    (await (await post(path, JSON.stringify(body), {}, secret)).json()) as Answer

  test('writes for these only, and with one tenant need not name it', async () => {
    const bound = await t.key(['ingest'], ['acme'])
    const answer = await sendWith(bound, '/ingest/events', [
      { name: 'bound', user_id: 'a', tenant_id: 'acme' },
      { name: 'bound', user_id: 'b' },
      { name: 'bound', user_id: 'c', tenant_id: 'other' },
    ])
    expect(answer).toMatchObject({ accepted: 2, rejected: 1, errors: [{ index: 2 }] })
    expect((await named('bound')).map((row) => [row.user_id, row.tenant_id])).toEqual([
      ['a', 'acme'],
      ['b', 'acme'],
    ])
    expect(await rejectedWith('of the tenant other')).toMatchObject([{ kind: 'events', source: 'typed' }])
  })

  test('with several tenants has to name one, and writes nothing that belongs to all', async () => {
    const bound = await t.key(['ingest'], ['acme', 'globex'])
    expect(await sendWith(bound, '/ingest/events', [{ name: 'x' }])).toMatchObject({ accepted: 0, rejected: 1 })
    expect(await sendWith(bound, '/ingest/tenants', [{ id: 'acme' }, { id: 'other' }])).toMatchObject({
      accepted: 1,
      rejected: 1,
    })
    expect(await sendWith(bound, '/ingest/plans', { id: 'x', name: 'X', class: 'paid' })).toMatchObject({
      accepted: 0,
      rejected: 1,
    })
    expect(
      await sendWith(bound, '/v1/batch', { batch: [{ type: 'group', userId: 'u', groupId: 'other' }] }),
    ).toMatchObject({ accepted: 0, rejected: 1 })
  })
})
