import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { familyName } from '../src/prometheus/names.ts'
import { exposition } from '../src/prometheus/text.ts'
import { flushDoorMinutes } from '../src/sources/door-minutes.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { withoutRedis } from './helpers/needs.ts'
import { testRedis } from './helpers/redis.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let key: string

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  key = await t.key(['read', 'ingest'])
})
afterAll(() => t?.close())

const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } })

interface Scrape {
  types: Map<string, string>
  help: Map<string, string>
  /** Values by name with labels, as they are written. */
  samples: Map<string, number>
}

/** Reads the text format 0.0.4, strictly: whatever does not belong there fails. */
function parsed(text: string): Scrape {
  const scrape: Scrape = { types: new Map(), help: new Map(), samples: new Map() }
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line)
    if (comment) {
      const [, kind, name = '', rest = ''] = comment
      const map = kind === 'HELP' ? scrape.help : scrape.types
      expect(map.has(name), `${kind} ${name} twice`).toBe(false)
      if (kind === 'TYPE') expect(['gauge', 'counter']).toContain(rest)
      map.set(name, rest)
      continue
    }
    const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
    const sample = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${label}(?:,${label})*\\})? (\\S+)$`).exec(line)
    expect(sample, line).not.toBe(null)
    const [, name = '', labels = '', value] = sample!
    expect(scrape.types.has(name), `TYPE before ${name}`).toBe(true)
    expect(scrape.samples.has(name + labels), `${name}${labels} twice`).toBe(false)
    expect(Number.isFinite(Number(value)), line).toBe(true)
    scrape.samples.set(name + labels, Number(value))
  }
  return scrape
}

async function scrape(app = t, by = key): Promise<Scrape> {
  const response = await app.request('/metrics', bearer(by))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return parsed(await response.text())
}

it('has every metric that is known now, in base units', async () => {
  const { samples, types, help } = await scrape()
  const of = (name: string) => samples.get(`quarterdeck_${name}`)
  expect(of('users')).toBe(4)
  expect(of('users_online')).toBe(2)
  expect(of('revenue_mrr_usd')).toBe(59)
  // 3 of today's 10 calls, 1,000 ms is a second, a third is a third.
  expect(of('api_error_rate_ratio')).toBe(0.3)
  expect(of('jobs_duration_avg_seconds')).toBe(10)
  expect(of('users_growth_mom_ratio')).toBeCloseTo(1 / 3, 9)
  expect(of('source_size_bytes')).toBe(4096)
  expect(types.get('quarterdeck_users_online')).toBe('gauge')
  expect(help.get('quarterdeck_revenue_mrr_usd')).toMatch(/^MRR: .+ As of today\.$/)
  expect(help.get('quarterdeck_jobs_queued')).toMatch(/ Now\.$/)
})

it('calls every metric something of its own, as Prometheus wants it', () => {
  const names = metricKeys.map((one) => familyName(one, metricOf(one).unit, 'EUR'))
  expect(new Set(names).size).toBe(metricKeys.length)
  for (const name of names) expect(name).toMatch(/^quarterdeck_[a-z][a-z0-9_]*[a-z0-9]$/)
  expect(names.filter((name) => /_(total|count|sum|bucket)$/.test(name))).toEqual([])
  expect(familyName('ai.token_ratio', 'ratio', 'EUR')).toBe('quarterdeck_ai_token_ratio')
  expect(familyName('revenue.arr', 'money', 'EUR')).toBe('quarterdeck_revenue_arr_eur')
})

it('leaves out what is unknown', async () => {
  const { samples, types } = await scrape()
  for (const name of ['quarterdeck_queue_ai', 'quarterdeck_nats_messages_in', 'quarterdeck_source_connections']) {
    expect(samples.has(name), name).toBe(false)
    expect(types.has(name), name).toBe(false)
  }
})

it('counts what the doors took since midnight, and what is not folded yet', async () => {
  const app = await testApp({ now: NOW })
  const by = await app.key(['read', 'ingest'])
  const headers = { ...bearer(by).headers, 'content-type': 'application/json' }
  const body = JSON.stringify([{ id: 'e1', name: 'a' }, { id: 'e1', name: 'a' }, { id: 'e2', name: 'b' }, { id: 'e3' }])
  expect((await app.request('/ingest/events', { method: 'POST', headers, body })).status).toBe(200)
  await flushDoorMinutes(app.deps)
  // Yesterday does not count, but its door is there.
  await app.sql`insert into door_minutes values ('otlp', ${new Date('2026-11-19T23:59:00Z')}, 7, 0, 0, now())`
  const { samples, types } = await scrape(app, by)
  const door = (source: string, outcome: string) =>
    samples.get(`quarterdeck_door_facts_total{source="${source}",outcome="${outcome}"}`)
  expect(['accepted', 'duplicate', 'rejected'].map((outcome) => door('typed', outcome))).toEqual([2, 1, 1])
  expect(door('otlp', 'accepted')).toBe(0)
  expect(types.get('quarterdeck_door_facts_total')).toBe('counter')
  expect(samples.get('quarterdeck_facts_pending')).toBe(2)
  await app.close()
})

it('tells how this process does', async () => {
  const { samples, types } = await scrape()
  for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes', 'process_cpu_seconds_total'])
    expect(samples.get(name), name).toBeGreaterThan(0)
  expect(types.get('process_cpu_seconds_total')).toBe('counter')
  expect(samples.get('process_start_time_seconds')).toBeGreaterThan(1.7e9)
  expect(samples.get(`nodejs_version_info{version="${process.version}"}`)).toBe(1)
})

it.skipIf(withoutRedis)(
  'has no sample of a reading whose source is away, and says which source it is',
  async () => {
    const redis = await testRedis()
    const app = await testApp({ now: NOW, redis: redis.url })
    const by = await app.key(['read'])
    const { samples: before } = await scrape(app, by)
    expect(before.get('quarterdeck_users_online')).toBe(0)
    expect(before.get('quarterdeck_source_up{source="redis"}')).toBe(1)
    await redis.stop()
    // A scraper of another process: what this one answered is kept for some seconds.
    const again = createApp(app.deps)
    await expect
      .poll(
        async () => {
          const response = await createApp(app.deps).request('/metrics', bearer(by))
          const { samples } = parsed(await response.text())
          return [samples.has('quarterdeck_users_online'), samples.get('quarterdeck_source_up{source="redis"}')]
        },
        { timeout: 20_000 },
      )
      .toEqual([false, 0])
    const { samples } = parsed(await (await again.request('/metrics', bearer(by))).text())
    expect(samples.get('quarterdeck_facts_pending')).toBe(0)
    await app.close()
    await redis.close()
  },
  60_000,
)

it('goes on about the process while the database is away', async () => {
  const app = await testApp({ now: NOW })
  const by = await app.key(['read'])
  // Keys that are known stay known.
  await scrape(app, by)
  await app.deps.db.sql.end({ timeout: 1 })
  const { samples } = parsed(await (await createApp(app.deps).request('/metrics', bearer(by))).text())
  expect(samples.get('quarterdeck_source_up{source="database"}')).toBe(0)
  expect(samples.has('quarterdeck_users')).toBe(false)
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0)
  await app.close()
})

it('asks the database once for all who scrape within some seconds', async () => {
  const app = await testApp({ now: NOW })
  const by = await app.key(['read'])
  const { samples: first } = await scrape(app, by)
  await fillRollups(app.sql)
  const all = [first, (await scrape(app, by)).samples, (await scrape(app, by)).samples]
  expect(all.map((samples) => samples.get('quarterdeck_jobs_queued'))).toEqual([0, 0, 0])
  await app.close()
})

it('is for who may read the numbers of all tenants', async () => {
  expect((await t.request('/metrics')).status).toBe(401)
  expect((await t.request('/metrics', bearer(await t.key(['ingest'])))).status).toBe(403)
  expect((await t.request('/metrics', bearer(await t.key(['read'], ['t1'])))).status).toBe(403)
  expect((await t.request('/metrics', { headers: { cookie: await t.admin('viewer') } })).status).toBe(200)
  const basic = await t.request('/metrics', { headers: { authorization: `Basic ${btoa(`${key}:`)}` } })
  expect(basic.status).toBe(200)
})

it('writes names of sources and texts so that they stay within their line', () => {
  const value = 'a"b\\c\nd'
  const text = exposition([
    { name: 'x', help: 'one\\two\nthree', type: 'gauge', samples: [{ labels: { source: value }, value: -0.5 }] },
  ])
  expect(text).toBe('# HELP x one\\\\two\\nthree\n# TYPE x gauge\nx{source="a\\"b\\\\c\\nd"} -0.5\n')
  parsed(text)
})
