import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyState } from '../src/card-state.ts'
import { APPEND_TABLES } from '../src/facts/append.ts'
import { factKinds } from '../src/facts/index.ts'
import type { FactKind } from '../src/facts/types.ts'
import { dropOldPartitions } from '../src/jobs/retention.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

let t: TestApp
let keeping: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  keeping = await testApp({ now: NOW, config: { storeContent: true } })
  key = await t.key(['ingest'])
})
afterAll(async () => {
  await t.close()
  await keeping.close()
})

interface Answer {
  accepted: number
  duplicate: number
  rejected: number
  errors: { index: number; reason: string }[]
}
const send = async (path: string, body: unknown, secret = key, headers = {}): Promise<Answer> => {
  const response = await t.request(`/ingest/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Answer
}
const accept = async (path: string, ...rows: object[]) =>
  expect(await send(path, rows)).toMatchObject({ accepted: rows.length, rejected: 0 })

/** Of each kind a whole row; a wrong field with the reason; two states of one thing, the later one first, and the end. */
interface Case {
  kind: FactKind
  row: Record<string, unknown>
  wrong: [row: Record<string, unknown>, reason: string]
  late?: [newer: object, older: object, end: object]
}
const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, '0')}:00:00Z`
const instant = (hour: number) => new Date(at(hour))

const CASES: Case[] = [
  {
    kind: 'invoices',
    row: { id: 'x', status: 'open', amount: 4900, currency: 'eur', due_at: '2026-12-20', customer_id: 'c', po: '7' },
    wrong: [{ id: 'w', status: 'open', amount: '49.00' }, 'amount expected minor units'],
    late: [
      { status: 'paid', amount: 4900, amount_paid: 4900, updated_at: at(9) },
      { status: 'open', amount: 4900, number: 'R-1', currency: 'EUR', updated_at: at(8) },
      {
        status: 'paid',
        number: 'R-1',
        currency: 'EUR',
        issued_at: instant(8),
        paid_at: instant(9),
        amount_paid_minor: 4900,
      },
    ],
  },
  {
    kind: 'campaigns',
    row: {
      id: 'x',
      name: 'Spring',
      channel: 'search',
      kind: 'acquisition',
      tags: ['a', 'b'],
      budget: 9000,
      owner: 'Ada',
    },
    wrong: [{ id: 'w', kind: 'bribery' }, 'kind expected one of acquisition'],
    late: [
      { name: 'New name', updated_at: at(9) },
      { name: 'Old name', kind: 'acquisition', tags: 'a, b', updated_at: at(8) },
      { name: 'New name', kind: 'acquisition', tags: ['a', 'b'], currency: 'USD' },
    ],
  },
  {
    kind: 'campaign_spend',
    row: { campaign_id: 'x', day: '2026-11-19', amount: 1200, clicks: 7 },
    wrong: [{ campaign_id: 'w', day: '2026-02-30', amount: 1 }, 'day expected a day such as'],
    late: [
      { day: '2026-11-18', amount: 900, updated_at: at(9) },
      { day: '2026-11-18', amount: 700, impressions: 5, updated_at: at(8) },
      { amount_minor: 900, impressions: 5 },
    ],
  },
  {
    kind: 'components',
    row: { id: 'x', name: 'Hero', kind: 'block', quality: 88.5, system: true, framework: 'react' },
    wrong: [{ id: 'w', quality: 101 }, 'quality expected a number from 0 to 100'],
    late: [
      { quality: 90, updated_at: at(9), created_at: at(3) },
      { quality: 50, version: '1', updated_at: at(8), created_at: at(2) },
      { quality: 90, version: '1', created_at: instant(2) },
    ],
  },
  {
    kind: 'component_uses',
    row: { id: 'x', component_id: 'hero', user_id: 'u', ok: true, page: 'home' },
    wrong: [{ component_id: 'hero', ok: 'maybe' }, 'ok expected true or false'],
  },
  {
    kind: 'prompts',
    row: { id: 'x', user_id: 'u', model: 'm', site_type: 'shop', status: 'pending', duration_ms: 20, tone: 'warm' },
    wrong: [{ id: 'w', status: 'maybe' }, 'status expected one of succeeded, failed, pending'],
    late: [
      { status: 'succeeded', duration_ms: 8000, updated_at: at(9), ts: at(9) },
      { status: 'pending', industry: 'food', updated_at: at(8), ts: at(8) },
      { status: 'succeeded', industry: 'food', ts: instant(8) },
    ],
  },
  {
    kind: 'messages',
    row: { id: 'x', channel: 'email', status: 'sent', recipient: 'a@b.example', subject: 'Hi', tag: 'welcome' },
    wrong: [{ id: 'w', channel: 'pigeon' }, 'channel expected one of chat, email, sms, other'],
    late: [
      { status: 'sent', subject: 'Hello', updated_at: at(9) },
      { status: 'clicked', channel: 'email', updated_at: at(8) },
      { status: 'clicked', channel: 'email', direction: 'out', subject: 'Hello', ts: instant(8) },
    ],
  },
  {
    kind: 'tickets',
    row: { id: 'x', user_id: 'u', subject: 'Log-in', priority: 'high', created_at: at(5), team: 'core' },
    wrong: [{ id: 'w', status: 'lost' }, 'status expected one of open, pending, solved, closed'],
    late: [
      { first_response_at: at(7), updated_at: at(9) },
      { status: 'pending', created_at: at(6), updated_at: at(8) },
      { status: 'pending', created_at: instant(6), first_response_at: instant(7) },
    ],
  },
  {
    kind: 'feedback',
    row: { id: 'x', kind: 'nps', score: 9, user_id: 'u', survey: 's1' },
    wrong: [{ kind: 'nps', score: 11 }, 'score is more than max'],
  },
  {
    kind: 'app_errors',
    row: { id: 'x', source: 'client', message: 'x is undefined', url: '/a', release: '1.2', stack: 'at a' },
    wrong: [{ message: '' }, 'message is required'],
  },
  {
    kind: 'webhook_deliveries',
    row: { id: 'x', target: 'https://a.example', event: 'e', status: 'pending', attempt: 1 },
    wrong: [{ id: 'w', status: 'pending', attempt: 0 }, 'attempt expected a whole number from 1'],
    late: [
      { status: 'succeeded', attempt: 2, updated_at: at(9) },
      { status: 'failed', attempt: 1, error: 'refused', updated_at: at(8) },
      { status: 'succeeded', attempt: 2, error: 'refused', ts: instant(8) },
    ],
  },
  {
    kind: 'web_vitals',
    row: { id: 'x', name: 'LCP', value: 1830.5, path: '/pricing', rating: 'good' },
    wrong: [{ id: 'w', name: 'LCP' }, 'value is required'],
    late: [
      { name: 'CLS', value: 0.2, updated_at: at(9), ts: at(9) },
      { name: 'CLS', value: 0.1, path: '/', updated_at: at(8), ts: at(8) },
      { value: 0.2, path: '/', ts: instant(8) },
    ],
  },
  {
    kind: 'invites',
    row: { id: 'x', user_id: 'u', invitee: 'b@c.example', sent_at: at(5) },
    wrong: [{ id: 'w', sent_at: 'yesterday' }, 'sent_at expected a date and time'],
    late: [
      { accepted_at: at(9), accepted_user_id: 'b' },
      { user_id: 'u', sent_at: at(8) },
      { user_id: 'u', sent_at: instant(8), accepted_at: instant(9), accepted_user_id: 'b' },
    ],
  },
  {
    kind: 'experiments',
    row: { id: 'x', name: 'Home', variants: ['a', 'b'], status: 'running', hypothesis: 'more' },
    wrong: [{ id: 'w', variants: { a: 1 } }, 'variants expected a list'],
    late: [
      { status: 'done', updated_at: at(9) },
      { status: 'running', variants: 'a,b', updated_at: at(8) },
      { status: 'done', variants: ['a', 'b'] },
    ],
  },
  {
    kind: 'exposures',
    row: { id: 'x', experiment_id: 'home', variant: 'b', anonymous_id: 'a1', where: 'top' },
    wrong: [{ experiment_id: 'home' }, 'variant is required'],
  },
]

/** The column of the id; what a campaign costs is known by campaign and day. */
const keyOf: Partial<Record<FactKind, string>> = {
  invoices: 'invoice_id',
  campaigns: 'campaign_id',
  campaign_spend: 'campaign_id',
  components: 'component_id',
  prompts: 'prompt_id',
  messages: 'message_id',
  tickets: 'ticket_id',
  webhook_deliveries: 'delivery_id',
  web_vitals: 'vital_id',
  invites: 'invite_id',
  experiments: 'experiment_id',
}
const idField = (kind: FactKind) => (kind === 'campaign_spend' ? 'campaign_id' : 'id')
const APPENDED = CASES.filter(({ kind }) => factKinds[kind].mode === 'append')
const CHANGING = CASES.filter(({ kind }) => factKinds[kind].mode === 'upsert')

describe('through its typed door', () => {
  test.each(CASES)('$kind is taken, and what is wrong told by field', async ({ kind, row, wrong: [bad, reason] }) => {
    const answer = await send(factKinds[kind].path, [row, bad])
    expect(answer).toMatchObject({ accepted: 1, rejected: 1, errors: [{ index: 1 }] })
    expect(answer.errors[0]!.reason).toContain(reason)
    const [stored] = await t.sql`select * from ${t.sql(kind)}`
    const known = Object.keys((factKinds[kind].schema as unknown as { shape: object }).shape)
    const unknown = Object.entries(row).filter(([name]) => !known.includes(name))
    if (stored && 'properties' in stored) {
      expect(unknown).toHaveLength(1)
      expect(stored.properties).toEqual(Object.fromEntries(unknown))
    } else expect(unknown).toHaveLength(0)
  })

  test.each(APPENDED)('$kind with an id seen before is a duplicate', async ({ kind, row }) => {
    const { path } = factKinds[kind]
    const twin = { ...row, id: `twin ${kind}` }
    expect(await send(path, [twin, twin])).toMatchObject({ accepted: 1, duplicate: 1 })
    expect(await send(path, twin)).toMatchObject({ accepted: 0, duplicate: 1 })
  })

  test.each(CHANGING)('$kind told again writes nothing', async ({ kind, row }) => {
    const again = { ...row, [idField(kind)]: 'again', updated_at: at(7) }
    await accept(factKinds[kind].path, again)
    const version = () => t.sql`select xmin, t.* from ${t.sql(kind)} t where ${t.sql(keyOf[kind]!)} = 'again'`
    const before = await version()
    await accept(factKinds[kind].path, again)
    expect(await version()).toEqual(before)
    expect(before).toHaveLength(1)
  })

  test.each(CHANGING)('$kind told in the wrong order come to the same', async ({ kind, late }) => {
    const [newer, older, end] = late!
    const { path } = factKinds[kind]
    const named = (state: object, id: string) => ({ ...state, [idField(kind)]: id })
    await accept(path, named(newer, 'late'))
    await accept(path, named(older, 'late'))
    await accept(path, named(older, 'batch'), named(newer, 'batch'))
    await accept(path, named(older, 'in order'))
    await accept(path, named(newer, 'in order'))
    const rows = await t.sql`
      select * from ${t.sql(kind)} where ${t.sql(keyOf[kind]!)} in ('late', 'batch', 'in order')`
    const states = rows.map((row) => ({ ...row, [keyOf[kind]!]: '' }))
    expect(states).toHaveLength(3)
    expect(states[0]).toMatchObject(end)
    expect(states[1]).toEqual(states[0])
    expect(states[2]).toEqual(states[0])
  })

  test('a card without data shows an example of each kind that its door takes', async () => {
    for (const { kind } of CASES) {
      const { path } = factKinds[kind]
      const state = emptyState(t.deps, path, 'Nothing') as { code: string }
      expect(state.code).toContain(`/ingest/${path} `)
      expect(await send(path, JSON.parse(/-d '(.*)'$/.exec(state.code)![1]!))).toMatchObject({
        accepted: 1,
        rejected: 0,
      })
    }
  })
})

describe('states in whatever order, in however many batches, and repeated,', () => {
  let ids = 0
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  // Few instants: several states are told of one second.
  const hour = fc.integer({ min: 6, max: 9 }).map(at)
  const plan = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 })

  /** Sends the states in the order given, as batches of the sizes given, some of them twice; answers the row. */
  const rowOf = async (kind: FactKind, states: object[], sizes: number[]) => {
    const id = `p${++ids}`
    const left = states.map((state) => ({ ...state, id }))
    while (left.length > 0) {
      const batch = left.splice(0, 1 + (sizes[left.length % sizes.length] ?? 0))
      await accept(factKinds[kind].path, ...batch, ...batch.slice(0, 1))
    }
    const [row] = await t.sql`select * from ${t.sql(kind)} where ${t.sql(keyOf[kind]!)} = ${id}`
    return { ...row, [keyOf[kind]!]: '' }
  }
  const sameInAnyOrder = (kind: FactKind, state: fc.Arbitrary<object>) =>
    fc.assert(
      fc.asyncProperty(
        fc
          .array(state, { minLength: 2, maxLength: 6 })
          .chain((states) =>
            fc.tuple(fc.constant(states), fc.shuffledSubarray(states, { minLength: states.length }), plan, plan),
          ),
        async ([states, shuffled, one, other]) => {
          expect(await rowOf(kind, shuffled, other)).toEqual(await rowOf(kind, states, one))
        },
      ),
      { numRuns: 60 },
    )

  test('an invoice comes to the same row', () =>
    sameInAnyOrder(
      'invoices',
      fc.record({
        status: fc.constantFrom('draft', 'open', 'pending_verification', 'paid', 'void', 'uncollectible'),
        amount: fc.integer({ min: 1, max: 3 }),
        amount_paid: optional(fc.integer({ min: 0, max: 2 })),
        currency: optional(fc.constantFrom('USD', 'EUR')),
        number: optional(fc.constantFrom('R-1', 'R-2')),
        user_id: optional(fc.constantFrom('u1', 'u2')),
        issued_at: optional(hour),
        due_at: optional(hour),
        paid_at: optional(hour),
        updated_at: hour,
        properties: optional(fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(1, 'x', { z: 1, y: [2] }))),
      }),
    ))

  test('a message comes to the same row', () =>
    sameInAnyOrder(
      'messages',
      fc.record({
        ts: optional(hour),
        channel: optional(fc.constantFrom('chat', 'email', 'sms')),
        direction: optional(fc.constantFrom('in', 'out')),
        status: optional(
          fc.constantFrom('sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'failed'),
        ),
        recipient: optional(fc.constantFrom('a@x.example', 'b@x.example')),
        tenant_id: optional(fc.constantFrom('t1', 't2')),
        updated_at: hour,
        opens: optional(fc.integer({ min: 1, max: 3 })),
      }),
    ))
})

describe('what people wrote', () => {
  const facts: [FactKind, Record<string, unknown>, string][] = [
    [
      'prompts',
      { id: 'c', text: 'secret words', prompt: 'secret words', properties: { output: 'secret words', n: 1 } },
      'text',
    ],
    [
      'messages',
      { id: 'c', text: 'secret words', body: 'secret words', properties: { html: 'secret words', n: 1 } },
      'text',
    ],
    ['components', { id: 'c', code: 'secret words', html: 'secret words', n: 1 }, 'code'],
    ['feedback', { kind: 'comment', comment: 'secret words', n: 1 }, 'comment'],
    ['tickets', { id: 'c', description: 'secret words', n: 1 }, ''],
  ]

  test.each(facts)('%s keep none of it unless STORE_CONTENT says so', async (kind, row, column) => {
    await t.deps.writer.write([{ kind, row, index: 0 }], { source: 'test', receivedAt: NOW })
    expect(await t.sql`select from ${t.sql(kind)} x where x::text like '%secret%'`).toHaveLength(0)
    const [left] = await t.sql`select properties from ${t.sql(kind)} where properties ? 'n'`
    expect(left?.properties).toEqual({ n: 1 })
    await keeping.deps.writer.write([{ kind, row, index: 0 }], { source: 'test', receivedAt: NOW })
    const [kept] = await keeping.sql`select * from ${keeping.sql(kind)}`
    expect(JSON.stringify(kept)).toContain('secret words')
    if (column) expect(kept?.[column]).toBe('secret words')
  })

  test('is not kept of a rejected fact either', async () => {
    await send('prompts', { id: 'bad', text: 'secret words', status: 'odd' })
    const [rejected] = await t.sql`
      select convert_from(raw, 'UTF8') as raw from rejected_facts where reason like 'status expected one of succeeded%' order by id desc`
    expect(JSON.parse(rejected?.raw)).toEqual({ id: 'bad', status: 'odd' })
  })
})

describe('an error of the product', () => {
  test('has the fingerprint of those that differ in numbers and ids only, unless it brings its own', async () => {
    await accept(
      'app-errors',
      { message: 'order 17 failed: 5f2b9c1e-77aa', kind: 'OrderError' },
      { message: 'order 4711 failed: 0a0b0c0d-1122', kind: 'OrderError' },
      { message: 'order 17 was refused', kind: 'OrderError' },
      { message: 'order 17 failed', fingerprint: 'own' },
    )
    const rows =
      await t.sql`select fingerprint, count(*)::int as n from app_errors where message like 'order%' group by 1`
    expect(rows.map(({ n }) => n).sort()).toEqual([1, 1, 2])
    expect(rows.map(({ fingerprint }) => fingerprint)).toContain('own')
  })

  test('that a browser tells has its device; a server that tells one does not give its own', async () => {
    const sentBy = { 'user-agent': PHONE }
    await send('app-errors', { id: 'browser', message: 'told by browser', source: 'client' }, key, sentBy)
    await send('app-errors', { id: 'server', message: 'told by server', source: 'server' }, key, sentBy)
    const rows = await t.sql`select message, device from app_errors where message like 'told by%' order by 1`
    expect([...rows]).toEqual([
      { message: 'told by browser', device: 'phone' },
      { message: 'told by server', device: null },
    ])
  })

  test('is cut, not refused, when it is very long', async () => {
    await accept('app-errors', { message: `long ${'x'.repeat(50_000)}` })
    const [row] = await t.sql`select length(message) as n from app_errors where message like 'long xxx%'`
    expect(row?.n).toBe(4000)
  })
})

describe('appended facts', () => {
  test('leave the list of pending batches with the fold, and a rebuild of their day changes nothing', async () => {
    await t.fold()
    expect(await t.sql`select from fact_batches`).toHaveLength(0)
    await rebuildDay(t.deps, '2026-11-20')
    expect(await t.sql`select from fact_batches`).toHaveLength(0)
  })

  test('lie in months, which the retention drops once they are folded', async () => {
    const ts = '2026-10-31T23:00:00Z'
    for (const { kind, row } of APPENDED) await accept(factKinds[kind].path, { ...row, id: `old ${kind}`, ts })
    await t.fold()
    const later = new Date('2027-12-06T12:00:00Z')
    await t.sql`update events set received_at = ts`
    for (const table of APPEND_TABLES) await t.sql`update ${t.sql(table)} set received_at = ts`
    const dropped = await dropOldPartitions(t.deps, later)
    expect(dropped.sort()).toEqual(APPENDED.map(({ kind }) => `${kind}_2026_10`).sort())
    for (const { kind, row } of APPENDED) await accept(factKinds[kind].path, { ...row, id: `new ${kind}`, ts })
  })
})

describe('a key that is bound to tenants', () => {
  let bound: string
  beforeAll(async () => {
    bound = await t.key(['ingest'], ['acme', 'globex'])
  })
  const OWNED = CASES.filter(
    ({ kind }) => !['campaign_spend', 'components', 'experiments'].includes(kind) && factKinds[kind].mode === 'upsert',
  )

  test.each(OWNED)('does not take over $kind of another tenant', async ({ kind, row }) => {
    const { path } = factKinds[kind]
    await accept(path, { ...row, id: 'theirs', tenant_id: 'other' }, { ...row, id: 'ours', tenant_id: 'globex' })
    const mine = ['theirs', 'ours', 'new'].map((id) => ({ ...row, id, tenant_id: 'acme' }))
    const answer = await send(path, mine, bound)
    expect(answer).toMatchObject({ accepted: 2, rejected: 1, errors: [{ index: 0 }] })
    expect(answer.errors[0]!.reason).toContain(`may not change ${kind} of another tenant`)
  })

  test.each(CASES.filter(({ kind }) => OWNED.every((owned) => owned.kind !== kind) && kind !== 'campaign_spend'))(
    'names its tenant in $kind, or may not send them',
    async ({ kind, row }) => {
      const [reason] = (await send(factKinds[kind].path, { ...row, id: 'nobodys' }, bound)).errors
      const ofAll = kind === 'components' || kind === 'experiments'
      expect(reason?.reason).toContain(ofAll ? `may not send ${kind}` : 'tenant_id is required')
    },
  )

  test('tells costs of its own campaigns only', async () => {
    await accept(
      'campaigns',
      { id: 'our ads', tenant_id: 'acme' },
      { id: 'their ads', tenant_id: 'other' },
      { id: 'ads of all' },
    )
    const spend = ['our ads', 'their ads', 'ads of all', 'unknown ads'].map((campaign_id) => ({
      campaign_id,
      day: '2026-11-20',
      amount: 5,
    }))
    const answer = await send('campaign-spend', spend, bound)
    expect(answer.errors.map(({ index }) => index)).toEqual([1, 2, 3])
    expect(await send('campaign-spend', spend)).toMatchObject({ accepted: 4 })
  })
})
