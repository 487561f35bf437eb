import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { makePasswordLink } from '../src/auth/links.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { browser, hidden, person } from './helpers/people.ts'
import { type MailServer, mailServer } from './helpers/smtp.ts'

let t: TestApp
let mail: MailServer
let clock = new Date()
beforeAll(async () => {
  mail = await mailServer()
  t = await testApp({ now: () => clock, config: { smtpUrl: mail.url } })
})
afterAll(async () => {
  await t?.close()
  await mail?.close()
})
beforeEach(() => {
  clock = new Date(clock.getTime() + 3_600_000)
})

const NEW_PASSWORD = 'quite another password'
const nobody = () => browser(t, '', '')
/** Takes the oldest mail that has come, or comes. */
async function nextMail(): Promise<string> {
  await expect.poll(() => mail.mails.length, { timeout: 20_000 }).toBeGreaterThan(0)
  const { headers, text } = mail.mails.shift()!
  return `To: ${headers.to}\n\n${text}`
}
const ask = (email: string) => nobody().post('/forgot', { email })
/** The link out of a mail, whose lines may be broken. */
const linkIn = (text: string) =>
  /(\/reset\?token=[\w-]+)/.exec(text.replaceAll('=\r\n', '').replaceAll('=3D', '='))![1]!
const tokenOf = (link: string) => link.split('token=')[1]!

describe('a password that was forgotten', () => {
  it('is chosen anew by a link in a mail, once; sessions and tokens end with the old one', async () => {
    const ada = await person(t, 'ada@x.example', 'operator')
    const login = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ email: ada.email, password: TEST_PASSWORD })
    const { token } = (await (await t.request('/api/auth/login', { ...login, body })).json()) as { token: string }
    expect((await ask(' Ada@X.example ')).status).toBe(200)
    const text = await nextMail()
    expect(text).toContain('To: ada@x.example')
    const link = linkIn(text)
    const stored = JSON.stringify(await t.sql`select * from admin_links`)
    expect(stored).not.toContain(tokenOf(link))

    const page = await (await nobody().get(link)).text()
    expect(page).toContain('ada@x.example')
    const send = (password: string) => nobody().post('/reset', { token: hidden(page, 'token'), password })
    const weak = await send('short')
    expect([weak.status, await weak.text()]).toEqual([422, expect.stringContaining('at least 10 characters')])
    expect((await send(NEW_PASSWORD)).headers.get('location')).toBe('/login?done=password')
    expect((await send('a third long password')).status).toBe(410)
    expect((await nobody().get(link)).status).toBe(410)
    expect((await ada.get('/dashboard/account')).status).toBe(303)
    expect((await t.request('/api/metrics', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    const fresh = browser(t, ada.id, ada.email)
    expect([(await fresh.signIn(TEST_PASSWORD)).status, (await fresh.signIn(NEW_PASSWORD)).status]).toEqual([401, 303])
    const log =
      await t.sql`select action, detail from audit_log where target = ${`admin:${ada.id}`} order by id desc limit 2`
    expect(log.map(({ action, detail }) => [action, detail])).toEqual([
      ['admin.password', { by: 'reset link' }],
      ['admin.reset-link', null],
    ])
  })

  it('answers the same whether or not there is an account', async () => {
    await person(t, 'known@x.example', 'viewer', { out: true })
    const gone = await person(t, 'gone@x.example', 'viewer', { out: true })
    await t.sql`update admins set disabled_at = now() where id = ${gone.id}`
    const addresses = ['known@x.example', 'nobody@x.example', 'gone@x.example', 'not an address', '']
    const answers = await Promise.all(
      addresses.map(async (email) => (await (await ask(email)).text()).replace(/data-now="\d+"/, '')),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('If there is an account with this address')
    expect(await nextMail()).toContain('To: known@x.example')
    expect(await t.sql`select from admin_links where admin_id = ${gone.id}`).toHaveLength(0)
    expect(mail.mails).toEqual([])
  })

  it('has a link for an hour, and the newest one only', async () => {
    const bob = await person(t, 'bob@x.example', 'viewer', { out: true })
    const old = tokenOf(await makePasswordLink(t.sql, t.deps, bob.id, 'reset'))
    const newer = tokenOf(await makePasswordLink(t.sql, t.deps, bob.id, 'reset'))
    expect((await nobody().post('/reset', { token: old, password: NEW_PASSWORD })).status).toBe(410)
    clock = new Date(clock.getTime() + 61 * 60_000)
    expect((await nobody().post('/reset', { token: newer, password: NEW_PASSWORD })).status).toBe(410)
    const last = tokenOf(await makePasswordLink(t.sql, t.deps, bob.id, 'reset'))
    const both = await Promise.all(
      [1, 2].map((n) => nobody().post('/reset', { token: last, password: `${NEW_PASSWORD} ${n}` })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([303, 410])
  })

  it('is mailed three times in a quarter of an hour, and after many from one address nobody is', async () => {
    await person(t, 'often@x.example', 'viewer', { out: true })
    for (let n = 0; n < 5; n++) expect((await ask('often@x.example')).status).toBe(200)
    for (let n = 0; n < 3; n++) expect(await nextMail()).toContain('often@x.example')
    const [links] = await t.sql`
      select count(*)::int as n from audit_log l join admins a on l.target = 'admin:' || a.id
      where a.email = 'often@x.example' and l.action = 'admin.reset-link'`
    expect(links?.n).toBe(3)
    const statuses: number[] = []
    for (let n = 0; n < 31; n++) statuses.push((await ask(`n${n}@x.example`)).status)
    expect(statuses.at(0)).toBe(200)
    expect(statuses.at(-1)).toBe(429)
  })

  it('does not open the second step', async () => {
    const two = await person(t, 'two@x.example', 'viewer', { out: true })
    await t.sql`update admins set totp_secret = 'x', totp_since = now(), totp_step = 0 where id = ${two.id}`
    const token = tokenOf(await makePasswordLink(t.sql, t.deps, two.id, 'reset'))
    expect((await nobody().post('/reset', { token, password: NEW_PASSWORD })).status).toBe(303)
    const fresh = browser(t, two.id, two.email)
    expect(await (await fresh.signIn(NEW_PASSWORD)).text()).toContain('One more step')
    expect(fresh.cookie).toBe('')
  })

  it('is no matter of mail where none is sent, nor of READ_ONLY', async () => {
    const without = createApp({ ...t.deps, config: { ...t.deps.config, smtpUrl: '' } })
    const html = await (await without.request('http://localhost/forgot', { headers: { accept: 'text/html' } })).text()
    expect(html).toContain('quarterdeck admin reset')
    expect(html).not.toContain('<form')
    const readOnly = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    expect(await (await readOnly.request('http://localhost/forgot')).text()).toContain('READ_ONLY=1')
  })
})
