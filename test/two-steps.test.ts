import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changePassword } from '../src/auth/admins.ts'
import { qrPath, stepOfCode, totpUri } from '../src/auth/totp.ts'
import { seal, unsealed } from '../src/lib/sealed.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { browser, hidden, type Person, person } from './helpers/people.ts'
import { codeOf } from './helpers/totp.ts'

let t: TestApp
let clock = new Date()
beforeAll(async () => {
  t = await testApp({ now: () => clock })
})
afterAll(() => t?.close())

const later = (seconds: number) => {
  clock = new Date(clock.getTime() + seconds * 1_000)
}
const codesIn = (html: string): string[] => html.match(/\b([0-9a-z]{4}-){3}[0-9a-z]{4}\b/g) ?? []

/** Sets two steps up as a browser does. Answers the secret and the recovery codes. */
async function enrol(who: Person): Promise<{ secret: string; codes: string[] }> {
  const page = await (await who.post('/dashboard/account/two-steps')).text()
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page)![1]!.replaceAll(' ', '')
  const done = await who.post('/dashboard/account/two-steps/on', {
    sealed: hidden(page, 'sealed'),
    code: codeOf(secret, clock),
  })
  expect(done.status).toBe(200)
  return { secret, codes: codesIn(await done.text()) }
}

describe('codes', () => {
  // RFC 6238, appendix B: the secret "12345678901234567890", the last six of eight digits.
  const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

  it('are those of RFC 6238, good for half a minute before and after their own', () => {
    expect(stepOfCode(SECRET, '287082', new Date(59_000))).toBe(1)
    expect(stepOfCode(SECRET, '081 804', new Date(1_111_111_109_000))).toBe(37_037_036)
    expect(stepOfCode(SECRET, '287082', new Date(29_000))).toBe(1)
    expect(stepOfCode(SECRET, '287082', new Date(89_000))).toBe(1)
    expect(stepOfCode(SECRET, '287082', new Date(90_000))).toBeNull()
    for (const bad of ['', '287083', '28708', '2870820', '28708x'])
      expect(stepOfCode(SECRET, bad, new Date(59_000))).toBeNull()
  })

  it('come from an address that apps know, drawn as a path of squares', () => {
    const uri = totpUri(SECRET, 'ada@x.example', 'Quarterdeck deck.example')
    expect(uri).toMatch(/^otpauth:\/\/totp\/Quarterdeck%20deck\.example:ada%40x\.example\?/)
    expect(new URL(uri).searchParams.get('secret')).toBe(SECRET)
    const { size, path } = qrPath(uri)
    expect(size).toBeGreaterThan(30)
    // The corner squares are seven wide, behind the border of four that scanners want.
    expect(path).toMatch(/^M4 4h7v1h-7z/)
  })
})

describe('sealed texts', () => {
  const key = 'k'.repeat(40)
  it('open with the same secret for the same purpose, and not otherwise', () => {
    const sealed = seal(key, 'one', 'a secret')
    expect(sealed).not.toContain('secret')
    expect(unsealed(key, 'one', sealed)).toBe('a secret')
    expect(unsealed(key, 'two', sealed)).toBeUndefined()
    expect(unsealed('x'.repeat(40), 'one', sealed)).toBeUndefined()
    const bytes = Buffer.from(sealed, 'base64url')
    bytes[bytes.length - 1]! ^= 1
    expect(unsealed(key, 'one', bytes.toString('base64url'))).toBeUndefined()
    for (const none of ['', 'x', 'x'.repeat(60)]) expect(unsealed(key, 'one', none)).toBeUndefined()
  })
})

describe('signing in in two steps', () => {
  it('is set up by a code of the app, which keeps the secret encrypted and the recovery codes hashed', async () => {
    const ada = await person(t, 'ada@x.example', 'viewer')
    const page = await (await ada.post('/dashboard/account/two-steps')).text()
    expect(page).toMatch(/<svg class="q-qr"[^>]*role="img"/)
    const wrong = await ada.post('/dashboard/account/two-steps/on', { sealed: hidden(page, 'sealed'), code: '000000' })
    expect(wrong.status).toBe(422)
    // The same secret again: what was scanned stays good.
    const again = await wrong.text()
    expect(/<code>([A-Z2-7 ]+)</.exec(again)![1]).toBe(/<code>([A-Z2-7 ]+)</.exec(page)![1])
    later(60)
    const { secret, codes } = await enrol(ada)
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    const stored = JSON.stringify(await t.sql`select to_jsonb(a) as a from admins a where id = ${ada.id}`)
    expect(stored).not.toContain(secret)
    const hashes = JSON.stringify(await t.sql`select * from admin_recovery_codes where admin_id = ${ada.id}`)
    for (const code of codes) expect(hashes).not.toContain(code)
    expect(await (await ada.get('/dashboard/account')).text()).toContain('10 of 10 recovery codes are left')
  })

  it('asks for the code after the password, and lets nobody in before', async () => {
    const bob = await person(t, 'bob@x.example', 'owner')
    const { secret } = await enrol(bob)
    later(60)
    const fresh = browser(t, bob.id, bob.email)
    const first = await fresh.signIn()
    expect([first.status, fresh.cookie]).toEqual([200, ''])
    const step = hidden(await first.text(), 'step')
    const code = codeOf(secret, clock)
    expect((await fresh.post('/login/code', { step: 'made up', code })).status).toBe(401)
    expect((await fresh.post('/login/code', { step, code: code === '111111' ? '222222' : '111111' })).status).toBe(401)
    const done = await fresh.post('/login/code', { step, code, next: '/dashboard/account' })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/dashboard/account'])
    expect((await fresh.get('/dashboard/account')).status).toBe(200)
    // The wrong password looks as it does for everybody else.
    expect(await (await browser(t, bob.id, bob.email).signIn('wrong password')).text()).toContain(
      'E-mail address or password',
    )
  })

  it('takes each code once, also when it comes twice at the same time', async () => {
    const eve = await person(t, 'eve@x.example', 'viewer')
    const { secret } = await enrol(eve)
    // The one that set it up is used up as well.
    expect((await browser(t, eve.id, eve.email).signIn(TEST_PASSWORD, codeOf(secret, clock))).status).toBe(401)
    later(60)
    const code = codeOf(secret, clock)
    const both = await Promise.all([1, 2].map(() => browser(t, eve.id, eve.email).signIn(TEST_PASSWORD, code)))
    expect(both.map(({ status }) => status).sort()).toEqual([303, 401])
  })

  it('is over after ten minutes, and does not outlive the account', async () => {
    const kim = await person(t, 'kim@x.example', 'viewer')
    const { secret } = await enrol(kim)
    later(60)
    const fresh = browser(t, kim.id, kim.email)
    const step = hidden(await (await fresh.signIn()).text(), 'step')
    later(11 * 60)
    expect((await fresh.post('/login/code', { step, code: codeOf(secret, clock) })).status).toBe(401)
    const other = hidden(await (await fresh.signIn()).text(), 'step')
    await t.sql`update admins set disabled_at = now() where id = ${kim.id}`
    expect((await fresh.post('/login/code', { step: other, code: codeOf(secret, clock) })).status).toBe(401)
  })

  it('makes who guesses codes wait after five, however right the password', async () => {
    const max = await person(t, 'max@x.example', 'viewer')
    const { secret } = await enrol(max)
    later(60)
    const fresh = browser(t, max.id, max.email)
    const step = hidden(await (await fresh.signIn()).text(), 'step')
    const right = codeOf(secret, clock)
    const guesses = Array.from({ length: 8 }, (_, n) => String(100_000 + n))
      .filter((code) => code !== right)
      .slice(0, 6)
    const answers = await Promise.all(guesses.map((code) => fresh.post('/login/code', { step, code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429])
    expect((await fresh.post('/login/code', { step, code: right })).status).toBe(429)
    later(16 * 60)
    expect((await browser(t, max.id, max.email).signIn(TEST_PASSWORD, codeOf(secret, clock))).status).toBe(303)
    const failed =
      await t.sql`select from audit_log where actor = ${`admin:${max.id}`} and action = 'login.code-failed'`
    expect(failed).toHaveLength(5)
  })

  it('takes each recovery code once, however it is written, and other ones end them', async () => {
    const joe = await person(t, 'joe@x.example', 'viewer')
    const { codes } = await enrol(joe)
    const [one, two] = codes as [string, string]
    expect(
      (await browser(t, joe.id, joe.email).signIn(TEST_PASSWORD, one.toUpperCase().replaceAll('-', ' '))).status,
    ).toBe(303)
    expect((await browser(t, joe.id, joe.email).signIn(TEST_PASSWORD, one)).status).toBe(401)
    const page = await (await joe.get('/dashboard/account')).text()
    expect(page).toContain('9 of 10 recovery codes are left')
    const renewed = codesIn(await (await joe.post('/dashboard/account/two-steps/codes')).text())
    expect(renewed).toHaveLength(10)
    expect((await browser(t, joe.id, joe.email).signIn(TEST_PASSWORD, two)).status).toBe(401)
    expect((await browser(t, joe.id, joe.email).signIn(TEST_PASSWORD, renewed[0]!)).status).toBe(303)
  })

  it('holds for programs too: the token wants the code', async () => {
    const api = await person(t, 'api@x.example', 'operator')
    const { secret } = await enrol(api)
    later(60)
    const login = (fields: object) =>
      t.request('/api/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: api.email, password: TEST_PASSWORD, ...fields }),
      })
    const without = await login({})
    expect([without.status, await without.json()]).toEqual([
      401,
      expect.objectContaining({ title: 'A code is needed' }),
    ])
    expect((await login({ code: codeOf(secret, clock) })).status).toBe(200)
  })

  it('is switched off with password and code, and with neither alone', async () => {
    const off = await person(t, 'off@x.example', 'viewer')
    const { secret } = await enrol(off)
    later(60)
    const send = (current: string, code: string) => off.post('/dashboard/account/two-steps/off', { current, code })
    const wrong = await send('not the password', codeOf(secret, clock))
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('The password is wrong.')])
    const bad = await send(TEST_PASSWORD, '12')
    expect([bad.status, await bad.text()]).toEqual([422, expect.stringContaining('The code is wrong')])
    expect((await send(TEST_PASSWORD, codeOf(secret, clock))).headers.get('location')).toBe(
      '/dashboard/account?done=two-steps-off',
    )
    expect((await browser(t, off.id, off.email).signIn()).status).toBe(303)
    expect(await t.sql`select from admin_recovery_codes where admin_id = ${off.id}`).toHaveLength(0)
    expect((await off.post('/dashboard/account/two-steps/codes')).status).toBe(409)
  })

  it('stays when the password changes, and a secret that was sealed for one admin is none for another', async () => {
    const sam = await person(t, 'sam@x.example', 'viewer')
    const { secret } = await enrol(sam)
    await changePassword(t.sql, sam, 'another long password')
    later(60)
    expect((await browser(t, sam.id, sam.email).signIn('another long password', codeOf(secret, clock))).status).toBe(
      303,
    )
    const [mine, other] = [await person(t, 'm1@x.example', 'viewer'), await person(t, 'm2@x.example', 'viewer')]
    const page = await (await mine.post('/dashboard/account/two-steps')).text()
    const stolen = await other.post('/dashboard/account/two-steps/on', {
      sealed: hidden(page, 'sealed'),
      code: '123456',
    })
    expect([stolen.status, await stolen.text()]).toEqual([422, expect.stringContaining('too old')])
  })
})
