import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
  const call = (n: number, seconds: number, more: object) => ({
    id: `c${n}`,
    ts: ago(seconds),
    user_id: 'u1',
    service: 'chat',
    latency_ms: 800,
    ...more,
  })
  await send('users', [{ id: 'u1', email: 'ada@example.com', created_at: ago(86_400) }])
  await send('api-calls', [
    ...Array.from({ length: 8 }, (_, n) =>
      call(n, 60 + n, { provider: 'openai', model: 'gpt-5', tokens_in: 1200, tokens_out: 300 }),
    ),
    ...Array.from({ length: 4 }, (_, n) =>
      call(20 + n, 61, { provider: 'google', model: 'gemini', status: 'error', error_kind: 'rate_limit' }),
    ),
    ...Array.from({ length: 2 }, (_, n) => call(30 + n, 62, { provider: 'google', model: 'gemini' })),
    call(40, 5, { provider: '', endpoint: 'GET /v1/sites' }),
  ])
  await send('jobs', [
    { id: 'j1', kind: 'build', queue: 'builds', status: 'queued', enqueued_at: ago(150) },
    {
      id: 'j2',
      kind: 'build',
      queue: 'builds',
      status: 'succeeded',
      enqueued_at: ago(40),
      started_at: ago(35),
      finished_at: ago(30),
    },
  ])
  await send('gauges', [
    { name: 'worker.heartbeat', value: 1, ts: ago(10), labels: { worker: 'cpu-1', kind: 'cpu' } },
    { name: 'worker.heartbeat', value: 1, ts: ago(300), labels: { worker: 'gpu-1', kind: 'gpu', state: 'active' } },
  ])
  await t.fold()
})
afterAll(() => t?.close())

const live = async (query = '') => (await t.request(`/live/live${query}`, { headers: { cookie } })).text()
const cardOf = (html: string, id: string) =>
  html
    .slice(html.indexOf(`id="card-${id}"`))
    .split('</section>\n')[0]!
    .split('id="card-')[1]!
const text = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('the Live page', () => {
  it('tells who is online, the rate and the latency of jobs', async () => {
    const strip = text((await live()).split('</section>')[0]!)
    expect(strip).toMatch(/Online now 1 users/)
    expect(strip).toMatch(/API calls 14 \/min/)
    expect(strip).toMatch(/AI requests 14 \/min/)
    expect(strip).toMatch(/Error rate, 1 h 26\.7%/)
    expect(strip).toMatch(/Job latency, 1 m 10\.0 s/)
  })

  it('marks the provider that fails, with the kind of error that comes most', async () => {
    const card = text(cardOf(await live(), 'providers'))
    expect(card).toMatch(/openai 0\.5 0\.0%/)
    expect(card).toMatch(/google 0\.4 66\.7%/)
    expect(card).toContain('google fails 66.7% of calls, most by rate limit (4).')
  })

  it('shows queues with what has waited longest, and workers with those that are silent first', async () => {
    const html = await live()
    expect(text(cardOf(html, 'queues'))).toMatch(/builds oldest 3 m, mean 10\.0 s.* 1 /)
    const workers = text(cardOf(html, 'workers'))
    expect(workers).toContain('1 of 1 CPU, 0 of 1 GPU')
    expect(workers.indexOf('gpu-1')).toBeLessThan(workers.indexOf('cpu-1'))
    expect(workers).toContain('offline')
  })

  it('lists the newest calls, all of them, those of AI or those that failed', async () => {
    const rows = async (query: string) => ((await live(query)).match(/id="call-/g) ?? []).length
    expect([await rows(''), await rows('?calls=ai'), await rows('?calls=errors')]).toEqual([15, 14, 4])
    expect(await rows('?calls=nonsense')).toBe(15)
    const card = text(cardOf(await live(), 'calls'))
    expect(card).toContain('ada@example.com')
    expect(card).toContain('1,200 → 300')
    expect(card).toContain('429')
  })

  it('has no rows of another tenant', async () => {
    const html = await live('?tenant=other')
    expect(html).not.toContain('id="call-')
    expect(text(cardOf(html, 'calls'))).toContain('No such calls in 24 hours')
  })
})
