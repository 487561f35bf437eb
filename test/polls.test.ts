import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { authOf } from '../src/auth/auth.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillProduct } from './pages-fixture.ts'

let t: TestApp
let viewer: string
beforeAll(async () => {
  t = await testApp()
  await fillProduct(t)
  viewer = await t.admin('viewer')
})
afterAll(() => t.close())

/** As node-server brings it: the headers as Node parsed them. */
function poll(path: string, headers: Record<string, string>, method = 'GET') {
  const env = { incoming: { method, url: path, headers } }
  return t.app.request(`http://localhost${path}`, { headers, method }, env as never)
}

test('an unchanged poll is answered without asking the app', async () => {
  const first = await poll('/live/overview', { cookie: viewer })
  const headers = { cookie: viewer, 'if-none-match': first.headers.get('etag')! }
  const recognise = vi.spyOn(authOf(t.deps).sessions, 'recognise')
  const answer = await poll('/live/overview', headers)
  expect(answer.status).toBe(304)
  expect(answer.headers.get('etag')).toBe(headers['if-none-match'])
  expect(answer.headers.get('cache-control')).toBe('private, no-cache')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await answer.text()).toBe('')
  expect(recognise).not.toHaveBeenCalled()
  // A page that the client does not have goes the usual way.
  expect((await poll('/live/overview', { cookie: viewer, 'if-none-match': '"older"' })).status).toBe(200)
  expect(recognise).toHaveBeenCalled()
})

test('what is kept for one is not answered to who may not see it', async () => {
  const { headers } = await poll('/live/overview', { cookie: viewer })
  const etag = headers.get('etag')!
  const none = { 'if-none-match': etag }
  expect((await poll('/live/overview', none)).status).not.toBe(304)
  expect((await poll('/live/overview', { ...none, cookie: 'qd_session=unknown' })).status).not.toBe(304)
  expect((await poll('/live/overview', { ...none, cookie: viewer, authorization: 'Bearer qd_none' })).status).toBe(401)
  expect((await poll('/live/overview', { ...none, cookie: viewer }, 'POST')).status).not.toBe(304)
  const bound = await t.admin('viewer')
  await t.sql`update admins set tenants = '{acme}' where email = (select max(email) from admins)`
  expect((await poll('/live/overview', { ...none, cookie: bound })).status).toBe(200)
})

test('a session that was ended is not answered from memory', async () => {
  const cookie = await t.admin('viewer')
  const { headers } = await poll('/live/overview', { cookie })
  const known = { cookie, 'if-none-match': headers.get('etag')! }
  expect((await poll('/live/overview', known)).status).toBe(304)
  await t.request('/logout', { method: 'POST', headers: { cookie, origin: 'http://localhost' } })
  expect((await poll('/live/overview', known)).status).not.toBe(304)
})

test('rendering a page opens no asynchronous storage', async () => {
  const run = vi.spyOn(AsyncLocalStorage.prototype, 'run')
  try {
    expect((await t.request('/dashboard', { headers: { cookie: viewer } })).status).toBe(200)
    expect((await t.request('/dashboard/metrics', { headers: { cookie: viewer } })).status).toBe(200)
    expect(run).not.toHaveBeenCalled()
  } finally {
    run.mockRestore()
  }
})
