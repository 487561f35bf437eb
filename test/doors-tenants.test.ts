import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let free: string
let bound: string
beforeAll(async () => {
  t = await testApp({ now: new Date('2026-11-10T12:00:00Z') })
  free = await t.key(['ingest'])
  bound = await t.key(['ingest'], ['acme', 'globex'])
})
afterAll(() => t.close())

interface Answer {
  accepted: number
  rejected: number
  errors: { index: number; reason: string }[]
}
const send = async (secret: string, path: string, body: unknown): Promise<Answer> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` }
  return (await (await t.request(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as Answer
}

/** A kind: what a fact of it needs, and where its row is. */
const KINDS: [path: string, row: object, table: string, key: string][] = [
  ['users', { email: 'a@b.example' }, 'users', 'user_id'],
  ['objects', { kind: 'project' }, 'objects', 'object_id'],
  ['subscriptions', { plan: 'pro', status: 'active', amount: 100 }, 'subscriptions', 'subscription_id'],
  ['payments', { provider: 'stripe', status: 'succeeded', amount: 100 }, 'payments', 'payment_id'],
  ['jobs', { kind: 'build', status: 'queued' }, 'jobs', 'job_id'],
]

describe('a key that is bound to tenants', () => {
  test.each(KINDS)(
    'does not take over %s of another tenant, only its own and those of none',
    async (path, row, table, key) => {
      const first = ['theirs', '42', 'nobodys', 'ours'].map((id, n) => ({
        ...row,
        id,
        ...(n < 2 ? { tenant_id: 'other' } : n === 3 ? { tenant_id: 'globex' } : {}),
      }))
      expect(await send(free, `/ingest/${path}`, first)).toMatchObject({ accepted: 4 })
      const mine = ['theirs', 42, 'nobodys', 'ours', 'new'].map((id) => ({ ...row, id, tenant_id: 'acme' }))
      const answer = await send(bound, `/ingest/${path}`, mine)
      expect(answer).toMatchObject({ accepted: 3, rejected: 2 })
      expect(answer.errors.map(({ index }) => index)).toEqual([0, 1])
      expect(answer.errors[0]!.reason).toContain(`may not change ${path} of another tenant`)
      const rows = await t.sql`select ${t.sql(key)} as id, tenant_id from ${t.sql(table)} where tenant_id = 'other'`
      expect(rows.map(({ id }) => id).sort()).toEqual(['42', 'theirs'])
      const [kept] = await t.sql`
      select count(*)::int as n from rejected_facts where reason = ${`this key may not change ${path} of another tenant`}`
      expect(kept?.n).toBe(2)
    },
  )

  test('may use an id of another kind of object', async () => {
    expect(await send(bound, '/ingest/objects', { kind: 'contract', id: 'theirs', tenant_id: 'acme' })).toMatchObject({
      accepted: 1,
      rejected: 0,
    })
  })

  test('leaves nothing that people wrote in what is refused, which can be sent again as the fact it was', async () => {
    const message = { id: 'm1', channel: 'chat', tenant_id: 'other', text: 'my own words' }
    expect(await send(bound, '/ingest/messages', message)).toMatchObject({ accepted: 0 })
    const body = { type: 'track', messageId: 'seg-1', event: 'x', userId: 'u', context: { groupId: 'other' } }
    expect(await send(bound, '/v1/batch', { batch: [body] })).toMatchObject({ rejected: 1 })
    const kept = await t.sql`
      select kind, convert_from(raw, 'UTF8') as raw from rejected_facts where reason like '%tenant other' order by id`
    expect(kept.map(({ kind }) => kind)).toEqual(['messages', 'events'])
    expect(kept[0]!.raw).not.toContain('my own words')
  })

  test('does not change another tenant, and may change its own', async () => {
    await send(free, '/ingest/tenants', { id: 'other', name: 'Other' })
    expect(await send(bound, '/ingest/tenants', [{ id: 'other', name: 'Mine' }, { id: 'acme' }])).toMatchObject({
      accepted: 1,
      errors: [{ index: 0 }],
    })
    expect(await t.sql`select name from tenants where tenant_id = 'other'`).toEqual([{ name: 'Other' }])
  })

  test('neither takes an anonymous id from a user of another tenant nor gives them one', async () => {
    await send(free, '/ingest/users', [
      { id: 'their-user', tenant_id: 'other' },
      { id: 'our-user', tenant_id: 'acme' },
    ])
    await send(free, '/ingest/identities', [
      { anonymous_id: 'their-visitor', user_id: 'their-user', since: '2026-11-01' },
      { anonymous_id: 'our-visitor', user_id: 'our-user', since: '2026-11-01' },
    ])
    const answer = await send(bound, '/ingest/identities', [
      { anonymous_id: 'their-visitor', user_id: 'our-user' },
      { anonymous_id: 'new-visitor', user_id: 'their-user' },
      { anonymous_id: 'our-visitor', user_id: 'our-second' },
      { anonymous_id: 'fresh', user_id: 'our-user' },
    ])
    expect(answer.errors.map(({ index }) => index)).toEqual([0, 1])
    const alias = { batch: [{ type: 'alias', previousId: 'their-visitor', userId: 'our-user' }] }
    expect(await send(bound, '/v1/batch', alias)).toMatchObject({ accepted: 0, rejected: 1 })
    const rows = await t.sql`select anonymous_id, user_id from identities order by 1`
    expect(rows.map((row) => `${row.anonymous_id} ${row.user_id}`)).toEqual([
      'fresh our-user',
      'our-visitor our-second',
      'their-visitor their-user',
    ])
  })

  test('has a message refused whole when one of its facts is', async () => {
    const identify = { type: 'identify', userId: 'their-user', anonymousId: 'whole', context: { groupId: 'acme' } }
    expect(await send(bound, '/v1/batch', { batch: [identify] })).toMatchObject({ accepted: 0, rejected: 1 })
    expect(await t.sql`select from identities where anonymous_id = 'whole'`).toHaveLength(0)
  })
})

test('a key that is not bound changes what it likes', async () => {
  const row = { id: 'theirs', kind: 'build', status: 'running', tenant_id: 'acme' }
  expect(await send(free, '/ingest/jobs', row)).toMatchObject({ accepted: 1, rejected: 0 })
})
