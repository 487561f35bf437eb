import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createToken } from '../src/auth/sign-in.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { browser, type Person, person, tenants } from './helpers/people.ts'

let t: TestApp
let owner: Person
beforeAll(async () => {
  t = await testApp()
  owner = await person(t, 'owner@x.example', 'owner')
  await tenants(t, 'acme', 'umbrella')
})
afterAll(() => t?.close())

const ADMINS = '/dashboard/settings/admins'
const linkIn = (html: string) => /<pre[^>]*>http:\/\/localhost(\/reset\?token=[\w-]+)</.exec(html)?.[1]
const errorIn = (html: string) => /q-field-error[\s\S]*?<span>([^<]+)</.exec(html)?.[1]

describe('admins', () => {
  it('are invited by a link at which they choose their own password', async () => {
    const made = await owner.post(ADMINS, {
      email: 'New@x.example',
      name: 'New One',
      role: 'operator',
      tenants: 'acme, umbrella',
    })
    const link = linkIn(await made.text())!
    const list = await (await owner.get(ADMINS)).text()
    expect(list).toContain('New One')
    expect(list).toContain('invited')
    const [row] = await t.sql`select id, role, tenants from admins where email = 'new@x.example'`
    expect(row).toMatchObject({ role: 'operator', tenants: ['acme', 'umbrella'] })
    const one = browser(t, row!.id, 'new@x.example')
    expect(await (await one.get(link)).text()).toContain('Welcome aboard')
    expect(
      (await one.post('/reset', { token: link.split('token=')[1]!, password: 'my own long password' })).status,
    ).toBe(303)
    expect((await one.signIn('my own long password')).status).toBe(303)
    const log = await t.sql`select action from audit_log where target = ${`admin:${row!.id}`} order by id`
    expect(log.map(({ action }) => action)).toEqual(['admin.create', 'admin.password'])
  })

  it('are not invited twice or with a bad address or role, and what was typed comes back', async () => {
    const again = await owner.post(ADMINS, { email: 'owner@x.example', name: 'Typed', role: 'viewer' })
    const html = await again.text()
    expect([again.status, errorIn(html)]).toEqual([409, 'There is an admin with this e-mail address.'])
    expect(html).toContain('value="Typed"')
    expect((await owner.post(ADMINS, { email: 'nobody', role: 'viewer' })).status).toBe(422)
    expect((await owner.post(ADMINS, { email: 'z@x.example', role: 'king' })).status).toBe(422)
    expect((await owner.post(ADMINS, { email: 'z@x.example', role: 'viewer', tenants: '*' })).status).toBe(422)
    const typo = await owner.post(ADMINS, { email: 'z@x.example', role: 'viewer', tenants: 'acme, ACME' })
    const text = await typo.text()
    expect([typo.status, errorIn(text)]).toEqual([
      422,
      'There is no tenant “ACME”: nothing was ever sent for it. Did you mean acme?',
    ])
    expect(text).toMatch(
      /id="invite-tenants"[^>]*value="acme, ACME"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="invite-tenants"/,
    )
    expect(await t.sql`select from admins where email = 'z@x.example'`).toHaveLength(0)
  })

  it('get another role and other tenants at once, with both told to the log', async () => {
    const ada = await person(t, 'ada@x.example', 'viewer')
    expect((await ada.get('/dashboard/segments/new')).status).toBe(403)
    const path = `${ADMINS}/${ada.id}`
    const done = await owner.post(`${path}/change`, { name: 'Ada', role: 'operator', tenants: 'acme' })
    expect(done.headers.get('location')).toBe(`${path}?done=change`)
    expect((await ada.get('/dashboard/segments/new')).status).toBe(200)
    const [line] = await t.sql`select actor, detail from audit_log where action = 'admin.change'`
    expect(line).toEqual({
      actor: `admin:${owner.id}`,
      detail: {
        before: { name: null, role: 'viewer', tenants: 'all' },
        after: { name: 'Ada', role: 'operator', tenants: ['acme'] },
      },
    })
    // Nothing was ever sent for it; what they have stays theirs, whatever became of its facts.
    const typo = await owner.post(`${path}/change`, { name: 'Ada', role: 'operator', tenants: 'acme, umbrela' })
    expect(errorIn(await (await owner.get(typo.headers.get('location')!)).text())).toBe(
      'There is no tenant “umbrela”: nothing was ever sent for it.',
    )
    await t.sql`update admins set tenants = '{gone}' where id = ${ada.id}`
    const kept = await owner.post(`${path}/change`, { name: 'Ada', role: 'operator', tenants: 'gone, acme' })
    expect(kept.headers.get('location')).toBe(`${path}?done=change`)
    const bad = await owner.post(`${path}/change`, { name: 'Ada', role: 'operator', tenants: 'x'.repeat(201) })
    const html = await (await owner.get(bad.headers.get('location')!)).text()
    expect(errorIn(html)).toContain('cannot be the id of a tenant')
  })

  it('cannot change themselves, and one owner of all tenants is always left', async () => {
    const path = `${ADMINS}/${owner.id}`
    const change = await owner.post(`${path}/change`, { name: 'Me', role: 'viewer', tenants: '' })
    expect(await (await owner.get(change.headers.get('location')!)).text()).toContain('another owner to change')
    expect((await owner.post(`${path}/disable`)).status).toBe(409)
    expect(
      (await owner.post(`${path}/change`, { name: 'Me', role: 'owner', tenants: '' })).headers.get('location'),
    ).toContain('done=change')
    // Two owners who put each other off at once: one of them stays.
    const own = await testApp()
    try {
      const [a, b] = [await person(own, 'a@x.example', 'owner'), await person(own, 'b@x.example', 'owner')]
      await Promise.all([a.post(`${ADMINS}/${b.id}/disable`), b.post(`${ADMINS}/${a.id}/disable`)])
      expect(await own.sql`select from admins where disabled_at is null`).toHaveLength(1)
    } finally {
      await own.close()
    }
  })

  it('are switched off with all they hold, and on again', async () => {
    const joe = await person(t, 'joe@x.example', 'operator')
    const [admin] = await t.sql`select * from admins where id = ${joe.id}`
    const { token } = await createToken(t.deps, admin as never)
    const api = () => t.request('/api/metrics', { headers: { authorization: `Bearer ${token}` } })
    expect((await api()).status).toBe(200)
    expect((await owner.post(`${ADMINS}/${joe.id}/disable`)).status).toBe(303)
    expect((await joe.get('/dashboard/account')).status).toBe(303)
    expect((await api()).status).toBe(401)
    expect((await joe.signIn()).status).toBe(401)
    expect((await owner.post(`${ADMINS}/${joe.id}/link`)).status).toBe(409)
    await owner.post(`${ADMINS}/${joe.id}/enable`)
    expect((await joe.signIn()).status).toBe(303)
    // What ended, ended.
    expect((await api()).status).toBe(401)
  })

  it('lose the second step by an owner, and single sessions or all of them', async () => {
    const kim = await person(t, 'kim@x.example', 'viewer')
    await t.sql`update admins set totp_secret = 'x', totp_since = now(), totp_step = 0 where id = ${kim.id}`
    expect((await owner.post(`${ADMINS}/${kim.id}/one-step`)).headers.get('location')).toContain('done=one-step')
    const [line] = await t.sql`select actor from audit_log where action = 'admin.two-steps-off'`
    expect(line?.actor).toBe(`admin:${owner.id}`)
    expect((await owner.post(`${ADMINS}/${kim.id}/one-step`)).status).toBe(409)
    const second = browser(t, kim.id, kim.email)
    await second.signIn()
    const html = await (await owner.get(`${ADMINS}/${kim.id}`)).text()
    const [action] = /\/dashboard\/settings\/admins\/\w[\w-]*\/sessions\/[0-9a-f]{64}\/revoke/.exec(html)!
    expect((await owner.post(action)).status).toBe(303)
    const states = async () => [
      (await kim.get('/dashboard/account')).status,
      (await second.get('/dashboard/account')).status,
    ]
    expect((await states()).sort()).toEqual([200, 303])
    await owner.post(`${ADMINS}/${kim.id}/end-sessions`)
    expect(await states()).toEqual([303, 303])
  })

  it('are no matter of operators, of owners of some tenants, nor of READ_ONLY', async () => {
    const operator = await person(t, 'op@x.example', 'operator')
    const bound = await person(t, 'bound@x.example', 'owner', { tenants: ['acme'] })
    for (const who of [operator, bound])
      for (const path of [ADMINS, `${ADMINS}/me`, '/dashboard/settings/keys'])
        expect((await who.get(path)).status).toBe(403)
    expect((await bound.post(ADMINS, { email: 'mine@x.example', role: 'owner' })).status).toBe(403)
    expect((await bound.post(`${ADMINS}/${bound.id}/change`, { role: 'owner', tenants: '' })).status).toBe(403)
    const readOnly = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const html = await (
      await readOnly.request(`http://localhost${ADMINS}/me`, { headers: { cookie: owner.cookie, accept: 'text/html' } })
    ).text()
    const buttons = [...html.matchAll(/<form method="post" action="\/dashboard\/settings[\s\S]*?<\/form>/g)].map(
      ([form]) => form,
    )
    expect(buttons.length).toBeGreaterThan(3)
    for (const form of buttons) expect(form).toMatch(/<button[^>]*disabled/)
  })
})

describe('keys', () => {
  const KEYS = '/dashboard/settings/keys'
  const secretIn = (html: string) => /<pre[^>]*>(qd_[\w-]+)</.exec(html)?.[1]
  const ask = (secret: string) => t.request('/api/metrics', { headers: { authorization: `Bearer ${secret}` } })

  it('are made with scopes, tenants and an end, shown once, and revoked', async () => {
    const made = await owner.post(KEYS, { name: 'grafana', scope_read: '1', days: '90', tenants: 'acme' })
    const secret = secretIn(await made.text())!
    const [row] = await t.sql`
      select id, scopes, tenants, created_by, round(extract(epoch from expires_at - now()) / 86400)::int as days
      from api_keys where name = 'grafana'`
    expect(row).toMatchObject({ scopes: ['read'], tenants: ['acme'], created_by: owner.id, days: 90 })
    expect((await ask(secret)).status).toBe(200)
    const list = await (await owner.get(KEYS)).text()
    expect(list).toContain('grafana')
    expect(list).not.toContain(secret)
    expect((await owner.post(`${KEYS}/${row!.id}/revoke`)).headers.get('location')).toBe(`${KEYS}?done=revoked`)
    expect((await ask(secret)).status).toBe(401)
    expect((await owner.post(`${KEYS}/${row!.id}/revoke`)).status).toBe(404)
    const [hidden, all] = await Promise.all([owner.get(KEYS), owner.get(`${KEYS}?show=all`)])
    expect(await hidden.text()).toContain('1 key has ended')
    expect(await all.text()).toMatch(/>\s*revoked\s*</)
  })

  it('need a name and a scope, and what was typed comes back', async () => {
    const none = await owner.post(KEYS, { name: 'without scope', days: '0' })
    const html = await none.text()
    expect([none.status, errorIn(html)]).toEqual([422, 'A key that may do nothing is of no use: choose a scope.'])
    expect(html).toContain('value="without scope"')
    const nameless = await owner.post(KEYS, { name: ' ', scope_act: '1', days: '0' })
    expect([nameless.status, (await nameless.text()).match(/name="scope_act"[^>]*checked/) !== null]).toEqual([
      422,
      true,
    ])
    expect((await owner.post(KEYS, { name: 'x', scope_read: '1', days: '7' })).status).toBe(422)
    expect(await t.sql`select from api_keys where name in ('without scope', 'x')`).toHaveLength(0)
  })

  it('are not bound to a tenant that nobody knows; one that sends may be its first, and says so', async () => {
    const asked = { name: 'typo', days: '0', tenants: 'no-such-tenant' }
    const reads = await owner.post(KEYS, { ...asked, scope_read: '1' })
    expect([reads.status, errorIn(await reads.text())]).toEqual([
      422,
      'There is no tenant “no-such-tenant”: nothing was ever sent for it.',
    ])
    expect(await t.sql`select from api_keys where name = 'typo'`).toHaveLength(0)
    const sends = await (await owner.post(KEYS, { ...asked, scope_ingest: '1' })).text()
    expect(secretIn(sends)).toMatch(/^qd_/)
    expect(sends).toContain('No facts of tenant no-such-tenant have come yet.')
  })
})
