import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import type { Db } from '../src/db/connect.ts'
import { summary } from '../src/metrics/query.ts'
import { testDb } from './helpers/db.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const RANGE = { scope: '*', from: '2026-11-01', to: '2026-11-20', compare: 'none' } as const
const KEYS = [
  'revenue.mrr',
  'revenue.paying_customers',
  'revenue.customers_new',
  'revenue.customers_churned',
  'revenue.customer_churn_rate',
  'revenue.arpa',
] as const
let db: Db

/** In dollars two before November, one of whom leaves, and one new; in euros three before, two of whom leave. */
beforeAll(async () => {
  db = await testDb()
  await db.sql`
    insert into mrr_days (scope, day, plan, kind, currency, n, amount_minor, customers_delta) values
      ('*', '2026-10-01', 'pro', 'new', 'USD', 2, 4000, 2), ('*', '2026-10-01', 'pro', 'new', 'EUR', 3, 9000, 3),
      ('*', '2026-11-10', 'pro', 'churn', 'USD', 1, -2000, -1), ('*', '2026-11-10', 'pro', 'churn', 'EUR', 2, -6000, -2),
      ('*', '2026-11-12', 'pro', 'new', 'USD', 1, 5000, 1), ('*', '2026-11-12', 'pro', 'reactivation', 'EUR', 1, 3000, 1)`
})
afterAll(() => db.close())

it.each([
  ['USD', [70, 2, 1, 1, 50, 35]],
  ['EUR', [60, 2, 0, 2, 200 / 3, 30]],
  ['GBP', [0, 0, 0, 0, null, null]],
])('counts in %s the customers whose money it counts', async (currency, expected) => {
  const deps = { db, config: loadConfig({ CURRENCY: currency }), now: () => NOW } as Deps
  const found = await summary(deps, KEYS, RANGE)
  expect(KEYS.map((key) => found[key].value)).toEqual(
    expected.map((value) => (value === null ? null : expect.closeTo(value, 6))),
  )
})
