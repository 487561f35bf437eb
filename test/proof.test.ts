import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authOf } from '../src/auth/auth.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { hidden, type Person, person, tenants } from './helpers/people.ts'
import { codeOf } from './helpers/totp.ts'

let t: TestApp
let clock = new Date()
let owner: Person
beforeAll(async () => {
  t = await testApp({ now: () => clock })
  owner = await person(t, 'owner@x.example', 'owner')
  await tenants(t, 'acme', 'umbrella')
})
afterAll(() => t?.close())

/** As if everybody had signed in so many minutes ago. */
async function age(minutes: number): Promise<void> {
  await t.sql`update admin_sessions set proved_at = now() - ${`${minutes} minutes`}::interval`
  authOf(t.deps).sessions.forgetAll()
}
const keys = async () =>
  (await t.sql`select name from api_keys where id like 'key\\_%' order by created_at`).map(({ name }) => name)
const KEY = { name: 'grafana', scope_read: '1', days: '30', tenants: 'acme,umbrella' }

describe('what destroys or hands out power', () => {
  it('goes through for a quarter of an hour after signing in', async () => {
    await age(14)
    expect((await owner.post('/dashboard/settings/keys', KEY)).status).toBe(200)
    expect(await keys()).toEqual(['grafana'])
  })

  it('asks again after that, does nothing meanwhile, and goes on from what was sent', async () => {
    await age(16)
    const asked = await owner.post('/dashboard/settings/keys', { ...KEY, name: 'second "key" <x>' })
    const html = await asked.text()
    expect(asked.status).toBe(403)
    expect(html).toContain('Is it still you?')
    expect(html).toContain('name="name" value="second &quot;key&quot; &lt;x&gt;"')
    expect(html).toContain('action="/dashboard/settings/keys"')
    expect(await keys()).toEqual(['grafana'])

    const kept = { ...KEY, name: 'second', days: hidden(html, 'days') }
    const wrong = await owner.post('/dashboard/settings/keys', { ...kept, proof_password: 'not the password' })
    const again = await wrong.text()
    expect([wrong.status, hidden(again, 'name')]).toEqual([422, 'second'])
    expect(again).not.toContain('not the password')
    expect(await keys()).toEqual(['grafana'])

    const done = await owner.post('/dashboard/settings/keys', { ...kept, proof_password: TEST_PASSWORD })
    expect(done.status).toBe(200)
    const [key] = await t.sql`select tenants from api_keys where name = 'second'`
    expect(key?.tenants).toEqual(['acme', 'umbrella'])
    // The proof holds from then on.
    expect((await owner.post('/dashboard/settings/keys', { ...KEY, name: 'third' })).status).toBe(200)
    expect((await t.sql`select from audit_log where action = 'login.proof'`).length).toBe(1)
  })

  it('is a proof of one session, not of the account', async () => {
    await age(16)
    const other = await person(t, 'other@x.example', 'owner')
    expect((await other.post('/dashboard/settings/keys', { ...KEY, name: 'fourth' })).status).toBe(200)
    expect((await owner.post('/dashboard/settings/keys', { ...KEY, name: 'fifth' })).status).toBe(403)
  })

  it('asks who signs in in two steps for the code, and does not take the password', async () => {
    const two = await person(t, 'two@x.example', 'owner')
    const page = await (await two.post('/dashboard/account/two-steps')).text()
    const secret = /<code>([A-Z2-7 ]+)</.exec(page)![1]!.replaceAll(' ', '')
    await two.post('/dashboard/account/two-steps/on', { sealed: hidden(page, 'sealed'), code: codeOf(secret, clock) })
    await age(16)
    clock = new Date(clock.getTime() + 60_000)
    const asked = await (await two.post('/dashboard/settings/keys', KEY)).text()
    expect(asked).toContain('name="proof_code"')
    const named = { ...KEY, name: 'by two' }
    expect((await two.post('/dashboard/settings/keys', { ...named, proof_password: TEST_PASSWORD })).status).toBe(422)
    expect((await two.post('/dashboard/settings/keys', { ...named, proof_code: codeOf(secret, clock) })).status).toBe(
      200,
    )
  })

  it('makes who guesses wait, as at the sign-in', async () => {
    const slow = await person(t, 'slow@x.example', 'owner')
    await age(16)
    const guess = (n: number) => slow.post('/dashboard/settings/keys', { ...KEY, proof_password: `guess ${n}` })
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => guess(n)))
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2)
  })

  it('tells a background request and a program where to prove it', async () => {
    await age(16)
    const headers = { cookie: owner.cookie, origin: 'http://localhost' }
    const polled = await t.request('/dashboard/settings/keys', {
      method: 'POST',
      headers: { ...headers, 'hx-request': 'true', 'hx-current-url': 'http://localhost/dashboard/settings/keys' },
    })
    expect(polled.headers.get('hx-redirect')).toBe('/dashboard/confirm?next=%2Fdashboard%2Fsettings%2Fkeys')
    const program = await t.request('/dashboard/settings/keys', {
      method: 'POST',
      headers: { ...headers, accept: 'application/json' },
    })
    expect([program.status, ((await program.json()) as { detail: string }).detail]).toEqual([
      403,
      expect.stringContaining('/dashboard/confirm'),
    ])
    expect((await owner.get('/dashboard/confirm?next=//evil.example')).status).toBe(200)
    const done = await owner.post('/dashboard/confirm', { next: '//evil.example', proof_password: TEST_PASSWORD })
    expect(done.headers.get('location')).toBe('/dashboard')
    expect((await owner.post('/dashboard/settings/keys', { ...KEY, name: 'after' })).status).toBe(200)
  })
})
