import { request as httpRequest } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-10T12:00:00Z')

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

type Body = string | Buffer | ReadableStream
const post = (path: string, body: Body, headers: Record<string, string> = {}, auth = `Bearer ${key}`) =>
  t.request(path, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'content-type': 'application/json', ...(auth ? { authorization: auth } : {}), ...headers },
    ...({ duplex: 'half' } as object),
  })
const named = async (name: string) => t.sql`select * from events where name = ${name} order by user_id`

describe('who may send', () => {
  test('no key and a wrong key are 401, a key without ingest is 403', async () => {
    expect((await post('/ingest/events', '[]', {}, '')).status).toBe(401)
    expect((await post('/ingest/events', '[]', {}, 'Bearer qd_wrong')).status).toBe(401)
    expect((await post('/ingest/events', '[]', {}, `Bearer ${await t.key(['read', 'act'])}`)).status).toBe(403)
  })

  test('a key may come as Bearer token or as Basic user', async () => {
    expect((await post('/ingest/events', '[]', {}, `Basic ${btoa(`${key}:`)}`)).status).toBe(200)
    expect((await post('/ingest/events', '[]')).status).toBe(200)
  })

  test('an admin session does not send facts', async () => {
    const response = await t.request('/ingest/events', {
      method: 'POST',
      body: '[]',
      headers: { 'content-type': 'application/json', cookie: await t.admin('owner') },
    })
    expect([401, 403]).toContain(response.status)
  })

  test('a kind that does not exist is 404 and says which do', async () => {
    const response = await post('/ingest/nonsense', '[]')
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('api-calls')
  })
})

describe('what a body may be', () => {
  test('a content type that is not known is 415, and so is an encoding', async () => {
    expect((await post('/ingest/events', 'a,b', { 'content-type': 'text/csv' })).status).toBe(415)
    expect((await post('/ingest/events', '[]', { 'content-encoding': 'zstd' })).status).toBe(415)
  })

  test.each([
    ['broken JSON', '[{"name":'],
    ['a number', '42'],
    ['nothing', ''],
    ['bytes that are not UTF-8', Buffer.from('5b7b226e616d65223a22ff227d5d', 'hex')],
  ])('%s is 422 with a reason', async (_, body) => {
    const response = await post('/ingest/events', body)
    expect(response.status).toBe(422)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a %s body is unpacked', async (encoding, pack) => {
    const body = pack(JSON.stringify([{ name: `packed ${encoding}`, user_id: 'u1' }]))
    expect((await post('/ingest/events', body, { 'content-encoding': encoding })).status).toBe(200)
    expect(await named(`packed ${encoding}`)).toHaveLength(1)
  })

  test('a body that is not what its encoding says is 422', async () => {
    expect((await post('/ingest/events', '[]', { 'content-encoding': 'gzip' })).status).toBe(422)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a %s bomb is 413', async (encoding, pack) => {
    const bomb = pack(Buffer.alloc(20_000_000, 32))
    expect(bomb.length).toBeLessThan(100_000)
    expect((await post('/ingest/events', bomb, { 'content-encoding': encoding })).status).toBe(413)
  })

  test('a body over the limit is 413, at the limit it is taken', async () => {
    const padded = (bytes: number) => `[]${' '.repeat(bytes - 2)}`
    expect((await post('/ingest/events', padded(100_001))).status).toBe(413)
    expect((await post('/ingest/events', padded(100_000))).status).toBe(200)
  })

  test('more facts than a request may hold are 413', async () => {
    const facts = Array.from({ length: 51 }, () => ({ name: 'too many' }))
    expect((await post('/ingest/events', JSON.stringify(facts))).status).toBe(413)
    expect(await named('too many')).toHaveLength(0)
  })
})

describe('what is nested deeper than JSON can be written', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  test.each([
    ['a message of no type', `{"batch":[{"type":"nonsense","x":${deep(20_000)}}]}`],
    ['a message whose type is nested', `{"batch":[{"type":${deep(20_000)}}]}`],
    ['a message that is an array', `{"batch":[${deep(20_000)}]}`],
  ])('%s is told as broken, not as a failure of ours', async (_, body) => {
    const response = await post('/v1/batch', body)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ accepted: 0, rejected: 1 })
  })

  test('a fact of a key that is bound to tenants is refused as any other', async () => {
    const bound = `Bearer ${await t.key(['ingest'], ['acme'])}`
    for (const tenant of [deep(20_000), '{"toString":1}', '["acme"]', '"a\\u0000"']) {
      const response = await post('/ingest/events', `{"name":"deep","tenant_id":${tenant}}`, {}, bound)
      expect([response.status, await response.json()]).toMatchObject([422, { rejected: 1 }])
    }
    expect((await post('/ingest/events', '[null, 1, []]', {}, bound)).status).toBe(422)
  })
})

describe('over the wire', () => {
  const wire = async (headers: Record<string, string>, write: (to: ReturnType<typeof httpRequest>) => void) => {
    const url = new URL('/ingest/events', await t.listen())
    return new Promise<number>((resolve, reject) => {
      const auth = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const request = httpRequest(url, { method: 'POST', headers: { ...auth, ...headers } }, (response) => {
        response.resume()
        resolve(response.statusCode!)
      })
      request.on('error', reject)
      write(request)
    })
  }

  test('a chunked body without a length is taken', async () => {
    const status = await wire({ 'transfer-encoding': 'chunked' }, (request) => {
      request.write('[{"name":"chun')
      request.end('ked","user_id":"u1"}]')
    })
    expect(status).toBe(200)
    expect(await named('chunked')).toHaveLength(1)
  })

  test('a chunked body is counted while it comes in, and is 413 before it ends', async () => {
    let sent: ReturnType<typeof httpRequest> | undefined
    const status = await wire({ 'transfer-encoding': 'chunked' }, (request) => {
      sent = request
      request.write(' '.repeat(100_001))
    })
    expect(status).toBe(413)
    sent?.destroy()
  })

  test('a body that announces too much is refused before a byte of it was sent', async () => {
    let sent: ReturnType<typeof httpRequest> | undefined
    const status = await wire({ 'content-length': '100001' }, (request) => {
      sent = request
      request.flushHeaders()
    })
    expect(status).toBe(413)
    sent?.destroy()
  })
})

describe('how fast and how much', () => {
  test('a key that sends too fast is 429 with Retry-After, and another key is not', async () => {
    const slow = await testApp({ config: { ingestRatePerSecond: 3 } })
    try {
      const [one, other] = [await slow.key(['ingest']), await slow.key(['ingest'])]
      const ask = (secret: string) =>
        slow.request('/ingest/events', {
          method: 'POST',
          body: '[]',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        })
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(one)))
      const refused = answers.filter(({ status }) => status === 429)
      expect(refused.length).toBeGreaterThanOrEqual(4)
      expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect((await ask(other)).status).toBe(200)
    } finally {
      await slow.close()
    }
  })

  test('a full queue is 429, a database that is away 503, both with Retry-After', async () => {
    const { WriterBusy, WriterUnavailable } = await import('../src/facts/writer.ts')
    const write = t.deps.writer.write
    try {
      for (const [error, status] of [
        [new WriterBusy('full'), 429],
        [new WriterUnavailable('away'), 503],
      ] as const) {
        t.deps.writer.write = () => Promise.reject(error)
        const response = await post('/ingest/events', '[{"name":"x"}]')
        expect(response.status).toBe(status)
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
    } finally {
      t.deps.writer.write = write
    }
  })
})
