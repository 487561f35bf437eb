import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readQueues } from '../src/connectors/queues.ts'
import { readWorkers } from '../src/connectors/workers.ts'
import { takeSamples } from '../src/jobs/samples.ts'
import { live } from '../src/metrics/query.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { withoutRedis } from './helpers/needs.ts'
import { type TestRedis, testRedis } from './helpers/redis.ts'

const NOW = new Date()
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000)
const iso = (seconds: number) => ago(seconds).toISOString()

let redis: TestRedis
let t: TestApp

async function send(path: string, facts: unknown[]): Promise<void> {
  const headers = { authorization: `Bearer ${await t.key(['ingest'])}`, 'content-type': 'application/json' }
  const response = await t.request(path, { method: 'POST', headers, body: JSON.stringify(facts) })
  expect(await response.json()).toMatchObject({ accepted: facts.length, rejected: 0 })
}

/** Asks until the directory of keys knows of what was just made. */
async function until<T>(ask: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  for (let n = 0; ; n++) {
    const found = await ask()
    if (holds(found) || n === 40) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

describe.skipIf(withoutRedis)('queues', () => {
  beforeAll(async () => {
    redis = await testRedis()
    t = await testApp({
      now: NOW,
      redis: redis.url,
      config: { redisQueues: ['ai_queue:*', 'preview_queue:*', 'mail'] },
    })
    await send('/ingest/jobs', [
      { id: 'j1', kind: 'build', queue: 'builds', status: 'queued', tenant_id: 'acme', enqueued_at: iso(90) },
      {
        id: 'j2',
        kind: 'build',
        queue: 'builds',
        status: 'running',
        tenant_id: 'acme',
        enqueued_at: iso(95),
        started_at: iso(50),
      },
      { id: 'j3', kind: 'mail', queue: 'mail', status: 'queued', tenant_id: 'beta', enqueued_at: iso(600) },
      { id: 'j4', kind: 'preview', status: 'queued', tenant_id: 'beta', enqueued_at: iso(30) },
    ])
  })
  afterAll(async () => {
    await t.close()
    await redis.close()
  })
  beforeEach(() => redis.client.flushall())

  const entry = (seconds: number, name = 'enqueued_at') => JSON.stringify({ id: seconds, [name]: iso(seconds) })

  it('of plain lists have their depth and their oldest entry, at whichever end it is', async () => {
    await redis.client.lpush('ai_queue:gpu', entry(40), entry(20), entry(5))
    await redis.client.rpush('preview_queue:eu', entry(70, 'createdAt'), entry(10, 'createdAt'))
    await redis.client.rpush('preview_queue:us', 'job-17')
    await redis.client.hset('ai_queue:stats', { done: 5 })
    const found = await until(
      () => readQueues(t.deps, '*'),
      (queues) => queues.length === 6,
    )
    expect(found).toEqual([
      { name: 'ai_queue:gpu', depth: 3, oldestAt: ago(40), source: 'redis' },
      { name: 'preview_queue:eu', depth: 2, oldestAt: ago(70), source: 'redis' },
      { name: 'builds', depth: 1, active: 1, oldestAt: ago(90), source: 'jobs' },
      { name: 'preview', depth: 1, active: 0, oldestAt: ago(30), source: 'jobs' },
      { name: 'preview_queue:us', depth: 1, source: 'redis' },
      // Of this name there are facts too: Redis, where the list is empty, is right.
      { name: 'mail', depth: 0, active: 0, source: 'redis' },
    ])
    expect(await live(t.deps, 'queue.ai', '*')).toBe(3)
    expect(await live(t.deps, 'queue.preview', '*')).toBe(4)
    expect(await live(t.deps, 'jobs.queued', '*')).toBe(8)
    expect(await live(t.deps, 'jobs.running', '*')).toBe(1)
    expect(await live(t.deps, 'jobs.oldest_waiting', '*')).toBe(90_000)
  })

  it('that were worked off are still there, and empty', async () => {
    await redis.client.rpush('ai_queue:gpu', entry(40))
    await until(
      () => readQueues(t.deps, '*'),
      (queues) => queues.some(({ name, depth }) => name === 'ai_queue:gpu' && depth === 1),
    )
    await redis.client.lpop('ai_queue:gpu')
    const found = await until(
      () => readQueues(t.deps, '*'),
      (queues) => queues.every(({ name, depth }) => name !== 'ai_queue:gpu' || depth === 0),
    )
    expect(found).toContainEqual({ name: 'ai_queue:gpu', depth: 0, source: 'redis' })
    expect(await live(t.deps, 'queue.ai', '*')).toBe(0)
  })

  it('of one tenant are those of its facts: Redis knows no tenants', async () => {
    await redis.client.rpush('ai_queue:gpu', entry(40))
    expect(await readQueues(t.deps, 'beta')).toEqual([
      { name: 'mail', depth: 1, active: 0, oldestAt: ago(600), source: 'jobs' },
      { name: 'preview', depth: 1, active: 0, oldestAt: ago(30), source: 'jobs' },
    ])
    expect(await live(t.deps, 'jobs.queued', 'beta')).toBe(2)
    expect(await live(t.deps, 'queue.ai', 'beta')).toBe(null)
  })

  it('of BullMQ have their real jobs: waiting, prioritised, active, delayed and failed', async () => {
    const connection = { host: '127.0.0.1', port: Number(new URL(redis.url).port), maxRetriesPerRequest: null }
    const queue = new Queue('renders', { connection })
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const worker = new Worker(
      'renders',
      async (job) => {
        if (job.name === 'bad') throw new Error('no')
        await held
      },
      { connection, concurrency: 1 },
    )
    await queue.add('bad', {})
    await until(
      () => queue.getFailedCount(),
      (count) => count === 1,
    )
    await queue.add('first', {})
    await until(
      () => queue.getActiveCount(),
      (count) => count === 1,
    )
    const oldest = await queue.add('waits', {}, { timestamp: ago(45).getTime() })
    await queue.add('waits', {})
    await queue.add('urgent', {}, { priority: 3 })
    await queue.add('later', {}, { delay: 600_000 })
    const found = await until(
      () => readQueues(t.deps, '*'),
      (queues) => queues.some(({ name }) => name === 'renders'),
    )
    expect(found.find(({ name }) => name === 'renders')).toEqual({
      name: 'renders',
      depth: 3,
      active: 1,
      delayed: 1,
      failed: 1,
      oldestAt: new Date(oldest.timestamp),
      source: 'redis',
    })
    await queue.pause()
    const paused = (await readQueues(t.deps, '*')).find(({ name }) => name === 'renders')
    expect(paused).toMatchObject({ depth: 3, active: 1 })
    release()
    await worker.close()
    await queue.close()
  })

  it('are sampled one by one, with the age of their oldest job', async () => {
    await redis.client.rpush('ai_queue:gpu', entry(40))
    await until(
      () => readQueues(t.deps, '*'),
      (queues) => queues.some(({ name, depth }) => name === 'ai_queue:gpu' && depth === 1),
    )
    await takeSamples(t.deps, NOW)
    const rows = await t.sql`
      select name, value, labels from gauges
      where name like 'queue.%:ai\\_queue:gpu' or name like 'queue.%:builds' or name in ('queue.ai', 'queue.depth')
      order by name collate "C"`
    expect([...rows]).toEqual([
      { name: 'queue.ai', value: 1, labels: null },
      { name: 'queue.depth', value: 3, labels: null },
      { name: 'queue.depth:ai_queue:gpu', value: 1, labels: { queue: 'ai_queue:gpu', source: 'redis' } },
      { name: 'queue.depth:builds', value: 1, labels: { queue: 'builds', source: 'jobs' } },
      { name: 'queue.oldest_s:ai_queue:gpu', value: 40, labels: { queue: 'ai_queue:gpu', source: 'redis' } },
      { name: 'queue.oldest_s:builds', value: 90, labels: { queue: 'builds', source: 'jobs' } },
    ])
  })
})

describe.skipIf(withoutRedis)('workers', () => {
  beforeAll(async () => {
    redis = await testRedis()
    t = await testApp({ now: NOW, redis: redis.url })
    await send('/ingest/gauges', [
      { name: 'worker.heartbeat', value: 1, ts: ago(20), labels: { worker: 'render-1', kind: 'cpu' } },
      { name: 'worker.heartbeat', value: 1, ts: ago(5), labels: { worker: 'gpu-a', kind: 'gpu', state: 'active' } },
      {
        name: 'worker.heartbeat',
        value: 1,
        ts: ago(400),
        labels: { worker: 'gpu-z', kind: 'gpu', state: 'active', instance_type: 'a100', pricing: 'spot' },
      },
      { name: 'worker.heartbeat', value: 1, ts: ago(1_000), labels: { worker: 'forgotten', kind: 'cpu' } },
    ])
  })
  afterAll(async () => {
    await t.close()
    await redis.close()
  })

  it('are healthy, active, idle or offline by heartbeat and state, whoever reports them', async () => {
    const { client } = redis
    await client.hset('worker:1', { last_heartbeat: iso(59), status: 'busy' })
    await client.hset('worker:2', { last_heartbeat: String(ago(61).getTime()) })
    await client.set(
      'worker:3',
      JSON.stringify({ name: 'cpu-3', lastHeartbeat: ago(1).getTime(), status: 'unhealthy' }),
    )
    await client.set('worker:4', String(Math.floor(ago(2).getTime() / 1_000)))
    await client.hset('worker:5', {
      type: 'gpu',
      status: 'idle',
      heartbeat: iso(3),
      instance_type: 'g5.xlarge',
      spot: 'true',
    })
    await client.hset('gpu_worker:a', { name: 'gpu-a', status: 'idle', last_heartbeat: iso(2), pricing: 'on-demand' })
    await client.hset('worker:config', { region: 'eu' })
    await client.rpush('worker:1:log', 'x')
    const found = await until(
      () => readWorkers(t.deps),
      (workers) => workers.length === 8,
    )
    const second = (seconds: number) => new Date(Math.floor(ago(seconds).getTime() / 1_000) * 1_000)
    expect(found).toEqual([
      { name: 'cpu-3', kind: 'cpu', state: 'unhealthy', heartbeatAt: ago(1), source: 'redis' },
      { name: 'render-1', kind: 'cpu', state: 'healthy', heartbeatAt: ago(20), source: 'ingest' },
      { name: 'worker:1', kind: 'cpu', state: 'healthy', heartbeatAt: ago(59), source: 'redis' },
      { name: 'worker:2', kind: 'cpu', state: 'unhealthy', heartbeatAt: ago(61), source: 'redis' },
      { name: 'worker:4', kind: 'cpu', state: 'healthy', heartbeatAt: second(2), source: 'redis' },
      { name: 'gpu-a', kind: 'gpu', state: 'idle', heartbeatAt: ago(2), pricing: 'on-demand', source: 'redis' },
      {
        name: 'gpu-z',
        kind: 'gpu',
        state: 'offline',
        heartbeatAt: ago(400),
        instanceType: 'a100',
        pricing: 'spot',
        source: 'ingest',
      },
      {
        name: 'worker:5',
        kind: 'gpu',
        state: 'idle',
        heartbeatAt: ago(3),
        instanceType: 'g5.xlarge',
        pricing: 'spot',
        source: 'redis',
      },
    ])
    expect(await live(t.deps, 'workers.cpu_healthy', '*')).toBe(3)
    expect(await live(t.deps, 'workers.gpu_offline', '*')).toBe(1)
    expect(await live(t.deps, 'workers.gpu_active', '*')).toBe(0)
    expect(await live(t.deps, 'workers.cpu_healthy', 'acme')).toBe(null)
  })

  it('whose key has expired are shown as gone, for a while', async () => {
    await redis.client.del('gpu_worker:a', 'worker:1')
    const found = await until(
      () => readWorkers(t.deps),
      (workers) => workers.some(({ name, state }) => name === 'worker:1' && state === 'unhealthy'),
    )
    expect(found.find(({ name }) => name === 'worker:1')).toMatchObject({ state: 'unhealthy', heartbeatAt: ago(59) })
    expect(found.find(({ name }) => name === 'gpu-a')).toMatchObject({ state: 'offline', source: 'redis' })
  })

  it('that report by gauges are known without Redis', async () => {
    expect((await readWorkers(t.deps, { redis: false })).map(({ name, state }) => [name, state])).toEqual([
      ['render-1', 'healthy'],
      ['gpu-a', 'active'],
      ['gpu-z', 'offline'],
    ])
  })
})
