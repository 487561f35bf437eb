import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let key: string
const cookies: Record<string, string> = {}

beforeAll(async () => {
  t = await testApp()
  key = await t.key(['ingest'])
  for (const role of ['viewer', 'operator', 'owner'] as const) cookies[role] = await t.admin(role)
})
afterAll(() => t?.close())

const get = (path: string, role = 'viewer') =>
  t.request(path, { headers: { cookie: cookies[role]!, accept: 'text/html' } })
const post = (
  path: string,
  fields: Record<string, string>,
  role = 'operator',
  app: { request: TestApp['request'] } = t,
) =>
  app.request(path, {
    method: 'POST',
    headers: {
      cookie: cookies[role]!,
      origin: 'http://localhost',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  })

/** Sends a good fact and a bad one; answers the number under which the bad one is kept. */
async function refuse(row: object, kind = 'payments'): Promise<number> {
  const answer = await t.request(`/ingest/${kind}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify([row]),
  })
  expect(answer.status).toBe(422)
  const [kept] = await t.sql`select max(id)::int as id from rejected_facts`
  return kept!.id as number
}

const payment = { id: 'pay_1', provider: 'stripe', status: 'succeeded', amount: 4900 }
const text = async (response: Response) =>
  (await response.text())
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ')

describe('refused facts', () => {
  it('are listed with their reason, mended, and sent again', async () => {
    const id = await refuse({ ...payment, amount: 'a lot' })
    expect(await text(await get('/live/data'))).toMatch(/payments .*amount.* expected minor units/)
    expect(await text(await get(`/dashboard/data/rejected/${id}`))).toContain('"amount": "a lot"')
    // Its rail is that of every page, with the sources at its foot.
    expect(await (await get(`/dashboard/data/rejected/${id}`)).text()).toContain('id="sources"')

    const sent = await post(`/dashboard/data/rejected/${id}/replay`, { raw: JSON.stringify(payment) })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/dashboard/data?replayed=stored#card-rejected'])
    expect(await t.sql`select amount_minor::int as amount from payments where payment_id = 'pay_1'`).toMatchObject([
      { amount: 4900 },
    ])
    expect((await get(`/dashboard/data/rejected/${id}`)).status).toBe(404)
    expect(await t.sql`select action from audit_log where action = 'fact.replay'`).toHaveLength(1)
  })

  it('are kept as edited, with the new reason, when they are refused again', async () => {
    const id = await refuse({ id: 'pay_2' })
    const before = await t.sql`select count(*)::int as n from rejected_facts`
    for (const [raw, reason] of [
      ['{"id": "pay_2"', 'not JSON'],
      ['[]', 'the fact is not an object'],
      ['{"id": "pay_2", "provider": "stripe", "status": "paid?"}', 'status'],
    ] as const) {
      const answer = await post(`/dashboard/data/rejected/${id}/replay`, { raw })
      expect(answer.status).toBe(422)
      expect(await text(answer)).toContain(`Refused again: ${reason}`)
    }
    expect(await t.sql`select count(*)::int as n from rejected_facts`).toEqual(before)
    expect(await text(await get(`/dashboard/data/rejected/${id}`))).toContain('paid?')
  })

  it('of nobody’s id count once when two people send them again, and on the day on which they came', async () => {
    const id = await refuse({ user_id: 'u_twice' }, 'events')
    const [kept] = await t.sql`
      update rejected_facts set at = now() - interval '3 days' where id = ${id} returning at`
    const raw = JSON.stringify({ name: 'mended', user_id: 'u_twice' })
    const answers = await Promise.all([1, 2].map(() => post(`/dashboard/data/rejected/${id}/replay`, { raw })))
    expect(answers.map(({ status }) => status)).toContain(303)
    expect(await t.sql`select ts from events where user_id = 'u_twice'`).toEqual([{ ts: kept!.at }])
  })

  it('that hold a NUL say so, and are kept', async () => {
    const id = await refuse({ id: 'pay_nul' })
    const answer = await post(`/dashboard/data/rejected/${id}/replay`, { raw: '{"id": "\0"}' })
    expect(answer.status).toBe(422)
    expect(await t.sql`select raw from rejected_facts where id = ${id}`).toEqual([{ raw: Buffer.from('{"id": "\0"}') }])
  })

  it('can be discarded', async () => {
    const id = await refuse({ id: 'pay_3' })
    expect((await post(`/dashboard/data/rejected/${id}/discard`, {})).status).toBe(303)
    expect((await post(`/dashboard/data/rejected/${id}/discard`, {})).status).toBe(404)
  })

  it('are changed by operators only, and not with READ_ONLY', async () => {
    const id = await refuse({ id: 'pay_4' })
    expect((await post(`/dashboard/data/rejected/${id}/discard`, {}, 'viewer')).status).toBe(403)
    expect(await text(await get(`/dashboard/data/rejected/${id}`))).toContain('This needs the role operator')
    const app = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const request = async (path: string, init?: RequestInit) => app.request(path, init)
    expect((await post(`/dashboard/data/rejected/${id}/discard`, {}, 'owner', { request })).status).toBe(403)
  })

  it('hide what they hold where privacy is strict, and can be sent again as they were', async () => {
    const id = await refuse({ id: 'pay_5', note: 'a secret' })
    const app = createApp({ ...t.deps, config: { ...t.deps.config, privacy: 'strict' } })
    const page = await text(
      await app.request(`/dashboard/data/rejected/${id}`, { headers: { cookie: cookies.operator! } }),
    )
    expect(page).toContain('Hidden: the privacy mode is strict')
    expect(page).not.toContain('a secret')
    const request = async (path: string, init?: RequestInit) => app.request(path, init)
    const again = await post(`/dashboard/data/rejected/${id}/replay`, { raw: JSON.stringify(payment) }, 'operator', {
      request,
    })
    expect(again.status).toBe(422)
    expect(await text(again)).not.toContain('a secret')
  })
})

describe('connecting', () => {
  it('shows what to paste with this address, and a key that was made just now', async () => {
    expect(await text(await get('/dashboard/data/connect'))).toContain("host: 'http://localhost'")
    const made = await post('/dashboard/data/connect/keys', { kind: 'server', name: 'production' }, 'owner')
    expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    const secret = /qd_[\w-]{32}/.exec(await made.text())![0]
    const sent = await t.request('/ingest/events', {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'hello', user_id: 'u1' }),
    })
    expect(sent.status).toBe(200)
    expect(await (await get('/dashboard/data/connect', 'owner')).text()).not.toContain(secret)
  })

  it('makes public keys for origins only, and says what is wrong with one', async () => {
    const made = await post(
      '/dashboard/data/connect/keys',
      { kind: 'public', origins: 'https://app.example.com' },
      'owner',
    )
    expect(await made.text()).toMatch(/data-key=&quot;qd_pub_[\w-]{32}&quot;/)
    const fields = { kind: 'public', name: 'shop', origins: 'example' }
    const refused = await post('/dashboard/data/connect/keys', fields, 'owner')
    expect(refused.status).toBe(422)
    const page = await refused.text()
    expect(page).toMatch(/role="alert".*example/s)
    expect(page).toContain('value="shop"')
    expect(page).toContain('value="example"')
  })

  it('leaves keys to owners', async () => {
    expect((await post('/dashboard/data/connect/keys', { kind: 'server' }, 'operator')).status).toBe(403)
    expect(await text(await get('/dashboard/data/connect'))).toContain('This needs the role owner')
  })
})

it('shows which doors something came through', async () => {
  await t.deps.writer.write([{ kind: 'events', index: 0, row: { name: 'x', user_id: 'u2' } }], {
    source: 'segment',
    receivedAt: t.deps.now(),
  })
  const html = await text(await get('/live/data'))
  expect(html).toContain('Segment clients')
  expect(html).toContain('off: STRIPE_WEBHOOK_SECRET is not set')
})
