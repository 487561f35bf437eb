import { createHash, createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from '../src/actions/client.ts'
import { doneAnswer } from '../src/actions/contract.ts'
import { loadConfig } from '../src/config.ts'
import { createLog } from '../src/lib/log.ts'
import { StateBook } from '../src/lib/state-book.ts'
import { done, type FaultyApp, faultyApp, nobody, type Reply, SECRET } from './actions-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
let app: FaultyApp | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

/** What the client works with; the clock stands still unless it is moved. */
function deps(mainAppUrl: string, mainAppTimeoutMs = 5_000) {
  const clock = { now: NOW }
  const config = { ...loadConfig({}), mainAppUrl, mainAppSecret: SECRET, mainAppTimeoutMs }
  return { config, book: new StateBook(createLog('silent')), now: () => clock.now, fetch, clock }
}

const suspend = {
  method: 'POST',
  path: '/users/u1/actions/suspend',
  key: 'k1',
  body: { dry_run: false, fields: {} },
} as const
const request = { ...suspend, answer: doneAnswer }

async function asking(...replies: Reply[]) {
  app = await faultyApp(...replies)
  return ask(deps(app.url), request)
}

describe('a request', () => {
  it('is signed over method, path, time, key and the hash of the body, as the contract says', async () => {
    await asking(done())
    const [got] = app!.got
    expect([got!.method, got!.path]).toEqual(['POST', '/quarterdeck/v1/users/u1/actions/suspend'])
    expect(got!.headers['idempotency-key']).toBe('k1')
    // 2026-11-20T12:00:00Z
    expect(got!.headers['quarterdeck-timestamp']).toBe('1795176000')
    const hash = createHash('sha256').update('{"dry_run":false,"fields":{}}').digest('hex')
    const lines = `POST\n/quarterdeck/v1/users/u1/actions/suspend\n1795176000\nk1\n${hash}`
    const hex = createHmac('sha256', SECRET).update(lines).digest('hex')
    expect(got!.headers['quarterdeck-signature']).toBe(`v1=${hex}`)
    expect(got!.body).toBe('{"dry_run":false,"fields":{}}')
  })

  it('is answered with what was done', async () => {
    const outcome = await asking(done('The user is signed out.', { undo: { action: 'reinstate' } }))
    expect(outcome).toMatchObject({
      kind: 'answered',
      answer: { message: 'The user is signed out.', changes: [], undo: { action: 'reinstate', fields: {} } },
    })
    expect(app!.got).toHaveLength(1)
  })

  it('is tried again with the same key after 500, and done when that is answered', async () => {
    const outcome = await asking({ status: 500 }, { status: 503 }, done())
    expect(outcome.kind).toBe('answered')
    expect(app!.got.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1'])
  })
})

describe('a main app which', () => {
  it.each<[string, Reply, object, number]>([
    [
      'refuses in words',
      { status: 409, body: '{"detail":"Suspended already."}' },
      { kind: 'refused', status: 409, reason: 'Suspended already.' },
      1,
    ],
    [
      'names the field',
      { status: 422, body: '{"detail":"No such plan.","field":"plan"}' },
      { kind: 'refused', status: 422, reason: 'No such plan.', field: 'plan' },
      1,
    ],
    [
      'refuses with a page of HTML',
      { status: 404, body: '<html>gone</html>' },
      { kind: 'refused', status: 404, reason: 'It answered 404.' },
      1,
    ],
    [
      'does not believe us',
      { status: 401, body: '{"detail":"Bad signature."}' },
      { kind: 'failed', reason: expect.stringContaining('does not accept our signature (401) (“Bad signature.”)') },
      1,
    ],
    [
      'answers 500',
      { status: 500, body: '{"detail":"disk full"}' },
      { kind: 'unknown', reason: 'The main app answers 500 (“disk full”), 3 times.' },
      3,
    ],
    [
      'cuts the line',
      'cut',
      { kind: 'unknown', reason: expect.stringMatching(/^The main app does not answer: .*3 times\.$/) },
      3,
    ],
    [
      'answers garbage',
      { status: 200, body: 'OK' },
      { kind: 'unknown', reason: expect.stringContaining('answers 200 with what is not of the contract') },
      1,
    ],
    [
      'answers JSON of another kind',
      { status: 200, body: '{"ok":true}' },
      { kind: 'unknown', reason: expect.stringContaining('status') },
      1,
    ],
    [
      'answers a dry run to an act',
      { status: 200, body: '{"status":"would"}' },
      { kind: 'unknown', reason: expect.stringContaining('not of the contract') },
      1,
    ],
    ['answers 204', { status: 204 }, { kind: 'unknown', reason: expect.stringContaining('answers 204') }, 1],
    ['is at it', { status: 202 }, { kind: 'working' }, 1],
    [
      'redirects',
      { status: 302, headers: { location: 'https://login.example.com/' } },
      { kind: 'unknown', reason: expect.stringContaining('redirected to another host, login.example.com') },
      1,
    ],
    [
      'has too many requests',
      { status: 429 },
      { kind: 'failed', reason: 'The main app asks for fewer requests (429), 3 times.' },
      3,
    ],
    [
      'wants to be left alone for long',
      { status: 429, headers: { 'retry-after': '60' } },
      { kind: 'failed', reason: 'The main app asks for fewer requests (429).' },
      1,
    ],
    [
      'gives a link that is none',
      done('x', { url: 'javascript:alert(1)' }),
      { kind: 'unknown', reason: expect.stringContaining('url') },
      1,
    ],
  ])('%s', async (_, reply, outcome, requests) => {
    expect(await asking(reply)).toEqual(outcome)
    expect(app!.got).toHaveLength(requests)
  })

  it('says nothing may have acted', async () => {
    app = await faultyApp('silence')
    const outcome = await ask(deps(app.url, 200), request)
    expect(outcome).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/^The main app does not answer: no answer within 0.2 s/),
    })
  })

  it('is not there was not asked: nothing was done', async () => {
    const d = deps(await nobody())
    expect(await ask(d, request)).toMatchObject({ kind: 'failed', reason: expect.stringContaining('ECONNREFUSED') })
    expect(d.book.stateOf('mainapp')).toMatchObject({ state: 'degraded' })
  })

  it('may have acted before it went away leaves it unknown', async () => {
    app = await faultyApp('cut', { status: 429 })
    expect(await ask(deps(app.url), request)).toMatchObject({ kind: 'unknown' })
  })

  it.each<[string, Reply, string]>([
    ['a page of HTML', { status: 404, body: '<html>no such host</html>' }, 'unknown'],
    ['words of its own', { status: 404, body: 'default backend' }, 'unknown'],
    ['JSON of its own', { status: 400, body: '{"message":"no route"}' }, 'unknown'],
    ['403 in whatever words', { status: 403, body: '{"detail":"Forbidden."}' }, 'unknown'],
    ['401 in whatever words', { status: 401, body: '{"detail":"Bad signature."}' }, 'unknown'],
    ['a refusal of the contract', { status: 409, body: '{"detail":"Suspended already."}' }, 'refused'],
  ])('may have acted before somebody answers %s is known only where it answers itself', async (_, reply, kind) => {
    app = await faultyApp('cut', reply)
    expect((await ask(deps(app.url), request)).kind).toBe(kind)
    expect(app.got).toHaveLength(2)
    // The same where it was asked some time before.
    app.got.length = 0
    expect((await ask(deps(app.url), { ...request, asked: true })).kind).toBe(kind)
    expect(app.got).toHaveLength(1)
  })

  it('was asked before, and is away or left alone now, leaves it unknown', async () => {
    const d = deps(await nobody())
    for (let n = 0; n < 3; n++) expect((await ask(d, { ...request, asked: true })).kind).toBe('unknown')
    expect(await ask(d, { ...request, asked: true })).toEqual({
      kind: 'unknown',
      reason: expect.stringContaining('It was not asked.'),
    })
  })

  it('answers again is not away any more', async () => {
    app = await faultyApp({ status: 503 }, { status: 503 }, { status: 503 }, done())
    const d = deps(app.url)
    await ask(d, request)
    expect(d.book.isDegraded('mainapp')).toBe(true)
    await ask(d, request)
    expect(d.book.stateOf('mainapp')).toMatchObject({ state: 'up' })
  })

  it('fails five times in a row is left alone for half a minute, and then found out by one request', async () => {
    app = await faultyApp({ status: 500 })
    const d = deps(app.url)
    const once = { ...request, attempts: 1 }
    for (let n = 0; n < 5; n++) await ask(d, once)
    expect(app.got).toHaveLength(5)
    const left = await ask(d, request)
    expect(left).toEqual({
      kind: 'failed',
      reason: expect.stringContaining('left alone for another 30 s. It was not asked.'),
    })
    expect(app.got).toHaveLength(5)
    d.clock.now = new Date(NOW.getTime() + 31_000)
    expect((await ask(d, request)).kind).toBe('unknown')
    expect(app.got).toHaveLength(6)
    app.replies.splice(0, 1, done())
    d.clock.now = new Date(NOW.getTime() + 62_000)
    expect((await ask(d, request)).kind).toBe('answered')
    expect((await ask(d, request)).kind).toBe('answered')
  })
})
