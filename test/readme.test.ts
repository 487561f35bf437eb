import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settingsTable } from '../src/config.ts'
import { factKinds } from '../src/facts/index.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Record<
  'dependencies' | 'devDependencies' | 'scripts',
  Record<string, string>
>

let t: TestApp
let env: Record<string, string>
beforeAll(async () => {
  t = await testApp({ now: new Date('2026-11-20T12:00:00Z') })
  env = { PATH: process.env.PATH ?? '', URL: await t.listen(), KEY: await t.key(['read', 'ingest']) }
})
afterAll(() => t.close())

const commands = [...readme.matchAll(/```sh curl\n([\s\S]*?)```/g)].map((match) => match[1]!.trim())

describe('the curls of the README', () => {
  it('are there', () => {
    expect(commands.length).toBeGreaterThan(8)
  })

  it.each(commands)('%s', async (command) => {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -w '\n%{http_code}'`], { env })
    const lines = stdout.trim().split('\n')
    expect(lines.pop()).toBe('200')
    const answer = lines.join('\n')
    if (command.includes('/exports/')) expect(answer).toMatch(/^(date|time|ts)[,\r\n]/)
    else if (command.includes('/ingest/')) expect(JSON.parse(answer)).toMatchObject({ accepted: 1, rejected: 0 })
    else expect(JSON.parse(answer).metrics).toBeDefined()
  })
})

it('the table of settings is the one that config.ts makes', () => {
  const [, table] = /<!-- settings:[^>]*-->\n([\s\S]*?)<!-- \/settings -->/.exec(readme) ?? []
  expect(table?.trim()).toBe(settingsTable().trim())
})

it('every kind of fact is named among the doors', () => {
  for (const { path } of Object.values(factKinds)) expect(readme).toContain(`\`${path}\``)
})

it('every dependency is in the table of dependencies, or among those for development', () => {
  const [, dependencies] = readme.split('### Dependencies, and why')
  for (const name of [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)])
    if (!name.startsWith('@types/')) expect(dependencies, name).toContain(name)
})
