import { gzipSync } from 'node:zlib'
import { PostHog } from 'posthog-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({})
  key = await t.key(['read', 'ingest'])
})
afterAll(() => t.close())

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  t.request(path, {
    method: 'POST',
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
const send = async (...events: unknown[]): Promise<Record<string, unknown>> => {
  const answer = await post('/batch/', { api_key: key, batch: events })
  return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) }
}
const named = (name: string) => t.sql`select * from events where name = ${name} order by ts`

describe('the official Node client with only its host and key changed', () => {
  test('capture, identify, alias, groupIdentify and captureException arrive, once, and are counted', async () => {
    const app = await testApp({ now: new Date() })
    const secret = await app.key(['read', 'ingest'])
    const bodies: Uint8Array[] = []
    const answers: { url: string; status: number }[] = []
    const client = new PostHog(secret, {
      host: await app.listen(),
      fetch: async (url, options) => {
        const response = await fetch(url, options as RequestInit)
        answers.push({ url, status: response.status })
        if (url.endsWith('/batch/')) bodies.push(await bytesOf(options.body))
        return response
      },
    })
    client.identify({
      distinctId: 'ada',
      properties: {
        $set: { email: 'ada@example.com', name: 'Ada', plan: 'pro', seats: 3 },
        $set_once: { city: 'London' },
      },
    })
    client.alias({ distinctId: 'ada', alias: 'anon-1' })
    client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { name: 'Acme', employees: 12 } })
    client.groupIdentify({ groupType: 'project', groupKey: 'p1', properties: { name: 'Not a tenant' } })
    client.capture({
      distinctId: 'ada',
      event: 'project created',
      groups: { project: 'p1', company: 'acme' },
      properties: { size: 3, $ip: '81.2.69.142', $raw_user_agent: PHONE, $session_id: 's-1' },
    })
    client.capture({ distinctId: 'bob', event: 'project created' })
    client.captureException(new TypeError('it is null'), 'ada')
    expect(await client.isFeatureEnabled('new-editor', 'ada')).toBeFalsy()
    expect(await client.getAllFlags('ada')).toEqual({})
    await client.shutdown()
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(answers.some(({ url }) => url.includes('/flags'))).toBe(true)

    expect(await app.sql`select user_id, tenant_id, email, username, plan, city, traits from users`).toEqual([
      {
        user_id: 'ada',
        tenant_id: '',
        email: 'ada@example.com',
        username: 'Ada',
        plan: 'pro',
        city: 'London',
        traits: { seats: 3 },
      },
    ])
    expect(await app.sql`select anonymous_id, user_id from identities`).toEqual([
      { anonymous_id: 'anon-1', user_id: 'ada' },
    ])
    expect(await app.sql`select tenant_id, name, properties from tenants`).toEqual([
      { tenant_id: 'acme', name: 'Acme', properties: { employees: 12 } },
    ])
    expect(await app.sql`select * from events where name = 'project created' order by user_id`).toMatchObject([
      {
        user_id: 'ada',
        tenant_id: 'acme',
        session_id: 's-1',
        source: 'posthog',
        country: 'GB',
        device: 'phone',
        properties: { size: 3 },
      },
      { user_id: 'bob', tenant_id: '', country: null, device: null },
    ])
    expect(await app.sql`select user_id, source, kind, message from app_errors`).toEqual([
      { user_id: 'ada', source: 'server', kind: 'TypeError', message: 'it is null' },
    ])
    // It was asked for, but there is no such flag: nobody saw a variant.
    expect(await app.sql`select from exposures`).toHaveLength(0)

    await app.fold()
    const count = async (table: 'events' | 'app_errors' | 'users') =>
      Number((await app.sql`select count(*) as n from ${app.sql(table)}`)[0]!.n)
    const before = [await count('events'), await count('app_errors'), await count('users')]
    const headers = { authorization: `Bearer ${secret}` }
    const answer = await app.request('/api/metrics/summary?metrics=users.dau,users.total', { headers })
    const { metrics } = (await answer.json()) as { metrics: { metric: string; value: number }[] }
    expect(metrics.map(({ metric, value }) => [metric, value])).toEqual([
      ['users.dau', 2],
      ['users.total', 2],
    ])
    for (const body of bodies) {
      const again = await app.request('/batch/', {
        method: 'POST',
        body: body as BodyInit,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      })
      expect(again.status).toBe(200)
    }
    await app.fold()
    expect([await count('events'), await count('app_errors'), await count('users')]).toEqual(before)
    await app.close()
  })
})

async function bytesOf(body: unknown): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body as BodyInit).arrayBuffer())
}

/** An event as the browser client makes it: the key in its properties, how long ago instead of when. */
const browserEvent = (event: string, properties: object = {}, more: object = {}) => ({
  uuid: crypto.randomUUID(),
  event,
  offset: 2000,
  properties: {
    token: key,
    distinct_id: 'device-1',
    $device_id: 'device-1',
    $is_identified: false,
    $lib: 'web',
    ...properties,
  },
  ...more,
})

describe('the browser client', () => {
  const forms: [string, (text: string) => { body: string | Uint8Array; type: string }][] = [
    ['gzip-js', (text) => ({ body: new Uint8Array(gzipSync(text)), type: 'text/plain' })],
    [
      'base64',
      (text) => ({ body: `data=${encodeURIComponent(btoa(text))}`, type: 'application/x-www-form-urlencoded' }),
    ],
    ['base64 unescaped', (text) => ({ body: `data=${btoa(text)}`, type: 'application/x-www-form-urlencoded' })],
    [
      'a form of JSON',
      (text) => ({ body: `data=${encodeURIComponent(text)}`, type: 'application/x-www-form-urlencoded' }),
    ],
    ['a bare base64', (text) => ({ body: btoa(text), type: 'text/plain' })],
    ['text', (text) => ({ body: text, type: 'text/plain' })],
    ['JSON', (text) => ({ body: text, type: 'application/json' })],
  ]
  test.each(forms)('sends its events as %s', async (name, pack) => {
    const event = browserEvent(`packed as ${name}`, { note: '>>>???' })
    for (const events of [[event], event]) {
      const { body, type } = pack(JSON.stringify(events))
      const query = `ip=1&_=${Date.now()}&ver=1.300.0&compression=${name}`
      const answer = await post(`/i/v0/e/?${query}`, body, { 'content-type': type, 'user-agent': PHONE })
      expect(await answer.json()).toMatchObject({ status: 'Ok', rejected: 0 })
    }
    const [stored, ...more] = await named(`packed as ${name}`)
    expect(more).toEqual([])
    expect(stored).toMatchObject({
      anonymous_id: 'device-1',
      user_id: '',
      device: 'phone',
      properties: { note: '>>>???' },
    })
  })

  test('may send bytes without a type, as a beacon does', async () => {
    const body = gzipSync(JSON.stringify([browserEvent('from a beacon')]))
    const answer = await t.request('/e/?beacon=1', { method: 'POST', body: new Uint8Array(body) })
    expect(answer.status).toBe(200)
    expect(await named('from a beacon')).toHaveLength(1)
  })

  test('tells how long ago it was: its wrong clock does not matter', async () => {
    const wrong = Date.now() - 5 * 3_600_000
    for (const query of [`?_=${wrong}`, ''])
      await post(`/e/${query}`, [browserEvent('by offset', {}, { offset: 60_000 })])
    const stored = await named('by offset')
    expect(stored).toHaveLength(2)
    for (const { ts } of stored) expect(Math.abs(ts.getTime() - (Date.now() - 60_000))).toBeLessThan(10_000)
  })

  test('says when it sent what carries a time of its own: a wrong clock is corrected', async () => {
    const wrong = Date.now() - 5 * 3_600_000
    const timestamp = new Date(wrong - 60_000).toISOString()
    await post(`/e/?_=${wrong}`, browserEvent('by its clock', {}, { offset: undefined, timestamp }))
    await post('/batch', {
      api_key: key,
      sent_at: new Date(wrong),
      batch: [{ event: 'by its clock', distinct_id: 'a', timestamp }],
    })
    const stored = await named('by its clock')
    expect(stored).toHaveLength(2)
    for (const { ts } of stored) expect(Math.abs(ts.getTime() - (Date.now() - 60_000))).toBeLessThan(10_000)
  })

  test('names a visitor by the device until it is told who that is', async () => {
    const known = { distinct_id: 'eve', $is_identified: true, $process_person_profile: true }
    await post('/e/', [
      browserEvent('$pageview', {
        $current_url: 'https://a.example/x?y',
        $pathname: '/x',
        title: 'X',
        $referrer: '$direct',
      }),
      browserEvent(
        '$identify',
        { ...known, $anon_distinct_id: 'device-1' },
        { $set: { email: 'eve@example.com' }, $set_once: { $initial_host: 'h' } },
      ),
      browserEvent('$autocapture', {
        ...known,
        $event_type: 'click',
        $el_text: 'Save',
        $elements_chain: 'button:text="Save"',
        $groups: { organization: 'acme' },
      }),
      browserEvent('old client', { $is_identified: undefined }),
      browserEvent('$pageview', {
        distinct_id: 'nobody-9',
        $is_identified: undefined,
        $device_id: undefined,
        $process_person_profile: false,
        $pathname: '/y',
      }),
    ])
    expect(
      await t.sql`select anonymous_id, user_id, type, properties from events where name = 'page' order by properties->>'path'`,
    ).toEqual([
      {
        anonymous_id: 'device-1',
        user_id: '',
        type: 'page',
        properties: { url: 'https://a.example/x?y', path: '/x', title: 'X', referrer: '$direct' },
      },
      { anonymous_id: 'nobody-9', user_id: '', type: 'page', properties: { path: '/y' } },
    ])
    expect(await named('$autocapture')).toMatchObject([
      { user_id: 'eve', anonymous_id: null, tenant_id: 'acme', properties: { event_type: 'click', text: 'Save' } },
    ])
    expect(await named('old client')).toMatchObject([{ user_id: '', anonymous_id: 'device-1' }])
    expect(await t.sql`select email, traits from users where user_id = 'eve'`).toEqual([
      { email: 'eve@example.com', traits: {} },
    ])
    expect(await t.sql`select user_id from identities where anonymous_id = 'device-1'`).toEqual([{ user_id: 'eve' }])
  })

  test('whose visitor gets an alias becomes that user', async () => {
    await post('/e/', browserEvent('$create_alias', { alias: 'zoe', distinct_id: 'device-7', $device_id: 'device-7' }))
    expect(await t.sql`select user_id from identities where anonymous_id = 'device-7'`).toEqual([{ user_id: 'zoe' }])
  })

  test('tells of the group that its user is in', async () => {
    const known = { distinct_id: 'mia', $is_identified: true }
    const group = { $group_type: 'company', $group_key: 'hooli', $group_set: { name: 'Hooli', plan: 'team' } }
    await post('/e/', browserEvent('$groupidentify', { ...known, ...group }))
    expect(await t.sql`select name, plan from tenants where tenant_id = 'hooli'`).toEqual([
      { name: 'Hooli', plan: 'team' },
    ])
    expect(await t.sql`select tenant_id from users where user_id = 'mia'`).toEqual([{ tenant_id: 'hooli' }])
  })

  test('sends web vitals, each by its own id, of which the newest value holds', async () => {
    const vital = (name: string, value: number, rating: string) => ({
      [`$web_vitals_${name}_value`]: value,
      [`$web_vitals_${name}_event`]: { name, value, id: `v5-${name}`, rating, navigationType: 'navigate' },
    })
    const first = browserEvent('$web_vitals', {
      $pathname: '/shop',
      ...vital('LCP', 1200.5, 'good'),
      ...vital('INP', 80, 'good'),
    })
    await post('/e/', [{ ...first, offset: 9000 }])
    await post('/e/', [browserEvent('$web_vitals', { $pathname: '/shop', ...vital('INP', 640, 'poor') })])
    expect(
      await t.sql`select vital_id, name, value::float8, rating, path, anonymous_id from web_vitals order by name`,
    ).toEqual([
      { vital_id: 'v5-INP', name: 'INP', value: 640, rating: 'poor', path: '/shop', anonymous_id: 'device-1' },
      { vital_id: 'v5-LCP', name: 'LCP', value: 1200.5, rating: 'good', path: '/shop', anonymous_id: 'device-1' },
    ])
    expect(await named('$web_vitals')).toEqual([])
  })

  test('shows a variant of a flag, which is not something that its user did', async () => {
    await post('/e/', [
      browserEvent('$feature_flag_called', { $feature_flag: 'editor', $feature_flag_response: 'blue' }),
      browserEvent('$feature_flag_called', { $feature_flag: 'editor', $feature_flag_response: false }),
      browserEvent('$feature_flag_called', { $feature_flag: 'no-such-flag' }),
    ])
    expect(await t.sql`select experiment_id, variant, anonymous_id from exposures order by variant`).toEqual([
      { experiment_id: 'editor', variant: 'blue', anonymous_id: 'device-1' },
      { experiment_id: 'editor', variant: 'false', anonymous_id: 'device-1' },
    ])
    expect(await named('$feature_flag_called')).toEqual([])
  })

  test('tells errors, which are both events and errors of the client', async () => {
    const list = [{ type: 'ReferenceError', value: 'x is not defined' }]
    const properties = { $exception_list: list, $exception_level: 'error', $current_url: 'https://a.example/x' }
    await post('/e/', browserEvent('$exception', properties), { 'user-agent': PHONE })
    await post('/e/', browserEvent('$exception', { $exception_type: 'Old', $exception_message: 'as it was' }))
    expect(
      await t.sql`select source, kind, message, url, severity, device from app_errors order by kind`,
    ).toMatchObject([
      { source: 'client', kind: 'Old', message: 'as it was', url: null },
      {
        source: 'client',
        kind: 'ReferenceError',
        message: 'x is not defined',
        url: 'https://a.example/x',
        severity: 'error',
        device: 'phone',
      },
    ])
    expect(await named('$exception')).toHaveLength(2)
  })

  test('is let in from any origin, and may ask before', async () => {
    const origin = 'https://product.example'
    const before = await t.request('/i/v0/e/', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    expect([before.status, before.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const answer = await post('/e/', browserEvent('from elsewhere'), { origin })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    const flags = await t.request('/flags/?v=2', { method: 'POST', body: '{}', headers: { origin } })
    expect(flags.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('what else its clients ask', () => {
  test.each([
    ['POST', '/flags/?v=2', { flags: {}, errorsWhileComputingFlags: false }],
    ['POST', '/flags', { featureFlags: {} }],
    ['POST', '/decide/?v=3', { featureFlags: {}, sessionRecording: false }],
    ['GET', '/flags/definitions?token=x&send_cohorts', { flags: [] }],
    ['GET', '/api/feature_flag/local_evaluation?token=x', { flags: [], group_type_mapping: {} }],
    ['GET', '/array/qd_x/config', { hasFeatureFlags: false, supportedCompression: ['gzip', 'gzip-js'] }],
    ['GET', '/api/surveys/?token=x', { surveys: [] }],
    ['GET', '/api/early_access_features/?token=x', { earlyAccessFeatures: [] }],
    ['POST', '/s/', { status: 1 }],
  ])('%s %s is answered with nothing, validly', async (method, path, expected) => {
    const answer = await t.request(path, { method, ...(method === 'POST' ? { body: '{}' } : {}) })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject(expected)
  })

  test('its configuration as a script is empty, and no other script is served', async () => {
    const script = await t.request('/array/qd_x/config.js')
    expect([script.status, script.headers.get('content-type'), await script.text()]).toEqual([
      200,
      'text/javascript',
      '',
    ])
    expect((await t.request('/array/qd_x/array.js')).status).toBe(404)
  })

  test('local evaluation in the Node client finds no flags and throws nothing', async () => {
    const problems: unknown[] = []
    const client = new PostHog(key, {
      host: await t.listen(),
      personalApiKey: 'phx_something',
      enableLocalEvaluation: true,
    })
    client.on('error', (error) => problems.push(error))
    await client.waitForLocalEvaluationReady(2000)
    expect(await client.isFeatureEnabled('x', 'ada', { sendFeatureFlagEvents: false })).toBeFalsy()
    await client.shutdown()
    expect(problems).toEqual([])
  })
})

describe('a batch', () => {
  test('one bad event fails no neighbour, is told by its place, and its key is not kept', async () => {
    const token = key
    const answer = await send(
      { event: 'good', distinct_id: 'n1' },
      { event: 'no one', properties: { token, $ai_input: 'a secret plan' } },
      { distinct_id: 'n2', properties: { token } },
      'no event',
      { event: '$identify', distinct_id: 'undefined', token },
      { event: '$create_alias', distinct_id: 'n3', api_key: key },
      { event: 'too late', distinct_id: 'n4', timestamp: '2001-01-01T00:00:00Z' },
      { event: '$snapshot', distinct_id: 'n5' },
      { event: 'good', distinct_id: 'n6' },
    )
    expect(answer).toMatchObject({ status: 1, accepted: 2, rejected: 6, ignored: 1 })
    expect((answer.errors as { index: number }[]).map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6])
    expect((await named('good')).map(({ user_id }) => user_id)).toEqual(['n1', 'n6'])
    const kept =
      await t.sql`select reason, convert_from(raw, 'UTF8') as raw from rejected_facts where source = 'posthog'`
    expect(kept.map(({ reason }) => reason)).toContain('distinct_id is required')
    expect(kept.map(({ raw }) => raw).join()).not.toContain(key)
    expect(kept.map(({ raw }) => raw).join()).not.toContain('secret')
  })

  test('the key is kept with no event either', async () => {
    await send({ event: 'with its key', distinct_id: 'k', properties: { token: key, api_key: key, own: 1 } })
    expect(await named('with its key')).toMatchObject([{ properties: { own: 1 } }])
  })

  test('an event sent twice, or resent with another time, is counted once', async () => {
    const event = { uuid: crypto.randomUUID(), event: 'twice', distinct_id: 'u' }
    expect(await send(event, { ...event, uuid: crypto.randomUUID() })).toMatchObject({ accepted: 2, duplicate: 0 })
    const timestamp = new Date(Date.now() - 5000)
    expect(await send({ ...event, timestamp })).toMatchObject({ accepted: 0, duplicate: 1 })
    expect(await named('twice')).toHaveLength(2)
  })

  test('calls of AI models are AI calls, without the prompt', async () => {
    const answer = await send({
      event: '$ai_generation',
      distinct_id: 'ada',
      uuid: crypto.randomUUID(),
      properties: {
        $ai_provider: 'openai',
        $ai_model: 'gpt-4o',
        $ai_input_tokens: 1000,
        $ai_output_tokens: 200,
        $ai_latency: 1.25,
        $ai_trace_id: 'trace-1',
        $ai_http_status: 200,
        $ai_input: [{ role: 'user', content: 'a secret plan' }],
      },
    })
    expect(answer).toMatchObject({ accepted: 1 })
    const [call] = await t.sql`select *, cost::float8 as cost from api_calls`
    // 1000 × 2.50 + 200 × 10.00 per million
    expect(call).toMatchObject({
      user_id: 'ada',
      ai: true,
      model: 'gpt-4o',
      latency_ms: 1250,
      cost: 0.0045,
      request_id: 'trace-1',
    })
    expect(JSON.stringify(call)).not.toContain('secret')
    await send({ event: '$ai_span', distinct_id: 'ada', properties: { $ai_input_state: 'a secret plan' } })
    expect(JSON.stringify(await named('$ai_span'))).not.toContain('secret')
  })

  test('a single event, its properties on a user, and every spelling of the paths', async () => {
    const paths = ['/batch', '/batch/', '/capture', '/capture/', '/e', '/e/', '/i/v0/e', '/i/v0/e/']
    for (const path of paths) {
      const body = {
        api_key: key,
        event: 'spelt',
        distinct_id: 'speller',
        properties: { path, $set: { plan: 'gold' } },
      }
      expect((await post(path, body)).status, path).toBe(200)
    }
    expect((await named('spelt')).map(({ properties }) => properties.path).sort()).toEqual([...paths].sort())
    expect(await t.sql`select plan from users where user_id = 'speller'`).toEqual([{ plan: 'gold' }])
  })

  test('the key may come in the header; none, a wrong one and one without ingest are refused', async () => {
    const batch = { batch: [{ event: 'by header', distinct_id: 'h' }] }
    expect((await post('/batch/', batch, { authorization: `Bearer ${key}` })).status).toBe(200)
    expect((await post('/batch/', batch)).status).toBe(401)
    expect((await post('/batch/', { ...batch, api_key: 'phc_wrong' })).status).toBe(401)
    expect((await post('/batch/', { ...batch, api_key: 7 })).status).toBe(401)
    expect((await post('/batch/', { ...batch, api_key: await t.key(['read']) })).status).toBe(403)
    expect(await named('by header')).toHaveLength(1)
  })

  test('what is no batch is 422, what is too large 413, and of an unknown type 415', async () => {
    const small = await testApp({ config: { ingestBodyLimitBytes: 10_000 } })
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000, 'a')))
    const status = async (body: BodyInit, headers: Record<string, string> = {}) =>
      (await small.request('/e/', { method: 'POST', body, headers })).status
    expect(await status('{"batch":')).toBe(422)
    expect(await status('data=')).toBe(422)
    expect(await status('nonsense')).toBe(422)
    expect(await status(new Uint8Array([0x1f, 0x8b, 1, 2]))).toBe(422)
    expect(await status(bomb)).toBe(413)
    expect(await status(`data=${encodeURIComponent(Buffer.from(bomb).toString('base64'))}`)).toBe(413)
    expect(await status('{}', { 'content-type': 'image/png' })).toBe(415)
    const without = JSON.stringify({ api_key: await small.key(['ingest']) })
    expect(await status(without)).toBe(422)
    await small.close()
  })

  test('a key that is bound to a tenant writes for it alone', async () => {
    const bound = await t.key(['ingest'], ['acme'])
    const of = (group: string) => ({
      event: 'bound',
      distinct_id: `of ${group}`,
      properties: { $groups: { company: group } },
    })
    const answer = await post('/batch/', { api_key: bound, batch: [of('acme'), of('other')] })
    expect(await answer.json()).toMatchObject({ accepted: 1, rejected: 1 })
  })
})

test('which group types are tenants is a setting, in order', async () => {
  const own = await testApp({ config: { posthogTenantGroups: ['studio', 'company'] } })
  const api_key = await own.key(['ingest'])
  const event = (groups: object) => ({ event: 'e', distinct_id: 'u', properties: { $groups: groups } })
  const batch = [event({ company: 'c', studio: 's' }), event({ company: 'c' }), event({ team: 't' })]
  await own.request('/batch/', {
    method: 'POST',
    body: JSON.stringify({ api_key, batch }),
    headers: { 'content-type': 'application/json' },
  })
  expect((await own.sql`select tenant_id from events order by 1`).map((row) => row.tenant_id)).toEqual(['', 'c', 's'])
  await own.close()
})
