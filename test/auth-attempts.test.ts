import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SLIDING } from '../src/alerts/rows.ts'
import { askForReset } from '../src/auth/forgotten.ts'
import { checkPassword } from '../src/auth/sign-in.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

const START = new Date('2026-11-20T12:00:00Z')
const MINUTE_MS = 60_000
let t: TestApp
let clock = START
const email = 'owner1@admin.example'
beforeAll(async () => {
  t = await testApp({ now: () => clock })
  await t.admin('owner')
})
afterAll(() => t?.close())
beforeEach(async () => {
  clock = START
  await t.sql`truncate login_failures`
})

const later = (minutes: number) => {
  clock = new Date(clock.getTime() + minutes * MINUTE_MS)
}
const signIn = (password: string, ip = '192.0.2.1') => checkPassword(t.deps, { email, password, ip })
/** What the rule “10 failed sign-ins to Quarterdeck in 15 min” counts. */
async function counted(): Promise<number> {
  const facts = SLIDING.signInFailures!.minutes({ sql: t.sql } as never, ['*'])
  const low = new Date(clock.getTime() - 15 * MINUTE_MS)
  const [row] = await t.sql<{ n: number }[]>`
    with w as (select ${low}::timestamptz as low, ${clock}::timestamptz as high)
    select coalesce(sum(f.n), 0)::int as n from w cross join lateral (${facts}) f`
  return row!.n
}

test('failures before a success stay known, and make nobody wait', async () => {
  for (let n = 0; n < 9; n++) await signIn(`guess ${n}`)
  expect(await counted()).toBe(9)
  expect((await signIn(TEST_PASSWORD)).ok).toBe(true)
  // What succeeded is no failure, and the others were.
  expect(await counted()).toBe(9)
  expect(await t.sql`select from login_failures where cleared_at is null`).toHaveLength(0)
  for (let n = 0; n < 10; n++) expect(await signIn(`guess ${n}`)).toEqual({ ok: false })
  expect(await signIn(TEST_PASSWORD)).toMatchObject({ ok: false, retryAfter: expect.any(Number) })
})

test('links that are asked for are no failed sign-ins, and wait apart from them', async () => {
  for (let n = 0; n < 12; n++) await askForReset(t.deps, { email: `user${n}@x.example`, ip: '192.0.2.2' })
  for (let n = 0; n < 5; n++) await askForReset(t.deps, { email, ip: '192.0.2.3' })
  expect(await t.sql`select from login_failures where kind = 'reset' and email = ${email}`).toHaveLength(3)
  expect(await counted()).toBe(0)
  for (let n = 0; n < 9; n++) await signIn(`guess ${n}`)
  expect((await signIn(TEST_PASSWORD)).ok).toBe(true)
  expect(await t.sql`select from login_failures where kind = 'reset' and email = ${email}`).toHaveLength(3)
})

test('failures are kept for as long as the settings say, whatever is tried meanwhile', async () => {
  await signIn('guess')
  later(29 * 24 * 60)
  await signIn('guess')
  expect(await t.sql`select from login_failures`).toHaveLength(2)
})
