import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createAdmin } from '../src/auth/admins.ts'
import { KeyTable } from '../src/auth/key-table.ts'
import { createKey, listKeys, revokeKey } from '../src/auth/keys.ts'
import { Lookups } from '../src/auth/lookup.ts'
import { safeNext } from '../src/auth/next.ts'
import * as passwords from '../src/auth/passwords.ts'
import { scopeOf } from '../src/auth/scope.ts'
import { sha256 } from '../src/auth/secrets.ts'
import { createFirstOwner, setupLink } from '../src/auth/setup.ts'
import type { KeyWho, Who } from '../src/env.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let clock = new Date()
const ORIGIN = 'http://localhost'

beforeAll(async () => {
  t = await testApp({ now: () => clock })
})
afterAll(() => t.close())

/** A form as a browser sends it. */
function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return t.request(path, {
    method: 'POST',
    headers: {
      origin: ORIGIN,
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  })
}

const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? ''
const page = (cookie: string) => t.request('/dashboard/account', { headers: { cookie, accept: 'text/html' } })

describe('the set-up link', () => {
  it('makes the first owner once, signs them in, and is over then', async () => {
    const link = new URL((await setupLink(t.deps))!)
    const token = link.searchParams.get('token')!
    const [stored] = await t.sql`select token_hash from setup_tokens`
    expect(stored?.token_hash).toBe(sha256(token))

    expect((await t.request(`/setup${link.search}`, { headers: { accept: 'text/html' } })).status).toBe(200)
    const weak = await post('/setup', { token, email: 'first@owner.example', password: 'short' })
    expect([weak.status, await weak.text()]).toEqual([422, expect.stringContaining('at least 10 characters')])

    const made = await post('/setup', { token, email: 'First@Owner.example', name: 'First', password: TEST_PASSWORD })
    expect(made.headers.get('location')).toBe('/dashboard')
    expect((await page(cookieOf(made))).status).toBe(200)
    expect((await post('/setup', { token, email: 'b@c.example', password: TEST_PASSWORD })).status).toBe(410)
    expect((await t.request(`/setup${link.search}`)).status).toBe(410)
    expect(await setupLink(t.deps)).toBeNull()
  })

  it('makes one owner when it is used twice at once, and none after a day', async () => {
    const own = await testApp()
    try {
      const token = new URL((await setupLink(own.deps))!).searchParams.get('token')!
      const tries = await Promise.allSettled(
        ['a@x.example', 'b@x.example'].map((email) =>
          createFirstOwner(own.deps, token, { email, password: TEST_PASSWORD }),
        ),
      )
      expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await own.sql`delete from admins`
      const late = { ...own.deps, now: () => new Date(Date.now() + 25 * 3_600_000) }
      const old = new URL((await setupLink(own.deps))!).searchParams.get('token')!
      await expect(createFirstOwner(late, old, { email: 'c@x.example', password: TEST_PASSWORD })).rejects.toThrow(
        'day',
      )
    } finally {
      await own.close()
    }
  })
})

describe('signing in', () => {
  it('keeps the id of a session hashed, and gives a new one at each sign-in', async () => {
    const first = await t.admin('viewer')
    const value = first.split('=')[1]!
    const ids = (await t.sql`select id from admin_sessions`).map((row) => row.id)
    expect(ids).toContain(sha256(value))
    expect(ids).not.toContain(value)

    const [session] = await t.sql`
      select email from admin_sessions s join admins a on a.id = s.user_id where s.id = ${sha256(value)}`
    const again = await post('/login', { email: session?.email, password: TEST_PASSWORD }, { cookie: first })
    expect(again.status).toBe(303)
    expect(cookieOf(again)).not.toBe(first)
    expect((await page(first)).headers.get('location')).toBe('/login?next=%2Fdashboard%2Faccount')
    expect((await page(cookieOf(again))).status).toBe(200)
  })

  it('does not open with a stored id as cookie', async () => {
    const cookie = await t.admin('viewer')
    const stored = sha256(cookie.split('=')[1]!)
    for (const id of [stored, stored.slice(0, 40), "' or 1=1 --"])
      expect((await page(`qd_session=${encodeURIComponent(id)}`)).status).toBe(303)
  })

  it('sets a cookie that scripts and other sites do not get, and by https only a __Host- one', async () => {
    await createAdmin(t.sql, { email: 'flags@x.example', role: 'viewer', password: TEST_PASSWORD })
    const header = (await post('/login', { email: 'flags@x.example', password: TEST_PASSWORD })).headers.get(
      'set-cookie',
    )
    expect(header).toMatch(/^qd_session=[a-z0-9]{40}; HttpOnly; Max-Age=\d+; Path=\/; SameSite=Lax$/)

    const https = await testApp({ config: { baseUrl: 'https://deck.example' } })
    try {
      await createAdmin(https.sql, { email: 'a@x.example', role: 'viewer', password: TEST_PASSWORD })
      const response = await https.request('/login', {
        method: 'POST',
        headers: { origin: 'https://deck.example', 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'a@x.example', password: TEST_PASSWORD }),
      })
      expect(response.headers.get('set-cookie')).toMatch(/^__Host-qd_session=.*; Secure/)
      expect(response.headers.get('strict-transport-security')).toContain('max-age')
    } finally {
      await https.close()
    }
  })

  it('says the same to a wrong password, an unknown account and a disabled one', async () => {
    await createAdmin(t.sql, { email: 'known@x.example', role: 'viewer', password: TEST_PASSWORD })
    await createAdmin(t.sql, { email: 'gone@x.example', role: 'viewer', password: TEST_PASSWORD })
    await t.sql`update admins set disabled_at = now() where email = 'gone@x.example'`
    const answers = await Promise.all([
      post('/login', { email: 'known@x.example', password: 'wrong password' }),
      post('/login', { email: 'nobody@x.example', password: TEST_PASSWORD }),
      post('/login', { email: 'gone@x.example', password: TEST_PASSWORD }),
      post('/login', { email: 'not an address\0', password: TEST_PASSWORD }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    for (const answer of answers) expect(await answer.text()).toContain('E-mail address or password is wrong.')
  })

  it('ends the sessions of an admin who is disabled', async () => {
    const cookie = await t.admin('operator')
    await t.sql`update admins set disabled_at = now() where email like 'operator%'`
    expect((await page(cookie)).status).toBe(303)
  })

  it('makes an account wait after ten failures, even when they come at once', async () => {
    await createAdmin(t.sql, { email: 'slow@x.example', role: 'owner', password: TEST_PASSWORD })
    const guesses = await Promise.all(
      Array.from({ length: 14 }, (_, n) => post('/login', { email: 'Slow@x.example', password: `guess number ${n}` })),
    )
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10)
    const right = await post('/login', { email: 'slow@x.example', password: TEST_PASSWORD })
    expect(right.status).toBe(429)
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(800)
    expect(await right.text()).toContain('Try again in 15 minutes.')

    const before = clock
    clock = new Date(before.getTime() + 16 * 60_000)
    expect((await post('/login', { email: 'slow@x.example', password: TEST_PASSWORD })).status).toBe(303)
    const waiting = await t.sql`select from login_failures where email = 'slow@x.example' and cleared_at is null`
    expect(waiting).toHaveLength(0)
  })

  it('makes an address wait that tries many accounts', async () => {
    clock = new Date(clock.getTime() + 3_600_000)
    const statuses: number[] = []
    for (let n = 0; n < 31; n++) {
      const body = JSON.stringify({ email: `user${n}@x.example`, password: 'does not matter' })
      const headers = { 'content-type': 'application/json' }
      statuses.push((await t.request('/api/auth/login', { method: 'POST', headers, body })).status)
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(30)
    expect(statuses.at(-1)).toBe(429)
    clock = new Date(clock.getTime() + 3_600_000)
  })

  it('spends no hashing on what is no e-mail address, and counts nothing', async () => {
    const verify = vi.spyOn(passwords, 'verifyPassword')
    const before = await t.sql`select count(*)::int as n from login_failures`
    for (const email of ['', 'nobody', 'a b@c', `${'x'.repeat(300)}@x.example`])
      expect((await post('/login', { email, password: TEST_PASSWORD })).status).toBe(401)
    expect(verify).not.toHaveBeenCalled()
    expect(await t.sql`select count(*)::int as n from login_failures`).toEqual(before)
    await post('/login', { email: 'hashed@x.example', password: TEST_PASSWORD })
    expect(verify).toHaveBeenCalledTimes(1)
    verify.mockRestore()
  })

  it('goes on to paths of this site only', () => {
    expect(safeNext('/dashboard/activity?range=7d#now')).toBe('/dashboard/activity?range=7d#now')
    const bad = ['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example', 'javascript:alert(1)']
    for (const next of [...bad, '/..//evil.example', '/login', '', undefined]) expect(safeNext(next)).toBe('/dashboard')
  })

  it('writes sign-ins and failures to the audit log', async () => {
    const rows = await t.sql`select action, count(*)::int as n from audit_log where action like 'login%' group by 1`
    expect(Object.fromEntries(rows.map(({ action, n }) => [action, n > 0]))).toEqual({
      'login.ok': true,
      'login.failed': true,
    })
  })
})

describe("one's own account", () => {
  it('lists the sessions, marks this one, and ends others but not those of somebody else', async () => {
    await createAdmin(t.sql, { email: 'two@x.example', role: 'viewer', password: TEST_PASSWORD })
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    const enter = () => post('/login', { email: 'two@x.example', password: TEST_PASSWORD }, { 'user-agent': agent })
    const [here, there] = [cookieOf(await enter()), cookieOf(await enter())]
    const html = await (await page(here)).text()
    expect(html.match(/Firefox on Linux/g)?.length).toBeGreaterThanOrEqual(2)
    expect(html.match(/This device/g)).toHaveLength(1)

    const other = await t.admin('owner')
    const end = (cookie: string) =>
      post(`/dashboard/account/sessions/${sha256(there.split('=')[1]!)}/revoke`, {}, { cookie })
    expect((await end(other)).status).toBe(404)
    expect((await page(there)).status).toBe(200)
    expect((await end(here)).headers.get('location')).toBe('/dashboard/account')
    expect((await page(there)).status).toBe(303)
    expect((await page(here)).status).toBe(200)
  })

  it('logs out for good', async () => {
    const cookie = await t.admin('viewer')
    const out = await post('/logout', {}, { cookie })
    expect(out.headers.get('set-cookie')).toMatch(/^qd_session=; .*Max-Age=0/)
    expect((await page(cookie)).status).toBe(303)
  })

  it('keeps preferences, and refuses values that are none', async () => {
    const cookie = await t.admin('viewer')
    const set = (fields: Record<string, string>) => post('/dashboard/preferences', fields, { cookie, accept: '*/*' })
    expect((await set({ theme: 'dark' })).status).toBe(204)
    expect((await set({ refresh: 'off' })).status).toBe(204)
    expect((await set({ theme: 'pink' })).status).toBe(422)
    const json = { cookie, accept: '*/*', 'content-type': 'application/json', origin: ORIGIN }
    const body = JSON.stringify({ refresh: true })
    expect((await t.request('/dashboard/preferences', { method: 'POST', headers: json, body })).status).toBe(204)
    const kept = await t.sql`select preferences from admins where preferences <> '{}'`
    expect(kept.map((row) => row.preferences)).toEqual([{ theme: 'dark', refresh: true }])
    expect(await (await page(cookie)).text()).toContain('data-scheme="dark"')
  })

  it('changes the password with the current one only, and ends the other sessions', async () => {
    await createAdmin(t.sql, { email: 'change@x.example', role: 'viewer', password: TEST_PASSWORD })
    const enter = (password: string) => post('/login', { email: 'change@x.example', password })
    const [here, there] = [cookieOf(await enter(TEST_PASSWORD)), cookieOf(await enter(TEST_PASSWORD))]
    const change = (current: string, password: string) =>
      post('/dashboard/account/password', { current, password }, { cookie: here })
    expect((await change('not the password', 'another password')).status).toBe(422)
    expect((await change(TEST_PASSWORD, 'short')).status).toBe(422)
    expect((await change(TEST_PASSWORD, 'another password')).status).toBe(303)
    expect([(await page(here)).status, (await page(there)).status]).toEqual([200, 303])
    expect([(await enter(TEST_PASSWORD)).status, (await enter('another password')).status]).toEqual([401, 303])
  })
})

describe('keys', () => {
  const ask = (authorization: string) => t.request('/api/metrics', { headers: { authorization } })
  const basic = (user: string) => `Basic ${Buffer.from(`${user}:`).toString('base64')}`

  it('are recognised as Bearer and as Basic user, stored hashed, and marked as used', async () => {
    const { id, secret } = await createKey(t.sql, { name: 'grafana', scopes: ['read'], createdBy: 'cli' })
    expect(secret).toMatch(/^qd_[\w-]{32}$/)
    expect((await ask(`Bearer ${secret}`)).status).toBe(200)
    expect((await ask(`bearer  ${secret}`)).status).toBe(200)
    expect((await ask(basic(secret))).status).toBe(200)
    const [row] = await t.sql`select hash, to_jsonb(k)::text as all from api_keys k where id = ${id}`
    expect(row?.hash).toBe(sha256(secret))
    expect(row?.all).not.toContain(secret)
    await expect.poll(async () => (await listKeys(t.sql)).find((key) => key.id === id)?.lastUsedAt).toBeInstanceOf(Date)
  })

  it('answer 401 with a challenge when wrong or absent, 403 without the scope', async () => {
    for (const header of ['Bearer qd_nothing', `Bearer qd_${'x'.repeat(32)}`, 'Basic !!', 'Digest x', basic('\0')]) {
      const response = await ask(header)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
    const { secret } = await createKey(t.sql, { name: 'sender', scopes: ['ingest'] })
    const refused = await ask(`Bearer ${secret}`)
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      403,
      'This key has the scope ingest; this address needs read.',
    ])
  })

  it('end when they expire and when they are revoked', async () => {
    const expiresAt = new Date(clock.getTime() + 60_000)
    const short = await createKey(t.sql, { name: 'short', scopes: ['read'], expiresAt })
    expect((await ask(`Bearer ${short.secret}`)).status).toBe(200)
    clock = new Date(clock.getTime() + 61_000)
    expect((await ask(`Bearer ${short.secret}`)).status).toBe(401)

    const { id, secret } = await createKey(t.sql, { name: 'revoked', scopes: ['read'] })
    expect(await revokeKey(t.sql, id)).toBe(true)
    expect(await revokeKey(t.sql, id)).toBe(false)
    expect((await ask(`Bearer ${secret}`)).status).toBe(401)
  })

  it('that are unknown are asked for once a second and together, and keep no valid key waiting', async () => {
    const own = await testApp({ config: { trustProxy: true } })
    try {
      const send = (secret: string, ip: string, scheme = 'Bearer') =>
        own.request('/api/metrics', { headers: { authorization: `${scheme} ${secret}`, 'x-forwarded-for': ip } })
      const bad = await Promise.all(
        Array.from({ length: 70 }, (_, n) => send(`qd_${String(n).padStart(32, 'x')}`, '192.0.2.1')),
      )
      expect(bad.filter(({ status }) => status === 401)).toHaveLength(60)
      const late = bad.filter(({ status }) => status === 429)
      expect(late).toHaveLength(10)
      expect(Number(late[0]!.headers.get('retry-after'))).toBeGreaterThan(1)
      expect((await send(await own.key(['read']), '192.0.2.1')).status).toBe(200)
      expect((await send(`qd_${'y'.repeat(32)}`, '192.0.2.2')).status).toBe(401)
      expect((await send('not-one-of-ours', '192.0.2.1')).status).toBe(401)
    } finally {
      await own.close()
    }
  })

  it('are looked up one question at a time, whatever comes meanwhile', async () => {
    const { secret } = await createKey(t.sql, { name: 'together', scopes: ['read'] })
    let [running, most, questions] = [0, 0, 0]
    const sql = (async (...args: unknown[]) => {
      questions++
      most = Math.max(most, ++running)
      const rows = await (t.sql as unknown as (...all: unknown[]) => Promise<unknown>)(...args)
      running--
      return rows
    }) as unknown as typeof t.sql
    const table = new KeyTable(sql)
    const hashes = [...Array.from({ length: 50 }, (_, n) => sha256(`nothing ${n}`)), sha256(secret), sha256(secret)]
    const found = await Promise.all(hashes.map((hash) => table.find(hash)))
    expect(found.filter(Boolean).map((key) => key!.name)).toEqual(['together', 'together'])
    expect([most, questions]).toEqual([1, 2])
  })

  it('that are none are remembered for a moment only, and the memory is bounded', async () => {
    const lookups = new Lookups<string>({ freshMs: 0, nobodyMs: 60_000, max: 2 })
    const load = vi.fn(async () => null)
    for (const key of ['a', 'a', 'b', 'c']) expect(await lookups.get(key, load)).toBeNull()
    expect(load).toHaveBeenCalledTimes(3)
    expect(await lookups.get('a', async () => 'made since')).toBe('made since')
    lookups.clear()
    expect(await lookups.get('c', async () => 'made since')).toBe('made since')
  })

  it('are refused for a tenant that cannot be one', async () => {
    for (const tenants of [['*'], ['acme', ''], ['x'.repeat(201)]])
      await expect(createKey(t.sql, { name: 'x', scopes: ['read'], tenants })).rejects.toMatchObject({ status: 422 })
  })

  it('are refused without a name or with a scope that does not exist', async () => {
    await expect(createKey(t.sql, { name: ' ', scopes: ['read'] })).rejects.toMatchObject({ status: 422 })
    await expect(createKey(t.sql, { name: 'x', scopes: ['root' as 'read'] })).rejects.toMatchObject({ status: 422 })
  })

  it('of an hour are what a program gets for a password, and end with the admin', async () => {
    const email = 'program@x.example'
    const admin = await createAdmin(t.sql, { email, role: 'viewer', password: TEST_PASSWORD })
    const response = await t.request('/api/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: TEST_PASSWORD }),
    })
    const { token, expires_in } = (await response.json()) as { token: string; expires_in: number }
    expect(token).toMatch(/^qd_t_/)
    expect(expires_in).toBe(3_600)
    expect((await ask(`Bearer ${token}`)).status).toBe(200)
    const [row] = await t.sql`select scopes, hash from api_keys where created_by = ${admin.id}`
    expect(row).toEqual({ scopes: ['read'], hash: sha256(token) })
    expect((await listKeys(t.sql)).some((key) => key.createdBy === admin.id)).toBe(false)
    clock = new Date(clock.getTime() + 3_601_000)
    expect((await ask(`Bearer ${token}`)).status).toBe(401)
  })

  it('of an hour end when the password is changed, at once and those of nobody else', async () => {
    const tokenOf = async (email: string) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ email, password: TEST_PASSWORD })
      const response = await t.request('/api/auth/login', { method: 'POST', headers, body })
      return `Bearer ${((await response.json()) as { token: string }).token}`
    }
    for (const email of ['mine@x.example', 'theirs@x.example'])
      await createAdmin(t.sql, { email, role: 'viewer', password: TEST_PASSWORD })
    const [mine, theirs] = [await tokenOf('mine@x.example'), await tokenOf('theirs@x.example')]
    expect([(await ask(mine)).status, (await ask(theirs)).status]).toEqual([200, 200])
    const cookie = cookieOf(await post('/login', { email: 'mine@x.example', password: TEST_PASSWORD }))
    const fields = { current: TEST_PASSWORD, password: 'another password' }
    expect((await post('/dashboard/account/password', fields, { cookie })).status).toBe(303)
    expect([(await ask(mine)).status, (await ask(theirs)).status]).toEqual([401, 200])
  })
})

describe('while the database is away', () => {
  const away = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))

  it('who was known stays known, and nobody else is let in', async () => {
    const lookups = new Lookups<string>({ freshMs: 0 })
    expect(await lookups.get('a', async () => 'ann')).toBe('ann')
    expect(await lookups.get('a', away)).toBe('ann')
    await expect(lookups.get('b', away)).rejects.toThrow('away')
    lookups.drop('a')
    await expect(lookups.get('a', away)).rejects.toThrow('away')
  })

  it('nobody waits for a database that hangs, and its late answer counts', async () => {
    const lookups = new Lookups<string>({ freshMs: 0 })
    await lookups.get('a', async () => 'ann')
    let answer: (value: string | null) => void = () => {}
    const hanging = new Promise<string | null>((resolve) => {
      answer = resolve
    })
    expect(await lookups.get('a', () => hanging)).toBe('ann')
    answer(null)
    await hanging
    await expect(lookups.get('a', away)).rejects.toThrow('away')
  })

  it('an answer that was on its way when a session was ended does not bring it back', async () => {
    const lookups = new Lookups<string>({ freshMs: 60_000 })
    let answer: (value: string) => void = () => {}
    const asked = lookups.get('a', () => new Promise<string>((resolve) => (answer = resolve)))
    lookups.drop('a')
    answer('ann')
    await asked
    expect(await lookups.get('a', async () => null)).toBeNull()
  })

  it('known keys and sessions pass, unknown keys get 503', async () => {
    const own = await testApp()
    try {
      const [cookie, secret] = [await own.admin('viewer'), await own.key(['read'])]
      const palette = () => own.request('/dashboard/palette.json', { headers: { cookie } })
      const metrics = (key: string) => own.request('/api/metrics', { headers: { authorization: `Bearer ${key}` } })
      expect([(await palette()).status, (await metrics(secret)).status]).toEqual([200, 200])
      await own.db.sql.end({ timeout: 0 })
      expect([(await palette()).status, (await metrics(secret)).status]).toEqual([200, 200])
      const unknown = await metrics(`qd_${'x'.repeat(32)}`)
      expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '5'])
    } finally {
      await own.close()
    }
  })
})

describe('tenants', () => {
  const key = (tenants: string[] | null): Who =>
    ({ kind: 'key', id: 'k', name: 'k', scopes: ['read'], tenants }) satisfies KeyWho

  it('are free for who is not bound, and nothing else for who is', () => {
    expect(scopeOf(key(null))).toBe('*')
    expect(scopeOf(key(null), 'acme')).toBe('acme')
    expect(scopeOf(key(['acme']))).toBe('acme')
    expect(scopeOf(key(['acme', 'beta']), 'beta')).toBe('beta')
    expect(() => scopeOf(key(['acme', 'beta']))).toThrow('several tenants')
    expect(() => scopeOf(key([]))).toThrow('No tenant')
    for (const other of ['*', 'beta', 'Acme']) expect(() => scopeOf(key(['acme']), other)).toThrow('not yours')
  })
})
