import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { commands, run } from '../src/cli/run.ts'
import { loadConfig } from '../src/config.ts'
import type { Db } from '../src/db/connect.ts'
import { start } from '../src/main.ts'
import { testDb } from './helpers/db.ts'

let db: Db
let folder: string

beforeAll(async () => {
  db = await testDb()
  folder = mkdtempSync(join(tmpdir(), 'quarterdeck-cli-'))
  vi.stubEnv('DATABASE_URL', db.url)
  vi.stubEnv('DATA_DIR', folder)
  // vitest sets one of its own
  vi.stubEnv('BASE_URL', '')
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  vi.unstubAllEnvs()
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What a command line prints and how it ends. */
async function quarterdeck(line: string): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const code = await run(line.split(' ').filter(Boolean))
  const textOf = (spy: typeof out) => spy.mock.calls.map((args) => args.join(' ')).join('\n')
  const said = { code, out: textOf(out), err: textOf(err) }
  vi.restoreAllMocks()
  return said
}

describe('the command line', () => {
  it('lists every command, and helps with each', async () => {
    const { code, out } = await quarterdeck('--help')
    expect(code).toBe(0)
    for (const { name } of commands) {
      expect(out).toContain(name)
      expect((await quarterdeck(`${name} --help`)).out).toContain(`quarterdeck ${name}`)
    }
  })

  it.each([
    ['', 'which command'],
    ['launch', 'no command "launch"'],
    ['key create --name x', '--scope is missing'],
    ['key create --name x --scope write', 'no scope "write"'],
    ['key revoke', 'ID is missing'],
    ['key list now', 'what is "now"'],
    ['start --port 80', "Unknown option '--port'"],
    ['job run sleep', 'no job "sleep"'],
    ['rebuild --from 2026-01-01', '--to is missing'],
    ['import a.csv --kind events --format xml', 'csv or ndjson'],
    ['admin create --email a@b.example --role king --password x', 'no role "king"'],
  ])('does not understand "%s" and says so in a line', async (line, reason) => {
    const { code, err } = await quarterdeck(line)
    expect(code).toBe(2)
    expect(err).toContain(reason)
    expect(err).not.toContain('\n')
  })

  it('prints of a new key just the key, lists it without, and revokes it', async () => {
    const reads = await quarterdeck('key create --name ops --scope read --tenant acme')
    expect([reads.code, reads.out, reads.err]).toEqual([1, '', expect.stringContaining('no tenant “acme”')])
    const { code, out, err } = await quarterdeck('key create --name ops --scope read,ingest --tenant acme')
    expect([code, err]).toEqual([0, 'quarterdeck: No facts of tenant acme have come yet.'])
    expect(out).toMatch(/^qd_[\w-]{32}$/)
    const listed = (await quarterdeck('key list')).out
    expect(listed).toContain('ops')
    expect(listed).not.toContain(out)
    const id = listed.split('\t')[0]
    expect((await quarterdeck(`key revoke ${id}`)).code).toBe(0)
    expect((await quarterdeck('key list')).out).toContain('revoked')
    expect((await quarterdeck(`key revoke ${id}`)).code).toBe(1)
  })

  it('makes admins, and tells why not', async () => {
    const made = await quarterdeck('admin create --email ann@admin.example --password correct-horse-battery')
    expect(made).toMatchObject({ code: 0, out: 'ann@admin.example can sign in as owner' })
    const again = await quarterdeck('admin create --email ann@admin.example --password correct-horse-battery')
    expect(again.code).toBe(1)
    expect(again.err).toMatch(/there is an admin/i)
  })

  it('makes admins who are bound to tenants', async () => {
    const line = 'admin create --email bob@admin.example --password correct-horse-battery --role viewer'
    expect(await quarterdeck(`${line} --tenant acme --tenant globex`)).toMatchObject({
      code: 1,
      err: 'quarterdeck: There is no tenant “acme”: nothing was ever sent for it.',
    })
    await db.sql`
      insert into tenants (tenant_id, created_at, updated_at) values ('acme', now(), now()), ('globex', now(), now())`
    expect((await quarterdeck(`${line} --tenant acme --tenant globex`)).code).toBe(0)
    const [row] = await db.sql`select tenants from admins where email = 'bob@admin.example'`
    expect(row?.tenants).toEqual(['acme', 'globex'])
    expect(await quarterdeck(`${line} --tenant *`)).toMatchObject({ code: 1, err: expect.stringContaining('tenant') })
  })

  it('migrates, runs jobs and rebuilds', async () => {
    expect(await quarterdeck('migrate')).toMatchObject({ code: 0, out: 'nothing to do' })
    expect((await quarterdeck('job run fold')).out).toContain('fold: ok')
    expect((await quarterdeck('rebuild --from 2026-01-01 --to 2026-01-02')).out).toContain('rebuild: ok')
    expect((await quarterdeck('rebuild --from 2026-01-02 --to 2026-01-01')).code).toBe(1)
  })

  it('prints the address of the database for psql', async () => {
    expect(await quarterdeck('db url')).toMatchObject({ code: 0, out: db.url })
  })

  it('tells bad settings all at once', async () => {
    vi.stubEnv('PORT', 'http')
    vi.stubEnv('TIME_ZONE', 'Nowhere')
    const { code, err } = await quarterdeck('key list')
    vi.stubEnv('PORT', '')
    vi.stubEnv('TIME_ZONE', '')
    expect(code).toBe(1)
    expect(err).toMatch(/2 problems:\n {2}PORT .*\n {2}TIME_ZONE /)
  })
})

describe('the server', () => {
  it('boots, is ready, keeps its secret, and stops with nothing left open', async () => {
    const config = loadConfig({ DATABASE_URL: db.url, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent' })
    const first = await start(config)
    expect(await (await fetch(`${first.url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${first.url}/readyz`)).json()).toEqual({ status: 'ok', database: 'ok' })
    await first.stop()
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow()
    const second = await start(config)
    expect(second.deps.config.secretKey).toBe(first.deps.config.secretKey)
    expect(second.deps.config.secretKey.length).toBeGreaterThanOrEqual(32)
    await second.stop()
  })
})
