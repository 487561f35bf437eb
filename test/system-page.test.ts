import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

const NOW = new Date('2026-11-20T12:00:30Z')
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString()

let t: TestApp
let cookie: string

beforeAll(async () => {
  t = await testApp({ now: NOW })
  cookie = await t.admin('viewer')
  const send = await sender(t)
  await send('probes', [
    ...[1, 2, 3].map((n) => ({
      id: `p${n}`,
      target: 'https://acme.example/',
      ok: true,
      latency_ms: 120,
      ts: ago(60 * n),
    })),
    { id: 'p9', target: 'https://api.acme.example/', ok: false, error: 'HTTP 503', http_status: 503, ts: ago(30) },
  ])
  const job = (id: string, status: string) => ({
    id,
    kind: 'build',
    status,
    enqueued_at: ago(100),
    started_at: ago(90),
    finished_at: ago(80),
  })
  await send('jobs', [job('j1', 'succeeded'), job('j2', 'succeeded'), job('j3', 'succeeded'), job('j4', 'failed')])
  await send('webhook-deliveries', [
    {
      id: 'w1',
      ts: ago(50),
      target: 'https://hooks.example/',
      event: 'invoice.paid',
      status: 'failed',
      http_status: 502,
    },
    { id: 'w2', ts: ago(40), target: 'https://hooks.example/', event: 'invoice.paid', status: 'succeeded' },
    {
      id: 'w3',
      ts: ago(40),
      tenant_id: 'acme',
      target: 'https://t.example/',
      event: 'x',
      status: 'failed',
      error: 'refused',
    },
  ])
  await t.fold()
})
afterAll(() => t?.close())

async function cards(query = ''): Promise<Record<string, string>> {
  const html = await (await t.request(`/live/system${query}`, { headers: { cookie } })).text()
  const found = html.split('id="card-').slice(1)
  const text = (part: string) =>
    part
      .slice(part.indexOf('>') + 1)
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
  return Object.fromEntries(found.map((part) => [part.slice(0, part.indexOf('"')), text(part)]))
}

it('shows probed addresses, what is down first and why', async () => {
  const { probes } = await cards()
  expect(probes).toMatch(/api\.acme\.example\/ down: HTTP 503 — 0%/)
  expect(probes).toMatch(/acme\.example\/ up 120 ms 100/)
  expect(probes!.indexOf('api.acme')).toBeLessThan(probes!.indexOf('//acme'))
})

it('counts the jobs of the product, and lists its own', async () => {
  const found = await cards()
  expect(found['job-kinds']).toMatch(/build 3 1 75% 10\.0 s/)
  expect(found['own-jobs']).toContain('not yet')
})

it('lists the webhooks that failed, of a tenant only its own', async () => {
  const { webhooks } = await cards()
  expect(webhooks).toContain('7 days: 0 received, 3 sent')
  expect(webhooks).toMatch(/to https:\/\/hooks\.example\/ invoice\.paid HTTP 502/)
  const bound = (await cards('?tenant=acme')).webhooks
  expect(bound).toContain('0 received, 1 sent')
  expect(bound).not.toContain('hooks.example')
})

it('says how to connect what is not watched, and shows the size of its own database', async () => {
  const found = await cards()
  expect(found.source).toContain('SOURCE_DATABASE_URL=')
  expect(found.nats).toContain('NATS_URL=')
  expect(found['own-database']).toMatch(/Quarterdeck’s database [\d.]+ MB/)
})

it('shows an admin who is bound to tenants nothing of what serves all of them', async () => {
  const bound = await t.admin('viewer')
  await t.sql`update admins set tenants = ${['acme']} where email = (select email from admins order by created_at desc limit 1)`
  const get = async (path: string) => (await t.request(path, { headers: { cookie: bound } })).text()
  const [system, live] = [await get('/live/system'), await get('/live/live')]
  for (const id of ['source', 'slow-queries', 'nats', 'own-jobs', 'own-database', 'probes'])
    expect(system).not.toContain(`id="card-${id}"`)
  expect(system).toContain('id="card-webhooks"')
  for (const id of ['workers', 'incidents']) expect(live).not.toContain(`id="card-${id}"`)
  expect(live).toContain('id="card-calls"')
})
