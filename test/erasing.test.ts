import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '../src/audit/verify.ts'
import type { Who } from '../src/env.ts'
import { requestErasure, workOnErasures } from '../src/privacy/erase.ts'
import { heldColumns } from '../src/privacy/held.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { deletedUser } from '../src/users/gone.ts'
import { DEVICE, EMAIL, fillLives, fillOwn, ID, ingest, NOW, whereIs } from './erasing-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const OWNER: Who = { kind: 'key', id: 'k1', name: 'owner', scopes: ['act'], tenants: null }
let t: TestApp
let before: unknown
beforeAll(async () => {
  t = await testApp({ now: NOW, config: { storeContent: true } })
  await fillLives(t)
  await fillOwn(t)
  before = await counted()
})
afterAll(() => t.close())

/** What pages make their numbers of, for all users together. */
const counted = () => t.sql`
  select (select jsonb_agg(to_jsonb(e) order by e) from event_days e) as events,
    (select jsonb_agg(to_jsonb(e) - 'hist' order by e) from api_call_days e) as calls,
    (select jsonb_agg(to_jsonb(e) order by e) from (
      select scope, day, count(*) as users, count(*) filter (where active) as active, sum(events) as events,
        sum(api_calls) as calls, sum(cost) as cost, sum(jobs) as jobs from user_days group by 1, 2) e) as days,
    (select jsonb_agg(to_jsonb(e) order by e) from (
      select scope, last_day, bits, count(*) from user_activity group by 1, 2, 3) e) as activity,
    (select jsonb_agg(to_jsonb(e) order by e) from (
      select scope, day, count(distinct session_id) from session_days group by 1, 2) e) as sessions,
    (select jsonb_agg(to_jsonb(e) order by e) from mrr_days e) as mrr,
    (select jsonb_agg(to_jsonb(e) order by e) from payment_days e) as payments`

it('knows every column of the schema that holds a person’s id', async () => {
  const columns = await t.sql<{ name: string }[]>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and column_name in ('user_id', 'customer_id', 'anonymous_id', 'person', 'accepted_user_id')
      and table_name !~ '_\\d{4}_\\d\\d$'`
  const known = new Set(heldColumns())
  const others = [
    // Admins of Quarterdeck.
    'admin_sessions.user_id',
    // Marks that the next refresh takes away; the erasure makes one itself.
    'dirty_user_stats.user_id',
  ]
  expect(columns.map(({ name }) => name).filter((name) => !known.has(name) && !others.includes(name))).toEqual([])
})

describe('erasing a user', () => {
  it('takes a reason that does not name them', async () => {
    for (const reason of ['', '  ', `by mail of ${EMAIL.toUpperCase()}`, `id ${ID}`, 'x'.repeat(501)])
      await expect(requestErasure(t.deps, OWNER, ID, reason)).rejects.toMatchObject({ status: 422, field: 'reason' })
    expect(await t.sql`select from erasures union all select from erased_ids`).toEqual([])
  })

  it('leaves neither id nor address nor what they wrote anywhere', async () => {
    const places = await whereIs(t, ID, EMAIL, DEVICE)
    expect(places.length).toBeGreaterThan(40)
    await requestErasure(t.deps, OWNER, ID, 'Asked for it, letter 12')
    await expect(requestErasure(t.deps, OWNER, ID, 'Again')).rejects.toMatchObject({ status: 409 })
    expect(await workOnErasures(t.deps)).toBe(0)
    // Until all processes know of it the names are kept, for one more turn.
    expect(await whereIs(t, ID)).toContain('erasures.names')
    expect(await workOnErasures(t.deps)).toBe(0)
    expect(await workOnErasures(t.deps, { settleMs: 0 })).toBe(1)
    // Ids stand in the chain of the audit log, which is whole only with them.
    expect(await whereIs(t, ID, EMAIL, DEVICE)).toEqual(['audit_log.target'])
    expect(await whereIs(t, 'Eva Berg', 'Dear Eva', 'eva asks', 'love, eva', 'visit-eva', 'eva-fan', 'Kiel')).toEqual(
      [],
    )
  }, 120_000)

  it('leaves what was counted as it was, also where a day is counted anew', async () => {
    await t.fold()
    expect(await counted()).toEqual(before)
    for (let day = 9; day <= 20; day++) await rebuildDay(t.deps, `2026-11-${String(day).padStart(2, '0')}`)
    await t.fold()
    expect(await counted()).toEqual(before)
  }, 120_000)

  it('leaves the money, under a name that leads to nobody, and everybody else’s things', async () => {
    const [subscription] = await t.sql`select user_id, customer_id, mrr_minor::int as mrr from subscriptions`
    expect(subscription).toMatchObject({ user_id: expect.stringMatching(/^erased-/), mrr: 4900 })
    expect(subscription!.customer_id).toBe(subscription!.user_id)
    const [payment] = await t.sql`select user_id, amount_minor::int as amount, properties from payments`
    expect(payment).toEqual({ user_id: subscription!.user_id, amount: 4900, properties: null })
    expect(await t.sql`select user_id, properties from events where user_id = 'udo'`).toEqual([
      { user_id: 'udo', properties: { of: 'udo' } },
    ])
    const [note] = await t.sql<{ text: string }[]>`select text from user_notes`
    expect(note?.text).toBe(`Friend of [erased] and ${subscription!.user_id}.`)
    expect(await t.sql`select user_id from user_stats where scope = '*'`).toEqual([{ user_id: 'udo' }])
    expect((await t.sql`select status from users where email is null`).map(({ status }) => status)).toEqual(['deleted'])
    // Nobody is sent to erase what an erasure left.
    for (const id of [ID, subscription!.user_id]) expect(await deletedUser(t.deps, OWNER, id)).toBeUndefined()
  })

  it('tells the audit log that somebody was erased, and the chain holds', async () => {
    const lines =
      await t.sql`select actor, action, target, detail from audit_log where action like 'user.erase%' order by id`
    expect(lines).toEqual([
      {
        actor: 'key:k1',
        action: 'user.erase',
        target: expect.stringMatching(/^erasure:/),
        detail: { reason: 'Asked for it, letter 12' },
      },
      { actor: 'key:k1', action: 'user.erased', target: lines[0]!.target, detail: { rows: expect.any(Number) } },
    ])
    const [row] = await t.sql`select names, emails, salt, rows::int as rows from erasures`
    expect(row).toMatchObject({ names: null, emails: null, salt: null })
    expect(row!.rows).toBeGreaterThan(30)
    const made = await t.sql`select distinct user_id, request from action_runs where action = 'create'`
    expect(made.length).toBeGreaterThan(0)
    for (const run of made) expect(run).toEqual({ user_id: expect.stringMatching(/^erased-/), request: {} })
    expect((await verifyAudit(t.deps)).whole).toBe(true)
  })
})

describe('what comes late of who was erased', () => {
  it('is counted under the pseudonym, and describes nobody', async () => {
    const [{ user_id: pseudonym }] = (await t.sql`select user_id from subscriptions`) as [{ user_id: string }]
    const late = '2026-11-20T09:00:00Z'
    await ingest(t, 'users', { id: ID, email: EMAIL, city: 'Kiel', updated_at: late, traits: { name: 'Eva Berg' } })
    await ingest(t, 'identities', { anonymous_id: 'device-new', user_id: ID, since: late })
    await ingest(t, 'events', {
      id: 'e9',
      user_id: ID,
      name: 'build',
      ts: late,
      session_id: 'visit-eva-9',
      properties: { mail: EMAIL },
    })
    await ingest(t, 'messages', {
      id: 'm1',
      user_id: ID,
      ts: late,
      channel: 'email',
      direction: 'out',
      status: 'opened',
      recipient: EMAIL,
      subject: 'Eva',
    })
    await ingest(t, 'subscriptions', {
      id: 's1',
      user_id: ID,
      plan: 'pro',
      status: 'cancelled',
      interval: 'month',
      amount: 4900,
      currency: 'USD',
      started_at: '2026-11-11T10:00:00Z',
      ends_at: late,
      updated_at: late,
    })
    // A message seen before changes nothing, as for anybody.
    await ingest(t, 'events', { id: 'e2', user_id: ID, name: 'build', ts: '2026-11-19T10:00:00Z' })
    await t.fold()
    expect(await whereIs(t, ID, EMAIL, DEVICE, 'device-new', 'visit-eva', 'Kiel')).toEqual(['audit_log.target'])
    expect(await t.sql`select user_id, properties from events where ts = ${late}`).toEqual([
      { user_id: pseudonym, properties: null },
    ])
    const [moved] =
      await t.sql`select sum(amount_minor)::int as left from mrr_movements where customer_id = ${pseudonym}`
    expect(moved).toEqual({ left: 0 })
    expect(await t.sql`select 1 from events where name = 'build' and user_id = ${pseudonym}`).toHaveLength(3)
  }, 120_000)

  it('and is refused is not kept', async () => {
    const authorization = `Bearer ${await t.key(['ingest'])}`
    const body = JSON.stringify([{ id: 'e10', user_id: ID, name: 'build', ts: 'no date' }])
    await t.request('/ingest/events', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    })
    expect(await t.sql`select from rejected_facts`).toEqual([])
  })
})
