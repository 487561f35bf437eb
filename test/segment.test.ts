import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({})
  key = await t.key(['ingest'])
})
afterAll(() => t.close())

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = { authorization: `Basic ${btoa(`${key}:`)}` },
) =>
  t.request(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
const named = async (name: string) => t.sql`select * from events where name = ${name} order by user_id`

describe('the official Node client with only its host changed', () => {
  test('identify, track, group, page, screen and alias arrive, and the same batch again changes nothing', async () => {
    const bodies: string[] = []
    const host = await t.listen()
    const statuses: number[] = []
    const analytics = new Analytics({
      writeKey: key,
      host,
      httpClient: async (url, init) => {
        bodies.push(String(init?.body))
        const response = await fetch(url, init as RequestInit)
        statuses.push(response.status)
        return response
      },
    })
    const signedUp = new Date(Date.now() - 86_400_000)
    analytics.identify({
      userId: 'ada',
      anonymousId: 'anon-1',
      traits: {
        email: 'ada@example.com',
        name: 'Ada',
        plan: 'pro',
        createdAt: signedUp,
        seats: 3,
        address: { city: 'London' },
      },
      context: { timezone: 'Europe/London' },
    })
    analytics.track({
      userId: 'ada',
      event: 'Project Created',
      properties: { size: 3 },
      context: { ip: '81.2.69.142', userAgent: PHONE, groupId: 'acme', sessionId: 's-1' },
    })
    analytics.group({ userId: 'ada', groupId: 'acme', traits: { name: 'Acme', plan: 'business', employees: 12 } })
    analytics.page({ userId: 'ada', name: 'Pricing', properties: { path: '/pricing' } })
    analytics.screen({ userId: 'ada', name: 'Inbox' })
    analytics.alias({ userId: 'ada', previousId: 'anon-0' })
    await analytics.closeAndFlush()
    expect(statuses).toEqual(statuses.map(() => 200))

    const state = async () => ({
      events: await t.sql`select * from events order by name`,
      users:
        await t.sql`select user_id, tenant_id, email, username, plan, city, time_zone, created_at, created_known, traits from users`,
      tenants: await t.sql`select tenant_id, name, plan, properties from tenants`,
      identities: await t.sql`select anonymous_id, user_id from identities order by 1`,
    })
    const before = await state()
    expect(before.events).toMatchObject([
      { name: 'Inbox', type: 'screen', user_id: 'ada', source: 'segment' },
      { name: 'Pricing', type: 'page', user_id: 'ada', properties: { path: '/pricing' }, country: null, device: null },
      {
        name: 'Project Created',
        type: 'track',
        tenant_id: 'acme',
        session_id: 's-1',
        country: 'GB',
        device: 'phone',
        properties: { size: 3 },
      },
    ])
    expect(before.users).toMatchObject([
      {
        user_id: 'ada',
        tenant_id: 'acme',
        email: 'ada@example.com',
        username: 'Ada',
        plan: 'pro',
        city: 'London',
        time_zone: 'Europe/London',
        created_at: signedUp,
        created_known: true,
        traits: { seats: 3 },
      },
    ])
    expect(before.tenants).toMatchObject([
      { tenant_id: 'acme', name: 'Acme', plan: 'business', properties: { employees: 12 } },
    ])
    expect(before.identities).toEqual([
      { anonymous_id: 'anon-0', user_id: 'ada' },
      { anonymous_id: 'anon-1', user_id: 'ada' },
    ])

    for (const body of bodies) expect((await post('/v1/batch', body)).status).toBe(200)
    expect(await state()).toEqual(before)
  })
})

describe('single calls', () => {
  test.each([
    ['track', { event: 'single' }, 'single'],
    ['t', { event: 'initial' }, 'initial'],
    ['page', {}, 'page'],
    ['screen', {}, 'screen'],
  ])('/v1/%s stores its event', async (path, body, name) => {
    const response = await post(`/v1/${path}`, { userId: 'u1', ...body })
    expect(await response.json()).toMatchObject({ success: true, accepted: 1, duplicate: 0, rejected: 0 })
    expect((await named(name)).filter(({ user_id }) => user_id === 'u1')).toHaveLength(1)
  })

  test('a browser sends its write key in the body, as text/plain from any origin', async () => {
    const headers = { 'content-type': 'text/plain', origin: 'https://product.example', 'user-agent': PHONE }
    const response = await post('/v1/t', { writeKey: key, event: 'from a browser', anonymousId: 'a9' }, headers)
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await named('from a browser')).toMatchObject([{ anonymous_id: 'a9', user_id: '', device: 'phone' }])
  })

  test('a browser may ask before it sends', async () => {
    const response = await t.request('/v1/track', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://product.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization')
  })

  test('no write key, a wrong one and one without ingest are refused', async () => {
    expect((await post('/v1/track', { event: 'x' }, {})).status).toBe(401)
    expect((await post('/v1/track', { event: 'x', writeKey: 'qd_wrong' }, {})).status).toBe(401)
    expect((await post('/v1/track', { event: 'x', writeKey: await t.key(['read']) }, {})).status).toBe(403)
  })
})

describe('a batch', () => {
  test('one bad message fails no neighbour and is told by its place', async () => {
    const response = await post('/v1/batch', {
      batch: [
        { type: 'track', userId: 'n1', event: 'neighbour' },
        { type: 'track', userId: 'n2' },
        { type: 'dance', userId: 'n3' },
        'no message',
        { type: 'identify', anonymousId: 'only' },
        { type: 'group', userId: 'n4', groupId: '*' },
        { type: 'track', userId: 'n5', event: 'neighbour' },
      ],
    })
    expect(response.status).toBe(200)
    const answer = (await response.json()) as { errors: { index: number }[] }
    expect(answer).toMatchObject({ success: true, accepted: 2, rejected: 5 })
    expect(answer.errors.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5])
    expect((await named('neighbour')).map((row) => row.user_id)).toEqual(['n1', 'n5'])
    const kept = await t.sql`select reason from rejected_facts where source = 'segment'`
    expect(kept.length).toBeGreaterThanOrEqual(5)
  })

  test('a message sent twice is counted once', async () => {
    const message = { type: 'track', userId: 'u1', event: 'twice', messageId: 'ajs-next-1' }
    const answer = await (await post('/v1/batch', { batch: [message, { ...message, messageId: 'other' }] })).json()
    expect(answer).toMatchObject({ accepted: 2, duplicate: 0 })
    expect(await (await post('/v1/batch', { batch: [message] })).json()).toMatchObject({ accepted: 0, duplicate: 1 })
    expect(await named('twice')).toHaveLength(2)
  })

  test("a wrong client clock is corrected by the batch's sentAt", async () => {
    const wrong = Date.now() - 3 * 3_600_000
    await post('/v1/batch', {
      sentAt: new Date(wrong).toISOString(),
      batch: [{ type: 'track', userId: 'u1', event: 'late clock', timestamp: new Date(wrong - 60_000).toISOString() }],
    })
    const [event] = await named('late clock')
    expect(Math.abs(event!.ts.getTime() - (Date.now() - 60_000))).toBeLessThan(10_000)
  })

  test('odd traits stay traits and do not lose the user', async () => {
    const traits = { plan: { id: 'pro' }, createdAt: 'once upon a time', email: 'odd@example.com', __proto__x: 1 }
    const answer = await (await post('/v1/identify', { userId: 'odd', traits })).json()
    expect(answer).toMatchObject({ accepted: 1 })
    expect(await t.sql`select email, plan, created_known, traits from users where user_id = 'odd'`).toMatchObject([
      {
        email: 'odd@example.com',
        plan: null,
        created_known: false,
        traits: { plan: { id: 'pro' }, createdAt: 'once upon a time' },
      },
    ])
  })

  test('what is no batch is 422', async () => {
    expect((await post('/v1/batch', '{"batch":')).status).toBe(422)
    expect((await post('/v1/batch', { batch: {} })).status).toBe(422)
    expect((await post('/v1/batch', '[]')).status).toBe(422)
  })
})
