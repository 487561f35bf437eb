import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readPresence } from '../src/connectors/presence.ts'
import { openRedis, type RedisSource } from '../src/connectors/redis.ts'
import { loadSessions } from '../src/connectors/redis-sessions.ts'
import { takeSamples } from '../src/jobs/samples.ts'
import type { SourceChange } from '../src/lib/state-book.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { withoutRedis } from './helpers/needs.ts'
import { type TestRedis, testRedis } from './helpers/redis.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1'
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1'
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'

const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000)

describe.skipIf(withoutRedis)('online users', () => {
  let redis: TestRedis
  let t: TestApp
  beforeAll(async () => {
    redis = await testRedis()
    t = await testApp({ now: NOW, redis: redis.url })
    const key = await t.key(['ingest'])
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const send = async (path: string, facts: unknown[]) => {
      const response = await t.request(path, { method: 'POST', headers, body: JSON.stringify(facts) })
      expect(await response.json()).toMatchObject({ accepted: facts.length, rejected: 0 })
    }
    await send('/ingest/events', [
      { name: 'open', user_id: 'ada', tenant_id: 'acme', ts: ago(30), user_agent: IPHONE },
      { name: 'open', user_id: 'eve', tenant_id: 'acme', ts: ago(30) },
      { name: 'open', user_id: 'old', tenant_id: 'acme', ts: ago(150) },
    ])
    await send('/ingest/api-calls', [{ service: 'chat', user_id: 'bob', tenant_id: 'beta', ts: ago(10) }])
  })
  afterAll(async () => {
    await t.close()
    await redis.close()
  })
  beforeEach(() => redis.client.flushall())

  it('are those of open sessions and of the last two minutes, each counted once', async () => {
    const { client } = redis
    await client.hset('ws_sessions:1', { user_id: 'ada', device: 'desktop', last_seen: ago(20).toISOString() })
    await client.hset('ws_sessions:2', { userId: 'ada', device_type: 'iPad Pro', lastSeen: ago(20).getTime() })
    await client.hset('ws_sessions:3', {
      user: 'cyd',
      user_agent: IPAD,
      last_seen: Math.floor(ago(119).getTime() / 1_000),
    })
    await client.set('ws_sessions:4', JSON.stringify({ user: { id: 7 }, ua: IPHONE, tenant: 'acme' }))
    await client.set('ws_sessions:5', JSON.stringify({ userId: 'dan', userAgent: CHROME, tenantId: 'acme' }))
    await client.hset('ws_sessions:6', { user_agent: CHROME })
    await client.hset('ws_sessions:7', { user_id: 'gone', device: 'phone', last_seen: ago(121).toISOString() })
    expect(await readPresence(t.deps, '*')).toEqual({
      users: 6,
      devices: { desktop: 3, ipad: 2, phone: 1, unknown: 2 },
      fromRedis: 4,
      fromEvents: 3,
      ageMs: expect.any(Number),
    })
    expect(await readPresence(t.deps, 'acme')).toMatchObject({
      users: 4,
      devices: { desktop: 1, ipad: 0, phone: 2, unknown: 1 },
      fromRedis: 2,
      fromEvents: 2,
    })
  })

  it('leave out what is no session: lists, texts that are no JSON, keys of other names', async () => {
    const { client } = redis
    await client.rpush('ws_sessions:list', 'x')
    await client.set('ws_sessions:garbage', '{"user_id": ')
    await client.set('ws_sessions:array', '[1,2]')
    await client.hset('sessions:1', { user_id: 'zoe' })
    const found = await fresh(() => readPresence(t.deps, '*'))
    expect(found).toMatchObject({ users: 3, fromRedis: 0, devices: { phone: 1 } })
  })

  it('are known without Redis when only events are asked for', async () => {
    expect(await readPresence(t.deps, '*', { redis: false })).toMatchObject({
      users: 3,
      fromRedis: 0,
      devices: { desktop: 0, ipad: 0, phone: 1, unknown: 2 },
    })
  })

  it('are the same number in the summary, the CSV and the samples', async () => {
    const { client } = redis
    await client.hset('ws_sessions:1', { user_id: 'cyd', device: 'desktop' })
    await fresh(() => readPresence(t.deps, '*'))
    const headers = { authorization: `Bearer ${await t.key(['read'])}` }
    const json = await (
      await t.request('/api/metrics/summary?metrics=users.online,devices.desktop', { headers })
    ).json()
    expect(json.metrics.map(({ value }: { value: number }) => value)).toEqual([4, 1])
    const csv = await (
      await t.request('/exports/metrics.csv?metrics=users.online,devices.desktop&from=2026-11-20&to=2026-11-20', {
        headers,
      })
    ).text()
    expect(csv.trim().split(/\r?\n/).at(-1)).toBe('2026-11-20,4,1')
    await takeSamples(t.deps, NOW)
    const rows = await t.sql`
      select name, value from gauges where name in ('users.online', 'devices.online:desktop', 'devices.online:phone') order by 1`
    expect([...rows]).toEqual([
      { name: 'devices.online:desktop', value: 1 },
      { name: 'devices.online:phone', value: 1 },
      { name: 'users.online', value: 4 },
    ])
  })
})

describe.skipIf(withoutRedis)('50,000 sessions', () => {
  let redis: TestRedis
  let t: TestApp
  beforeAll(async () => {
    redis = await testRedis('--slowlog-log-slower-than', '10000', '--slowlog-max-len', '1000')
    for (let first = 0; first < 50_000; first += 1_000) {
      const pipeline = redis.client.pipeline()
      for (let i = first; i < first + 1_000; i++) {
        const session = {
          user_id: `u${i % 40_000}`,
          user_agent: [CHROME, IPHONE, IPAD][i % 3]!,
          last_seen: ago(5).getTime(),
        }
        if (i % 2) pipeline.hset(`ws_sessions:${i}`, session)
        else pipeline.set(`ws_sessions:${i}`, JSON.stringify(session))
      }
      await pipeline.exec()
    }
    await redis.client.slowlog('RESET')
    await redis.client.config('RESETSTAT')
    t = await testApp({ now: NOW, redis: redis.url })
  })
  afterAll(async () => {
    await t.close()
    await redis.close()
  })

  it('are counted exactly and once for all who ask, without KEYS', async () => {
    const found = await fresh(() => readPresence(t.deps, '*'))
    const scans = async () => /cmdstat_scan:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1]
    const before = await scans()
    for (let n = 0; n < 20; n++) expect((await readPresence(t.deps, '*')).users).toBe(40_000)
    expect(await scans()).toBe(before)
    expect(found).toMatchObject({ users: 40_000, fromRedis: 40_000 })
    // Users 0 to 9,999 have a second session, on another device: 40,000 mod 3 is 1.
    expect(found.devices).toEqual({ desktop: 16_667, phone: 16_667, ipad: 16_666, unknown: 0 })
    const stats = await redis.client.info('commandstats')
    expect(stats).toMatch(/cmdstat_scan:/)
    expect(stats).not.toMatch(/cmdstat_keys:/)
  })

  it('keep Redis in no command for more than 10 ms', async () => {
    // A pass in which the machine took the processor from Redis in mid-command says nothing of the command.
    const source = openRedis(t.deps.config, t.deps.book) as RedisSource
    const passes: string[][] = []
    for (let n = 0; n < 10 && passes.at(-1)?.length !== 0; n++) {
      await redis.client.slowlog('RESET')
      expect(await loadSessions(source)).toHaveLength(50_000)
      const slow = (await redis.client.slowlog('GET', 100)) as unknown[][]
      passes.push(slow.map((entry) => String((entry[3] as string[])[0])))
    }
    source.close()
    expect(passes.at(-1)).toEqual([])
  }, 120_000)
})

describe.skipIf(withoutRedis)('Redis that goes away', () => {
  let redis: TestRedis
  let t: TestApp
  let cookie: string
  const changes: SourceChange[] = []
  beforeAll(async () => {
    redis = await testRedis()
    t = await testApp({ now: () => new Date(), redis: redis.url })
    t.deps.book.subscribe((change) => changes.push(change))
    cookie = await t.admin('viewer')
  })
  afterAll(async () => {
    await t.close()
    await redis.close()
  })

  const overview = async () => {
    const response = await t.request('/dashboard', { headers: { cookie } })
    return { status: response.status, html: await response.text() }
  }

  it('degrades what lives on it with the reason, tells it once, and recovers without a restart', async () => {
    await redis.client.hset('ws_sessions:1', { user_id: 'ada', device: 'desktop' })
    expect(await readPresence(t.deps, '*')).toMatchObject({ users: 1 })
    expect(valueIn((await overview()).html, 'now-users-online')).toMatch(/>1$/)
    await takeSamples(t.deps, new Date())
    await t.fold()

    await redis.stop()
    await expect(fresh(() => readPresence(t.deps, '*'), 0)).rejects.toMatchObject({
      source: 'redis',
      reason: expect.stringMatching(/^Redis does not answer: the connection /),
    })
    // What Redis tells is marked once the card's last value is older than its 5 s; what Postgres tells goes on.
    await expect
      .poll(async () => valueIn((await overview()).html, 'now-users-online'), { timeout: 15_000 })
      .toContain('q-ink-2')
    const { html } = await overview()
    expect(valueIn(html, 'now-users-online')).toMatch(/>1<.* s old/)
    expect(valueIn(html, 'now-ai-requests_last_hour')).not.toContain('q-ink-2')
    const metric = await (await t.request('/dashboard/metrics/users.online', { headers: { cookie } })).text()
    expect(metric).toContain('last sample')
    expect(metric).toContain('Redis does not answer')
    const headers = { authorization: `Bearer ${await t.key(['read'])}` }
    const summary = await t.request('/api/metrics/summary?metrics=users.online,users.total', { headers })
    expect(await summary.json()).toMatchObject({
      metrics: [{ value: null, unavailable: expect.stringMatching(/^Redis/) }, { metric: 'users.total' }],
    })
    await takeSamples(t.deps, new Date(Date.now() + 60_000))
    const sampled = await t.sql`select name from gauges where name in ('users.online', 'process.rss_bytes') order by 1`
    expect(sampled.map(({ name }) => name)).toEqual(['process.rss_bytes', 'process.rss_bytes', 'users.online'])
    expect(changes.map(({ source, state }) => [source, state])).toEqual([['redis', 'degraded']])

    await redis.start()
    await redis.client.hset('ws_sessions:2', { user_id: 'bob', device: 'phone' })
    expect(await fresh(() => readPresence(t.deps, '*'))).toMatchObject({ users: 1, devices: { phone: 1 } })
    expect((await overview()).status).toBe(200)
    expect(changes.map(({ source, state }) => [source, state])).toEqual([
      ['redis', 'degraded'],
      ['redis', 'recovered'],
    ])
  })

  it('says so when it hangs, and when it wants a password', async () => {
    const locked = await testRedis()
    await locked.client.config('SET', 'requirepass', 'secret-word')
    const other = await testApp({ redis: locked.url })
    await expect(readPresence(other.deps, '*')).rejects.toMatchObject({ reason: 'Redis refuses the password' })
    await other.close()
    await locked.close()

    await fresh(() => readPresence(t.deps, '*'))
    await redis.client.client('PAUSE', 3_000, 'ALL')
    await expect(fresh(() => readPresence(t.deps, '*'), 0)).rejects.toMatchObject({ source: 'redis' })
    expect(await fresh(() => readPresence(t.deps, '*'))).toMatchObject({ users: 1 })
  })
})

/** The number of a cell of the strip, with its looks. */
function valueIn(html: string, id: string): string {
  const cell = html.slice(html.indexOf(`id="${id}"`))
  return cell.slice(cell.indexOf('q-strip-value'), cell.indexOf('</span></span>'))
}

/** Asks until a snapshot has been taken after now. With `tries` 0 the first failure counts. */
async function fresh<T extends { ageMs: number }>(ask: () => Promise<T>, tries = 60): Promise<T> {
  const began = performance.now()
  for (let n = 0; ; n++) {
    try {
      const found = await ask()
      if (found.ageMs < performance.now() - began) return found
    } catch (error) {
      if (n >= tries) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
