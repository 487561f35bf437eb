import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { audit } from '../src/audit/audit.ts'
import { beginChain, chainHash, signHead } from '../src/audit/chain.ts'
import { eraseAuditTexts } from '../src/audit/erase.ts'
import { acceptKeyChange } from '../src/audit/key-changes.ts'
import { sealAudit } from '../src/audit/seal.ts'
import { verifyAudit } from '../src/audit/verify.ts'
import { detailText } from '../src/audit/words.ts'
import { createAdmin } from '../src/auth/admins.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => new Date('2026-11-20T12:00:00Z') })
})
afterAll(() => t?.close())
beforeEach(async () => {
  await t.sql`truncate audit_log`
  await t.sql`update audit_head set seq = 0, hash = '', mac = ${signHead({ seq: 0, hash: '' }, t.deps.config.secretKey)}`
})

/** Five lines, sealed: 'x.one' to 'x.five' about user:u1 to user:u5. */
async function five(): Promise<void> {
  for (const [n, name] of ['one', 'two', 'three', 'four', 'five'].entries())
    await audit(t.sql, {
      actor: 'cli',
      action: `x.${name}`,
      target: `user:u${n + 1}`,
      detail: { note: `text ${name}` },
    })
  expect(await sealAudit(t.deps)).toBe(5)
}
const faults = async (noted?: string) => {
  const { faults: found, whole } = await verifyAudit(t.deps, noted)
  expect(whole).toBe(found.length === 0)
  return found.map(({ kind, seq }) => `${kind} ${seq}`)
}

describe('the chain', () => {
  it('is whole as it was written, and its hashes are those that anybody can work out', async () => {
    await five()
    const verdict = await verifyAudit(t.deps)
    expect(verdict).toMatchObject({ whole: true, lines: 5, unsealed: 0, erased: 0, faults: [], unsigned: [] })
    const [line] = await t.sql`
      select id::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, detail_hash, hash
      from audit_log where seq = 1`
    const first = { seq: 1, id: line!.id, at: line!.at, actor: 'cli', action: 'x.one', target: 'user:u1' }
    expect(line!.hash).toBe(chainHash('', { ...first, detailHash: line!.detail_hash }))
    // Worked out with another sha256: JSON of the previous hash and the line's parts.
    const known = { seq: 2, id: '7', at: '2026-11-20T12:00:00.000000Z', actor: 'cli', action: 'a.b', target: null }
    expect(chainHash('00', { ...known, detailHash: 'ff' })).toBe(
      '3e73020920866b682cf2ae4834743fb36403e76a9375e289db929332f1124eb5',
    )
  })

  it('names a line whose action, time or actor was changed', async () => {
    await five()
    await t.sql`update audit_log set action = 'x.other' where seq = 3`
    expect(await faults()).toEqual(['changed 3'])
    await t.sql`update audit_log set action = 'x.three' where seq = 3`
    expect(await faults()).toEqual([])
    await t.sql`update audit_log set at = at + interval '1 microsecond' where seq = 5`
    await t.sql`update audit_log set actor = 'system' where seq = 1`
    expect(await faults()).toEqual(['changed 1', 'changed 5'])
  })

  it('names a line whose text was changed, or is gone without a line that says so', async () => {
    await five()
    await t.sql`update audit_log set detail = '{"note":"harmless"}' where seq = 2`
    await t.sql`update audit_log set detail = null, salt = null where seq = 4`
    expect(await faults()).toEqual(['text 2', 'text 4'])
  })

  it('names lines that were deleted: one, several, and the newest', async () => {
    await five()
    await t.sql`delete from audit_log where seq = 2`
    expect(await faults()).toEqual(['missing 2'])
    await t.sql`delete from audit_log where seq in (3, 5)`
    const { faults: found } = await verifyAudit(t.deps)
    expect(found.map(({ text }) => text)).toEqual([
      'Lines 2 to 3 were deleted.',
      'Lines 5 to 5, the newest, were deleted.',
    ])
  })

  it('names a line that was put in: in place of another, between two, and behind the end', async () => {
    await five()
    await t.sql`insert into audit_log (actor, action, seq, hash, detail_hash) values ('cli', 'x.six', 6, 'aa', 'bb')`
    expect(await faults()).toEqual(['changed 6', 'text 6', 'extra 6'])
    await t.sql`delete from audit_log where seq = 6`
    // Two lines change places: as if another one had been the third.
    await t.sql`update audit_log set seq = -seq where seq in (3, 4)`
    await t.sql`update audit_log set seq = 7 + seq where seq in (-3, -4)`
    expect(await faults()).toEqual(['changed 3', 'changed 4', 'changed 5'])
  })

  it('notices that everything was written anew: by the signature of its end, and by a head that was noted', async () => {
    await five()
    const { head } = await verifyAudit(t.deps)
    const noted = `${head.seq}:${head.hash}`
    await t.sql`update audit_log set actor = 'system' where seq = 1`
    let hash = ''
    for (const line of await t.sql`
      select id::text, seq::int, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor, action,
        target, detail_hash as "detailHash" from audit_log order by seq`) {
      hash = chainHash(hash, line as never)
      await t.sql`update audit_log set hash = ${hash} where seq = ${line.seq}`
    }
    await t.sql`update audit_head set hash = ${hash}`
    const verdict = await verifyAudit(t.deps)
    expect(verdict).toMatchObject({ whole: false, unsigned: [6], lines: 6, faults: [{ kind: 'unsigned', seq: 6 }] })
    // The mark stays: the next verdict has it as well, though the end is signed again.
    expect((await verifyAudit(t.deps)).unsigned).toEqual([6])
    expect(await faults(noted)).toEqual(['noted 5', 'unsigned 6'])
    expect(await faults(`${verdict.head.seq}:${verdict.head.hash.slice(0, 8)}`)).toEqual(['unsigned 6'])
    await expect(verifyAudit(t.deps, 'nonsense')).rejects.toThrow('number:hash')
  })

  it.each([
    ['as if nothing had been sealed yet', () => t.sql`update audit_head set seq = 0, hash = '', mac = null`],
    ['without a head', () => t.sql`delete from audit_head`],
  ])('notices that it begins anew, %s, also after a start', async (_, forget) => {
    await five()
    await t.sql`update audit_log set actor = 'system' where seq = 1`
    await t.sql`update audit_log set seq = null, hash = null, detail_hash = null`
    await forget()
    await beginChain(t.sql, t.deps.config.secretKey)
    expect((await faults())[0]).toBe('unsigned 6')
    await t.sql`truncate audit_head`
    await t.sql`insert into audit_head (seq, hash) values (0, '')`
  })

  it('begins by itself where nobody can have done anything, and nowhere else', async () => {
    const begin = async (sql: TestApp['sql']) => {
      await sql`update audit_head set seq = 0, hash = '', mac = null`
      await beginChain(sql, t.deps.config.secretKey)
      return (await sql`select mac from audit_head`)[0]?.mac !== null
    }
    const fresh = await testApp()
    expect(await begin(fresh.sql)).toBe(true)
    await fresh.admin('owner')
    await fresh.sql`truncate audit_log`
    expect(await begin(fresh.sql)).toBe(false)
    await fresh.sql`truncate admins cascade`
    await audit(fresh.sql, { actor: 'cli', action: 'x.one' })
    expect(await begin(fresh.sql)).toBe(false)
    await fresh.close()
  })

  it('takes another SECRET_KEY for a fault until an owner says, signed, that it was changed', async () => {
    await five()
    const changed = (n: number) => ({ ...t.deps, config: { ...t.deps.config, secretKey: `${n}`.repeat(40) } })
    const verdict = await verifyAudit(changed(1))
    expect(verdict).toMatchObject({ whole: false, unsigned: [6] })
    expect(verdict.faults[0]?.text).toContain('quarterdeck audit accept 6')
    await expect(acceptKeyChange(changed(1), 5)).rejects.toThrow('no other key begins')
    // Whoever can only write there cannot say so.
    await audit(t.sql, { actor: 'cli', action: 'audit.accept', detail: { line: 6, mac: 'a'.repeat(64) } })
    expect((await verifyAudit(changed(1))).unsigned).toEqual([6])
    await acceptKeyChange(changed(1), 6)
    expect(await verifyAudit(changed(1))).toMatchObject({ whole: true, unsigned: [], faults: [] })
    // Another change: accepting it accepts what was before.
    const { unsigned } = await verifyAudit(changed(2))
    expect(unsigned).toEqual([6, 9])
    await acceptKeyChange(changed(2), 9)
    expect((await verifyAudit(changed(2))).whole).toBe(true)
  })

  it('takes lines in the order in which they were committed, and waits for none', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let begun = () => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const slow = t.sql.begin(async (tx) => {
      await audit(tx, { actor: 'cli', action: 'x.slow' })
      begun()
      await held
    })
    await isBegun
    await audit(t.sql, { actor: 'cli', action: 'x.quick' })
    expect(await sealAudit(t.deps)).toBe(1)
    release()
    await slow
    expect(await sealAudit(t.deps)).toBe(1)
    expect((await t.sql`select action from audit_log order by seq`).map(({ action }) => action)).toEqual([
      'x.quick',
      'x.slow',
    ])
    expect(await faults()).toEqual([])
  })

  it('is added to by one at a time, however many seal at once', async () => {
    for (let n = 0; n < 30; n++) await audit(t.sql, { actor: 'cli', action: 'x.many' })
    const counts = await Promise.all(Array.from({ length: 4 }, () => sealAudit(t.deps)))
    expect(counts.reduce((sum, one) => sum + one)).toBe(30)
    expect(await verifyAudit(t.deps)).toMatchObject({ whole: true, lines: 30 })
  })
})

describe('erasing', () => {
  it('takes the texts about a user away, sealed and unsealed ones, and leaves the chain whole', async () => {
    await five()
    await audit(t.sql, { actor: 'cli', action: 'user.ban', target: 'user:u2', detail: { reason: 'Ada Lovelace' } })
    const count = await t.sql.begin((tx) => eraseAuditTexts(tx, 'cli', 'user:u2'))
    expect(count).toBe(2)
    expect(await verifyAudit(t.deps)).toMatchObject({ whole: true, lines: 7, erased: 2 })
    const all = JSON.stringify(await t.sql`select * from audit_log where target = 'user:u2'`)
    expect(all).not.toMatch(/Ada|text two/)
    const salts = await t.sql`select salt from audit_log where target = 'user:u2' and action <> 'audit.erase'`
    expect(salts.map(({ salt }) => salt)).toEqual([null, null])
    expect(await t.sql.begin((tx) => eraseAuditTexts(tx, 'cli', 'user:u2'))).toBe(0)
  })
})

describe('the page, the API and the file', () => {
  let cookie: string
  beforeAll(async () => {
    cookie = await t.admin('owner')
  })
  const get = (path: string, as = cookie) => t.request(path, { headers: { cookie: as, accept: 'text/html' } })
  const key = async () => ({ authorization: `Bearer ${await t.key(['act'])}` })

  it('shows who did what, and finds it by who, what, to what and when', async () => {
    const ada = await createAdmin(t.sql, { email: 'ada@x.example', role: 'viewer', password: TEST_PASSWORD })
    await t.sql`truncate audit_log`
    await audit(t.sql, { actor: `admin:${ada.id}`, action: 'job.run', target: 'daily', detail: { days: 3 } })
    await audit(t.sql, { actor: 'cli', action: 'key.create', target: 'key:none', detail: { name: '<b>grafana</b>' } })
    await t.sql`update audit_log set at = '2026-11-10T08:00:00Z' where action = 'job.run'`
    const html = await (await get('/dashboard/audit')).text()
    expect(html).toContain('ada@x.example')
    expect(html).toContain('&lt;b&gt;grafana')
    const rows = async (query: string) => {
      const found = await (await get(`/dashboard/audit?${query}`)).text()
      return [...found.matchAll(/id="audit-\d+"[\s\S]*?<span class="q-mono">([\w.-]+)</g)].map(([, action]) => action)
    }
    expect(await rows('actor=ada@x.example')).toEqual(['job.run'])
    expect(await rows('actor=cli')).toEqual(['key.create'])
    expect(await rows('action=key')).toEqual(['key.create'])
    expect(await rows('action=job.run')).toEqual(['job.run'])
    expect(await rows('target=key:*')).toEqual(['key.create'])
    expect(await rows('from=2026-11-10&to=2026-11-10')).toEqual(['job.run'])
    expect(await rows('to=2026-11-09')).toEqual([])
    expect(await (await get('/dashboard/audit?from=2026-99-99')).text()).toContain('is not a day')
  })

  it('leaves out of a line what holds nothing', () => {
    const run = { run: 'r1', action: 'suspend', fields: {}, reason: 'abuse' }
    expect(detailText(run)).toBe('run r1 · action suspend · reason abuse')
    expect(detailText({ fields: { plan: 'pro', limits: {} }, tenants: [] })).toBe('fields plan pro · tenants none')
    expect(detailText({ before: {}, after: { max_users: 5 } })).toBe('none → max_users 5')
  })

  it('pages by keyset in both directions', async () => {
    await t.sql`
      insert into audit_log (actor, action) select 'cli', 'x.n' || lpad(n::text, 3, '0') from generate_series(1, 120) n`
    const actions = (html: string) => [...html.matchAll(/<span class="q-mono">x\.n(\d+)</g)].map(([, n]) => Number(n))
    const link = (html: string, words: string) =>
      new RegExp(`href="([^"]+)">\\s*${words}`).exec(html)?.[1]?.replaceAll('&amp;', '&')
    const first = await (await get('/dashboard/audit?action=x')).text()
    expect([actions(first).at(0), actions(first).at(-1), link(first, 'Previous')]).toEqual([120, 71, undefined])
    const second = await (await get(link(first, 'Next 50')!)).text()
    expect([actions(second).at(0), actions(second).at(-1)]).toEqual([70, 21])
    const third = await (await get(link(second, 'Next 50')!)).text()
    expect([actions(third).length, link(third, 'Next 50')]).toEqual([20, undefined])
    const back = await (await get(link(third, 'Previous')!)).text()
    expect([actions(back).at(0), actions(back).at(-1)]).toEqual([70, 21])
  })

  it('says on the page whether the chain is whole', async () => {
    await five()
    expect(await (await get('/dashboard/audit?verify=1')).text()).toMatch(/>\s*whole\s*</)
    await t.sql`delete from audit_log where seq = 2`
    const html = await (await get('/dashboard/audit?verify=1&action=x')).text()
    expect(html).toContain('Line 2 was deleted.')
    expect(html).toContain('1 fault')
  })

  it('answers programs: lines, the next page, the verdict', async () => {
    await five()
    const headers = await key()
    const page = await (await t.request('/api/audit?action=x&limit=2', { headers })).json()
    expect(page.lines.map((line: { action: string; seq: number }) => [line.action, line.seq])).toEqual([
      ['x.five', 5],
      ['x.four', 4],
    ])
    const rest = await (await t.request(`/api/audit?action=x&limit=2&before=${page.next}`, { headers })).json()
    expect(rest.lines[0]).toMatchObject({ action: 'x.three', detail: { note: 'text three' }, erased: false })
    const verdict = await (await t.request('/api/audit/verify', { headers })).json()
    expect(verdict).toMatchObject({ whole: true, faults: [], fault_count: 0 })
    expect(verdict.head).toMatch(/^\d+:[0-9a-f]{64}$/)
    expect((await t.request(`/api/audit/verify?head=${verdict.head}`, { headers })).status).toBe(200)
    expect((await t.request('/api/audit/verify?head=x', { headers })).status).toBe(422)
  })

  it('is a file with the same filters', async () => {
    await five()
    const response = await t.request('/exports/audit.csv?target=user:u4', { headers: await key() })
    expect(response.headers.get('content-disposition')).toContain('quarterdeck-audit.csv')
    const rows = parse(await response.text(), { columns: true }) as Record<string, string>[]
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ seq: '4', actor: 'cli', action: 'x.four', detail: '{"note":"text four"}' })
  })

  it('is for owners of all tenants and keys that act; a signed link opens it for nobody', async () => {
    await createAdmin(t.sql, { email: 'bound@x.example', role: 'owner', password: TEST_PASSWORD, tenants: ['acme'] })
    const body = new URLSearchParams({ email: 'bound@x.example', password: TEST_PASSWORD }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' }
    const bound = (await t.request('/login', { method: 'POST', headers, body })).headers
      .get('set-cookie')!
      .split(';')[0]!
    for (const path of ['/dashboard/audit', '/api/audit', '/exports/audit.csv']) {
      expect((await get(path, bound)).status, path).toBe(403)
      expect((await get(path, await t.admin('operator'))).status, path).toBe(403)
      expect((await t.request(path, { headers: { authorization: `Bearer ${await t.key(['read'])}` } })).status).toBe(
        403,
      )
    }
    const bearer = { authorization: `Bearer ${await t.key(['act'], ['acme'])}` }
    expect((await t.request('/api/audit', { headers: bearer })).status).toBe(403)
    // It has no such filter: to leave it out in silence would show the whole.
    expect((await t.request('/api/audit?tenant=acme', { headers: bearer })).status).toBe(422)
    const made = await t.request('/api/signed-urls', {
      method: 'POST',
      headers: { cookie, origin: 'http://localhost', 'content-type': 'application/json' },
      body: JSON.stringify({ path: '/exports/audit.csv' }),
    })
    const { url } = (await made.json()) as { url: string }
    expect((await t.request(url)).status).toBe(403)
  })
})
