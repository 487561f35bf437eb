import { afterAll, beforeAll, expect, it } from 'vitest'
import { differsFromServer, noteSettings } from '../src/backfill/same-settings.ts'
import { connect } from '../src/db/connect.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

it('a command is told apart from a server that makes other numbers, and from no other', async () => {
  const shell = (config: Partial<typeof t.deps.config>) =>
    differsFromServer({ ...t.deps, config: { ...t.deps.config, ...config } })
  // No server has run yet.
  expect(await shell({ activationEvents: ['built'] })).toBe(false)
  await noteSettings(t.deps)
  expect(await shell({})).toBe(false)
  expect(await shell({ activationEvents: ['built'] })).toBe(true)
  expect(await shell({ currency: 'EUR' })).toBe(true)
  expect(await shell({ port: 4000, logLevel: 'debug' })).toBe(false)
  // Also of another process: nothing of it hangs on the connection.
  const db = connect(t.deps.db.url)
  expect(await differsFromServer({ ...t.deps, db })).toBe(false)
  await db.close()
  await noteSettings({ ...t.deps, config: { ...t.deps.config, currency: 'EUR' } })
  expect(await shell({ currency: 'EUR' })).toBe(false)
})
