import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { noteAlertChange } from '../src/alerts/version.ts'
import { DATABASE } from '../src/lib/settle.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let cookie: string
beforeAll(async () => {
  t = await testApp({ now: new Date('2026-11-20T12:00:00Z') })
  cookie = await t.admin('operator')
  await t.sql`
    insert into alert_rules (slug, name, enabled, severity, scope, rule, created_by, updated_by)
    values ('errors', 'Errors', false, 'critical', '*', '{}', 'system', 'system')`
})
afterAll(() => t.close())
beforeEach(async () => {
  t.deps.book.recovered(DATABASE)
  await t.sql`delete from alerts`
  noteAlertChange()
})

const fire = async (subject: string) => {
  await t.sql`
    insert into alerts (rule_id, subject, scope, state, severity, title, pending_since, fired_at, seen_at)
    select id, ${subject}, '*', 'firing', 'critical', 'Errors', now(), now(), now() from alert_rules`
  noteAlertChange()
}

/** What the nav says of alerts; undefined = no badge. */
async function badge(path: string): Promise<string | undefined> {
  const response = await t.request(path, { headers: { cookie, accept: 'text/html' } })
  expect(response.status).toBe(200)
  return /q-pill-crit q-num">(\d+)</.exec(await response.text())?.[1]
}

/** A busy machine may miss the patience of the nav once; the next look has the number. */
const tells = (path: string, number: string) => expect.poll(() => badge(path), { timeout: 20_000 }).toBe(number)

/** A page of the nav, and one that only has its frame. */
const PAGES = ['/dashboard/docs', '/dashboard/account']

test.each(PAGES)('%s tells how many alerts fire, and what has changed', async (path) => {
  expect(await badge(path)).toBeUndefined()
  await fire('chat')
  await tells(path, '1')
  await fire('search')
  await tells(path, '2')
})

test.each(PAGES)('%s answers with the number of before while the alerts cannot be read', async (path) => {
  await fire('chat')
  await tells(path, '1')
  await t.sql.begin(async (tx) => {
    await tx`lock table alerts in access exclusive mode`
    noteAlertChange()
    expect(await badge(path)).toBe('1')
    // The page is there, and who asked for its number still waits.
    const [waiting] = await tx<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%from alerts%'`
    expect(waiting!.n).toBeGreaterThan(0)
  })
})

test('while the database is known to be away nobody asks it for the number', async () => {
  await fire('chat')
  await tells('/dashboard/account', '1')
  await fire('search')
  t.deps.book.degraded(DATABASE, 'The database does not answer')
  expect(await badge('/dashboard/account')).toBe('1')
  t.deps.book.recovered(DATABASE)
  await tells('/dashboard/account', '2')
})
