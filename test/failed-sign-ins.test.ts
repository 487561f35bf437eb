import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAILED_LOGINS, FAILED_OAUTH, isFailedSignIn } from '../src/metrics/failed-sign-ins.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

test('the names of failed sign-ins are those of the index that counts them by the minute', async () => {
  const [index] = await t.sql<{ text: string }[]>`select pg_get_indexdef('events_sign_ins'::regclass) as text`
  const names = [...index!.text.matchAll(/'(\w+_\w+)'/g)].map(([, name]) => name)
  expect([...FAILED_LOGINS, ...FAILED_OAUTH]).toEqual(names)
})

test('a question for them is answered by that index', async () => {
  const send = await sender(t)
  await send('events', [{ name: 'Login Failed', user_id: 'ann' }])
  const indexes = await t.sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events_sign_ins'::regclass`
  const plan = await t.sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`
    return await tx`
      explain select e.name from events e
      where e.ts > '2000-01-01' and ${isFailedSignIn({ sql: t.sql } as never)}`
  })
  const text = plan.map((line) => line['QUERY PLAN']).join('\n')
  expect(indexes.length).toBeGreaterThan(0)
  for (const { name } of indexes) expect(text).toContain(name)
})
