import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signatureOf } from '../src/actions/contract.ts'
import type { SimFact } from '../src/demo/emitter.ts'
import { startDemoMainApp } from '../src/demo/main-app.ts'
import { type Product, product, SECRET } from './actions-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const PATH = '/quarterdeck/v1/users/u1/actions/suspend'
let p: Product
beforeAll(async () => {
  p = await product({ now: NOW })
})
afterAll(() => p?.close())

interface Sent {
  key?: string
  body?: string
  timestamp?: number
  secret?: string
  path?: string
  /** What is sent where another body was signed. */
  instead?: string
}

function send({
  key = 'k1',
  body = '{"dry_run":false,"fields":{},"by":{"id":"admin:1","name":"N"}}',
  ...sent
}: Sent = {}) {
  const { timestamp = NOW.getTime() / 1000, secret = SECRET, path = PATH } = sent
  const signature = signatureOf({ method: 'POST', path, timestamp, key, body }, secret)
  const headers = {
    'idempotency-key': key,
    'quarterdeck-timestamp': String(timestamp),
    'quarterdeck-signature': signature,
  }
  return fetch(p.t.deps.config.mainAppUrl + path, { method: 'POST', headers, body: sent.instead ?? body })
}

describe('the example main app', () => {
  it.each<[string, Sent]>([
    ['another secret', { secret: 'not the secret of both' }],
    ['an old request', { timestamp: NOW.getTime() / 1000 - 301 }],
    ['one from the future', { timestamp: NOW.getTime() / 1000 + 301 }],
    ['another body', { instead: '{"dry_run":false,"fields":{"x":1}}' }],
  ])('refuses %s', async (_, sent) => {
    expect((await send(sent)).status).toBe(401)
    expect(p.store.users.get('u1')?.status).toBe('active')
  })

  it('refuses what is not signed at all', async () => {
    expect((await fetch(p.t.deps.config.mainAppUrl + PATH, { method: 'POST', body: '{}' })).status).toBe(401)
    expect((await fetch(`${p.t.deps.config.mainAppUrl}/quarterdeck/v1/health`)).status).toBe(401)
  })

  it('acts once under a key, answers the same again, and refuses the key for another act', async () => {
    const first = await (await send()).json()
    expect(first).toMatchObject({ status: 'done', undo: { action: 'reinstate' } })
    expect(await (await send()).json()).toEqual(first)
    expect(p.told).toHaveLength(1)
    expect((await send({ path: PATH.replace('suspend', 'ban') })).status).toBe(422)
    expect((await send({ key: 'k2' })).status).toBe(409)
    expect((await send({ key: 'k3', path: PATH.replace('suspend', 'fly') })).status).toBe(404)
    expect((await send({ key: 'k4', path: PATH.replace('u1', 'nobody') })).status).toBe(404)
  })

  it('shows on its page who is suspended, first those who were acted on', async () => {
    const html = await (await fetch(p.t.deps.config.mainAppUrl)).text()
    expect(html.indexOf('ada@acme.example')).toBeLessThan(html.indexOf('bob@mirai.example'))
    expect(html).toContain('<b class="off">suspended</b>')
    const found = await (await fetch(`${p.t.deps.config.mainAppUrl}/?q=bob`)).text()
    expect(found).not.toContain('ada@acme.example')
  })
})

it('in the demo, who is suspended does nothing any more, but is charged, and builds that run end', async () => {
  const atMs = NOW.getTime()
  await p.t.deps.writer.write(
    [
      { kind: 'users', index: 0, row: { id: 'out', status: 'suspended' } },
      { kind: 'jobs', index: 1, row: { id: 'j1', kind: 'build', status: 'running', user_id: 'out', enqueued_at: NOW } },
    ],
    { source: 'typed', receivedAt: NOW },
  )
  const app = await startDemoMainApp(p.t.deps, 0, () => undefined)
  const isOut = (kind: SimFact['kind'], row: Record<string, unknown>) => app.isOut({ kind, atMs, row })
  expect(isOut('events', { user_id: 'out' })).toBe(true)
  expect(isOut('events', { user_id: 'u2' })).toBe(false)
  expect(isOut('events', { anonymous_id: 'x' })).toBe(false)
  expect(isOut('payments', { user_id: 'out' })).toBe(false)
  expect(isOut('jobs', { user_id: 'out', id: 'j1', status: 'succeeded' })).toBe(false)
  expect(isOut('jobs', { user_id: 'out', id: 'j2', status: 'queued' })).toBe(true)
  app.saw({ kind: 'users', atMs, row: { id: 'out', status: 'active' } })
  expect(isOut('events', { user_id: 'out' })).toBe(false)
  await app.close()
})
