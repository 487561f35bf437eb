import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sha256 } from '../src/auth/secrets.ts'
import { run } from '../src/cli/run.ts'
import type { Db } from '../src/db/connect.ts'
import { testDb } from './helpers/db.ts'

let db: Db
let folder: string
beforeAll(async () => {
  db = await testDb()
  folder = mkdtempSync(join(tmpdir(), 'quarterdeck-cli-'))
  vi.stubEnv('DATABASE_URL', db.url)
  vi.stubEnv('DATA_DIR', folder)
  vi.stubEnv('BASE_URL', 'http://deck.example')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

async function quarterdeck(...args: string[]): Promise<{ code: number; out: string[]; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const code = await run(args)
  const said = { code, out: out.mock.calls.map(([line]) => String(line)), err: String(err.mock.calls[0]?.[0] ?? '') }
  vi.restoreAllMocks()
  return said
}

describe('quarterdeck admin reset', () => {
  it('prints a link that is good once, and takes the second step away where it is asked to', async () => {
    const email = 'ada@x.example'
    await quarterdeck('admin', 'create', '--email', email, '--password', 'a long enough password')
    await db.sql`update admins set totp_secret = 'x', totp_since = now(), totp_step = 0`
    const first = await quarterdeck('admin', 'reset', email)
    expect([first.code, first.out[0]]).toEqual([
      0,
      expect.stringMatching(/^http:\/\/deck\.example\/reset\?token=[\w-]{32}$/),
    ])
    const [link] = await db.sql`select token_hash, kind from admin_links`
    expect(link).toEqual({ token_hash: sha256(first.out[0]!.split('token=')[1]!), kind: 'reset' })
    expect(await db.sql`select from admins where totp_secret is not null`).toHaveLength(1)
    await quarterdeck('admin', 'reset', 'ADA@x.example', '--one-step')
    expect(await db.sql`select from admins where totp_secret is not null`).toHaveLength(0)
    const none = await quarterdeck('admin', 'reset', 'nobody@x.example')
    expect([none.code, none.err]).toEqual([1, 'quarterdeck: there is no admin nobody@x.example who can sign in'])
  })
})

describe('quarterdeck audit verify', () => {
  it('says whether the log is whole and where it ends, and names what is not as it was', async () => {
    const whole = await quarterdeck('audit', 'verify')
    // Made, two links, the second step off.
    expect([whole.code, whole.out[0]]).toEqual([0, '4 lines, whole'])
    const [, head] = /^head (4:[0-9a-f]{64})$/.exec(whole.out.at(-1)!)!
    expect((await quarterdeck('audit', 'verify', '--head', head!)).code).toBe(0)
    expect((await quarterdeck('audit', 'verify', '--head', `4:${'0'.repeat(64)}`)).code).toBe(1)
    await db.sql`update audit_log set actor = 'admin:somebody' where seq = 2`
    const broken = await quarterdeck('audit', 'verify')
    expect([broken.code, broken.out[0]]).toEqual([1, '4 lines, 1 fault'])
    expect(broken.out[1]).toMatch(
      /^ {2}Line 2 \(admin\.reset-link, .* UTC\) was changed, put in, or stands for another one\.$/,
    )
    await db.sql`update audit_log set actor = 'cli' where seq = 2`
    await db.sql`update audit_head set mac = ${'0'.repeat(64)}`
    const other = await quarterdeck('audit', 'verify')
    expect([other.code, other.out[1]]).toEqual([1, expect.stringContaining('“quarterdeck audit accept 5”')])
    expect((await quarterdeck('audit', 'accept', '4')).code).toBe(1)
    expect((await quarterdeck('audit', 'accept', 'x')).code).toBe(2)
    expect((await quarterdeck('audit', 'accept', '5')).code).toBe(0)
    expect((await quarterdeck('audit', 'verify')).code).toBe(0)
    const bad = await quarterdeck('audit', 'verify', '--head', 'x')
    expect([bad.code, bad.err]).toEqual([1, expect.stringContaining('number:hash')])
  })
})
