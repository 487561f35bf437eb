import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { run } from '../src/cli/run.ts'
import { loadConfig } from '../src/config.ts'
import sync from '../src/jobs/sync.ts'
import { testApp } from './helpers/app.ts'
import { type SourceDb, sourceDb } from './helpers/source-db.ts'
import { runJob } from './jobs-kit.ts'

let source: SourceDb
let folder: string

beforeAll(async () => {
  source = await sourceDb()
  await source.sql`create table accounts (id int primary key, mail text, changed timestamptz default now())`
  await source.sql`insert into accounts values (1, 'a@example.com'), (2, repeat('x', 500))`
  folder = join(mkdtempSync(join(tmpdir(), 'quarterdeck-presets-')), 'shop')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'users.sql'),
    '-- kind: users\n-- watermark: updated_at\n-- key: id\nselect id, mail as email, changed as updated_at from accounts',
  )
  vi.stubEnv('BASE_URL', '')
  vi.stubEnv('SOURCE_DATABASE_URL', source.url)
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  vi.unstubAllEnvs()
  await source.close()
  rmSync(join(folder, '..'), { recursive: true })
})

async function quarterdeck(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const code = await run(args)
  const textOf = (spy: typeof out) => spy.mock.calls.map((line) => line.join(' ')).join('\n')
  return { code, out: textOf(out), err: textOf(err) }
}

describe('quarterdeck connect check', () => {
  it('says what fits and what would be refused, and ends well', async () => {
    const { code, out } = await quarterdeck('connect', 'check', folder)
    expect(out.split('\n')).toEqual([
      'ok     shop/users.sql  users, rows fit',
      '       warning: 1 of 2 rows would be refused: email expected text of at most 320 characters (2)',
    ])
    expect(code).toBe(0)
  })

  it('prints rows as they would be sent, on demand', async () => {
    const { out } = await quarterdeck('connect', 'check', folder, '--rows')
    expect(out).toMatch(/\{"id":1,"email":"a@example.com","updated_at":"[\d-]+T[\d:.]+Z"\}\n/)
    expect(out).toMatch(/← email expected text of at most 320 characters$/)
  })

  it('takes the presets of PRESET, and fails with line, column and reason', async () => {
    vi.stubEnv('PRESET', `${folder},executive`)
    await source.sql`alter table accounts rename mail to address`
    const { code, out } = await quarterdeck('connect', 'check')
    expect(out).toMatch(/^error {2}shop\/users.sql {2}users\n {7}error: line 4: column "mail" does not exist\n/)
    expect(out).toContain('error  executive/worklogs.sql  worklogs'.slice(0, 28))
    expect(code).toBe(1)
    vi.stubEnv('PRESET', '')
    await source.sql`alter table accounts rename address to mail`
  })

  it('fails when the source is away, and never tells its password', async () => {
    const url = new URL(source.url)
    url.username = 'nobody'
    url.password = 'wh1sper'
    url.port = '1'
    vi.stubEnv('SOURCE_DATABASE_URL', url.href)
    const { code, out, err } = await quarterdeck('connect', 'check', folder)
    expect(out).toContain('The source database does not answer')
    expect(out + err).not.toContain('wh1sper')
    expect(code).toBe(1)
    vi.stubEnv('SOURCE_DATABASE_URL', source.url)
  })

  it('does not know what to check without a name, or with a wrong one', async () => {
    expect(await quarterdeck('connect', 'check')).toMatchObject({ code: 2, err: expect.stringContaining('hivesync') })
    expect(await quarterdeck('connect', 'check', 'shop')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no preset shop: shipped are'),
    })
  })
})

describe('the settings', () => {
  it('refuse a preset that does not exist, and times that are none', () => {
    expect(() => loadConfig({ PRESET: 'hivesync,nope', SYNC_EVERY: '1s' })).toThrow(
      /PRESET names no preset: shipped are .*hivesync[\s\S]*SYNC_EVERY must be a time from 5s to 24h/,
    )
    expect(() => loadConfig({ PRESET: './no/such/folder' })).toThrow(/no\/such\/folder is not a folder/)
    expect(() => loadConfig({ PRESET: '../executive' })).toThrow(/is not a folder/)
    expect(loadConfig({ PRESET: `executive, ${folder}`, SYNC_EVERY: '2m' })).toMatchObject({
      presets: ['executive', folder],
      syncEverySeconds: 120,
    })
  })
})

describe('the job', () => {
  it('has nothing to do without a preset, and reads everything when run by hand', async () => {
    const idle = await testApp()
    expect(await runJob(idle, sync)).toMatchObject({ outcome: 'ok', note: 'PRESET is not set' })
    await idle.close()
    const app = await testApp({ config: { sourceDatabaseUrl: source.url, presets: [folder] } })
    expect(await runJob(app, sync)).toMatchObject({ outcome: 'ok', note: '1 facts from 1 files' })
    expect(await runJob(app, sync)).toMatchObject({ outcome: 'ok', note: '0 facts from 1 files' })
    await app.close()
  })
})
