import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OutgoingError, outgoing } from '../src/lib/outgoing.ts'
import { fetchUnless, isPrivate, publicFetch } from '../src/lib/public-fetch.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let url: string
let answer: Answer
const seen: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const get = (path = '/', options: Parameters<typeof outgoing>[2] = {}) => outgoing(fetch, `${url}${path}`, options)
const failure = async (work: Promise<unknown>): Promise<OutgoingError> => {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(OutgoingError)
  return error
}

describe('a request to another machine', () => {
  it('brings any answer, whatever its status', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '7' }).end('später 🚀')
    const { status, headers, text } = await get()
    expect([status, headers.get('retry-after'), text]).toEqual([503, '7', 'später 🚀'])
  })

  it('ends when its time is over, before the answer or in the midst of it', async () => {
    answer = () => {}
    expect(await failure(get('/', { timeoutMs: 60 }))).toMatchObject({
      failure: 'timeout',
      message: 'no answer within 0.06 s',
      retryable: true,
    })
    answer = (_, response) => void response.writeHead(200).write('half')
    expect(await failure(get('/', { timeoutMs: 60 }))).toMatchObject({ failure: 'timeout' })
  })

  it('ends when the caller gives up, with the caller’s reason', async () => {
    answer = () => {}
    const controller = new AbortController()
    const work = get('/', { signal: controller.signal })
    controller.abort(new Error('never mind'))
    await expect(work).rejects.toThrow('never mind')
  })

  it('takes no more than it may, and does not read on', async () => {
    let written = 0
    answer = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
    const error = await failure(get('/', { maxBytes: 100 * 1024 }))
    expect(error).toMatchObject({ failure: 'too-large', message: 'the answer is larger than 100 KB', retryable: false })
    expect(written).toBeLessThan(50 * 1024 ** 2)
  })

  it('says why there is no answer, and tells neither query nor headers', async () => {
    const error = await failure(
      outgoing(fetch, 'http://127.0.0.1:9/x?token=hush', { headers: { authorization: 'Bearer hush' } }),
    )
    expect(error.retryable).toBe(true)
    expect(`${error.message} ${error.stack}`).not.toContain('hush')
  })

  it('follows on the same host, with its headers, and no further', async () => {
    seen.length = 0
    answer = ({ url: path }, response) => {
      if (path === '/a') return response.writeHead(302, { location: '/b' }).end()
      return response.end('here')
    }
    expect((await get('/a', { headers: { authorization: 'Bearer k' } })).text).toBe('here')
    expect(seen).toEqual(['GET /a Bearer k', 'GET /b Bearer k'])

    for (const location of [
      url.replace('127.0.0.1', 'localhost'),
      'https://127.0.0.1/',
      'file:///etc/passwd',
      'http://',
    ]) {
      answer = (_, response) => response.writeHead(302, { location }).end()
      expect(await failure(get('/a')), location).toMatchObject({ failure: 'redirect', retryable: false })
    }
    answer = (_, response) => response.writeHead(302, { location: '/a' }).end()
    expect((await failure(get('/a'))).message).toBe('redirected more than 3 times')
  })

  it('does not turn a POST into a GET', async () => {
    seen.length = 0
    answer = ({ url: path }, response) => {
      if (path === '/a') return response.writeHead(308, { location: '/b' }).end()
      return response.writeHead(303, { location: '/c' }).end()
    }
    expect((await failure(get('/a', { method: 'POST', body: '{}' }))).message).toContain('POST redirected with 303')
    expect(seen).toEqual(['POST /a', 'POST /b'])
  })
})

describe('a request that may only go out to the internet', () => {
  it('refuses this machine and private networks, by number and by name', async () => {
    answer = (_, response) => response.end('inside')
    seen.length = 0
    const port = new URL(url).port
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '0.0.0.0',
      '10.1.2.3',
      '169.254.169.254',
    ]) {
      const error = await failure(outgoing(publicFetch, `http://${host}:${port}/`, { timeoutMs: 2000 }))
      expect({ host, failure: error.failure }).toEqual({ host, failure: 'refused' })
    }
    expect(seen).toEqual([])
  })

  it('fails, and does not end the process, where the status is none', async () => {
    answer = (request) => void request.socket.end('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n')
    await expect(fetchUnless(() => false, url)).rejects.toThrow(/status/)
  })

  it('is like any other to an address that is not refused', async () => {
    const toAny: typeof fetch = (input, init) => fetchUnless(() => false, input, init)
    const named = url.replace('127.0.0.1', 'localhost')
    answer = (request, response) => {
      if (request.url === '/moved') return response.writeHead(307, { location: '/' }).end()
      if (request.url === '/none') return response.writeHead(204).end()
      return request.pipe(response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] }))
    }
    seen.length = 0
    const request = { method: 'POST', body: 'später', headers: { authorization: 'Bearer k' } }
    const { status, headers, text } = await outgoing(toAny, `${named}/moved`, request)
    expect([status, headers.getSetCookie(), text]).toEqual([201, ['a=1', 'b=2'], 'später'])
    expect(seen).toEqual(['POST /moved Bearer k', 'POST / Bearer k'])
    expect(await outgoing(toAny, `${named}/none`)).toMatchObject({ status: 204, text: '' })
    answer = () => {}
    expect(await failure(outgoing(toAny, named, { timeoutMs: 60 }))).toMatchObject({ failure: 'timeout' })
  })

  it.each([
    ['8.8.8.8', false],
    ['2606:4700:4700::1111', false],
    ['172.15.255.255', false],
    ['172.16.0.1', true],
    ['100.100.0.1', true],
    ['192.168.1.1', true],
    ['fd12::1', true],
    ['fe80::1', true],
    ['::ffff:192.168.1.1', true],
    ['64:ff9b::a00:1', true],
    ['224.0.0.1', true],
    ['255.255.255.255', true],
  ])('takes %s for private: %s', (address, expected) => {
    expect(isPrivate(address)).toBe(expected)
  })
})
