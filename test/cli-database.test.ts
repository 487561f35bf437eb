import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { commands, run } from '../src/cli/run.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quarterdeck-none-'))
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('DATA_DIR', join(folder, '.data'))
  vi.stubEnv('BASE_URL', '')
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

async function quarterdeck(line: string): Promise<{ code: number; out: number; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const code = await run(line.split(' '))
  return { code, out: out.mock.calls.length, err: err.mock.calls.map((args) => args.join(' ')).join('\n') }
}

/** What needs a database that is there, as one would type it. */
const NEED = [
  'audit verify',
  'audit accept 3',
  'key list',
  'key revoke key_x',
  'admin reset a@b.example',
  'job run daily',
  'rebuild --from 2026-01-01 --to 2026-01-02',
  'backfill --from 2026-01-01 --to 2026-01-02',
  'db url',
]
/** What makes one, or wants none. */
const FREE = ['start', 'demo', 'migrate', 'import', 'key create', 'admin create', 'connect check', 'example main-app']

describe('where there is no database', () => {
  it.each(NEED)('“%s” says so in a line and makes none', async (line) => {
    const { code, out, err } = await quarterdeck(line)
    expect([code, out]).toEqual([1, 0])
    expect(err).toMatch(/^quarterdeck: there is no database in \S+\.data: set DATA_DIR, or DATABASE_URL; .*$/)
    expect(existsSync(join(folder, '.data'))).toBe(false)
  })

  it('the demo’s is named where it is beside', async () => {
    mkdirSync(join(folder, '.demo', 'postgres'), { recursive: true })
    expect((await quarterdeck('audit verify')).err).toContain('set DATA_DIR=.demo for the demo’s, or DATABASE_URL')
    rmSync(join(folder, '.demo'), { recursive: true })
  })

  it('every command is one or the other, and the README names those that make one', () => {
    const known = (name: string) => FREE.includes(name) || NEED.some((line) => line.startsWith(name))
    expect(commands.map(({ name }) => name).filter((name) => !known(name))).toEqual([])
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8').replace(/\s+/g, ' ')
    expect(readme).toContain('only `start`, `demo`, `migrate`, `admin create`, `key create` and `import` make one')
  })
})
