import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import { factKinds } from '../src/facts/index.ts'
import { FACT_KINDS, type FactIn, type FactKind } from '../src/facts/types.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let now = new Date('2026-11-20T12:00:00Z')
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: () => now })
})
afterAll(() => t.close())

const write = (facts: Omit<FactIn, 'index'>[], meta = {}) =>
  t.deps.writer.write(
    facts.map((fact, index) => ({ ...fact, index })),
    { source: 'test', receivedAt: now, ...meta },
  )
const one = (kind: FactKind, row: Record<string, unknown>, id?: string) =>
  write([id ? { kind, row, id } : { kind, row }])
const reasons = async (kind: FactKind, row: Record<string, unknown>) =>
  (await one(kind, row)).rejected.map((r) => r.reason)

/** The least that each kind takes. */
const LEAST: Record<FactKind, Record<string, unknown>> = {
  tenants: { id: 'least' },
  plans: { id: 'least' },
  users: { id: 'least' },
  identities: { anonymous_id: 'a-least', user_id: 'least' },
  objects: { kind: 'project', id: 'least' },
  subscriptions: { id: 'least', plan: 'pro', status: 'active', amount: 100, user_id: 'least' },
  mrr_movements: { id: 'least', customer_id: 'other', kind: 'new', amount: 5 },
  payments: { id: 'least', provider: 'stripe', status: 'succeeded', amount: 100 },
  jobs: { id: 'least', kind: 'build', status: 'queued' },
  events: { name: 'least' },
  api_calls: {},
  gauges: { name: 'least', value: 1 },
  probes: { target: 'least', ok: true },
  invoices: { id: 'least', status: 'open', amount: 100 },
  campaigns: { id: 'least' },
  campaign_spend: { campaign_id: 'least', day: '2026-11-20', amount: 100 },
  components: { id: 'least' },
  component_uses: { component_id: 'least' },
  prompts: { id: 'least' },
  messages: { id: 'least' },
  tickets: { id: 'least' },
  feedback: { kind: 'comment' },
  app_errors: { message: 'least' },
  webhook_deliveries: { id: 'least', status: 'pending' },
  web_vitals: { id: 'least', name: 'LCP', value: 1 },
  invites: { id: 'least' },
  experiments: { id: 'least' },
  exposures: { experiment_id: 'least', variant: 'a' },
}

describe('every kind of fact', () => {
  it.each(FACT_KINDS)('%s is stored from the least it takes, and named in the registry', async (kind) => {
    expect(factKinds[kind].kind).toBe(kind)
    expect(await one(kind, LEAST[kind])).toEqual({ accepted: 1, duplicate: 0, rejected: [] })
    const [row] = await t.sql`select count(*)::int as n from ${t.sql(kind)}`
    expect(row?.n).toBeGreaterThan(0)
  })

  it.each(FACT_KINDS)('%s does not crash on a row of nothing but nonsense', async (kind) => {
    const keys = Object.keys((factKinds[kind].schema as unknown as { shape: object }).shape)
    const row = Object.fromEntries(keys.map((key) => [key, { deep: [Number.NaN] }]))
    const { accepted, rejected } = await one(kind, row)
    expect([accepted, rejected.length]).toEqual([0, 1])
  })
})

describe('what is refused', () => {
  it('says which field and what was expected', async () => {
    expect(await reasons('events', {})).toEqual(['name is required'])
    expect(await reasons('api_calls', { tokens_in: 'many' })).toEqual([
      'tokens_in expected a whole number from 0 to 2000000000',
    ])
    expect(await reasons('jobs', { id: 'x', kind: 'build', status: 'done' })).toEqual([
      'status expected one of queued, running, succeeded, failed, cancelled',
    ])
  })

  it('is text that Postgres cannot hold, wherever it stands', async () => {
    expect(await reasons('events', { name: 'a\0b' })).toEqual(['text contains a NUL character'])
    expect(await reasons('events', { name: 'x', properties: { deep: [{ er: '\0' }] } })).toEqual([
      'text contains a NUL character',
    ])
    expect(await reasons('events', { name: 'half \ud83d' })).toEqual(['text is not valid Unicode'])
    expect(await reasons('events', { name: 'a literal \\u0000 and an emoji 😀' })).toEqual([])
  })

  it('is a clock far off, and the retention except for imports', async () => {
    expect(await reasons('events', { name: 'x', ts: '2026-11-22T00:00:00Z' })).toEqual([
      'timestamp is more than a day ahead',
    ])
    const old = { kind: 'events', row: { name: 'old', ts: '2023-11-16T18:17:03Z' } } as const
    expect((await write([old])).rejected[0]?.reason).toBe('timestamp is older than the retention of 400 days')
    expect((await write([old], { exemptRetention: true })).accepted).toBe(1)
  })

  it('is a date that does not exist, and a tenant by the name of all', async () => {
    expect(await reasons('events', { name: 'x', ts: '2026-02-30T00:00:00Z' })).toEqual([
      'ts expected a date and time from 1990 to 2199',
    ])
    expect(await reasons('events', { name: 'x', tenant_id: '*' })).toHaveLength(1)
  })

  it('is a fact nested too deeply, and none of its neighbours', async () => {
    const deep = JSON.parse(`${'['.repeat(5000)}1${']'.repeat(5000)}`)
    const outcome = await write([
      { kind: 'events', row: { name: 'before' } },
      { kind: 'events', row: { name: 'poisoned', properties: { deep } } },
      { kind: 'users', row: { id: 'poisoned', deep } },
      { kind: 'events', row: { name: 'after', properties: { nested: [[[{ a: [1] }]]] } } },
    ])
    const reason = 'nested more than 100 levels deep'
    expect(outcome).toEqual({
      accepted: 2,
      duplicate: 0,
      rejected: [
        { index: 1, reason },
        { index: 2, reason },
      ],
    })
    const kept =
      await t.sql`select convert_from(raw, 'UTF8') as raw from rejected_facts where reason = ${reason} order by id`
    expect(kept[1]?.raw).toBe('{"id":"poisoned","deep":"(nested too deeply to be kept)"}')
  })

  it('is kept with its reason, as it came', async () => {
    await one('events', { name: 'kept\0', user_id: 'u' })
    const [row] = await t.sql`
      select kind, source, reason, convert_from(raw, 'UTF8') as raw from rejected_facts order by id desc limit 1`
    expect(row).toEqual({
      kind: 'events',
      source: 'test',
      reason: 'text contains a NUL character',
      raw: '{"name":"kept\\u0000","user_id":"u"}',
    })
  })
})

describe('dedupe', () => {
  it('knows an id again, in the same batch and later, whatever its timestamp', async () => {
    const event = { kind: 'events', id: 'd1', row: { name: 'dedupe', ts: now } } as const
    expect(await write([event, event])).toMatchObject({ accepted: 1, duplicate: 1 })
    expect(await write([{ ...event, row: { name: 'dedupe', ts: new Date(now.getTime() - 1000) } }])).toMatchObject({
      duplicate: 1,
    })
    const [row] = await t.sql`select count(*)::int as n from events where name = 'dedupe'`
    expect(row?.n).toBe(1)
  })

  it('takes a UUID as it is, and keeps kinds apart', async () => {
    const id = '0191E3B0-0000-7000-8000-000000000001'
    await one('events', { name: 'uuid' }, id)
    const [row] = await t.sql`select message_id from events where name = 'uuid'`
    expect(row?.message_id).toBe(id.toLowerCase())
    expect(await one('api_calls', { model: 'm' }, id)).toMatchObject({ accepted: 1 })
  })

  it('does not look at facts without an id', async () => {
    expect(
      await write([1, 2].map(() => ({ kind: 'gauges' as const, row: { name: 'twice', value: 1 } }))),
    ).toMatchObject({ accepted: 2 })
  })

  it('counts a request to the product and the AI requests it makes apart', async () => {
    await one('api_calls', { request_id: 'shared', service: 'web' })
    await one('api_calls', { request_id: 'shared', model: 'm' })
    await one('api_calls', { request_id: 'shared', model: 'm', retry: true })
    const rows = await t.sql`select first_of_request from api_calls where request_id = 'shared' order by ai, retry`
    expect(rows.map((row) => row.first_of_request)).toEqual([true, true, false])
  })

  it('counts a request of several calls once', async () => {
    const call = (retry: boolean) => ({ kind: 'api_calls', row: { request_id: 'req-1', model: 'm', retry } }) as const
    await write([call(false), call(true)])
    await write([call(true)])
    const rows =
      await t.sql`select first_of_request from api_calls where request_id = 'req-1' order by received_at, retry`
    expect(rows.map((row) => row.first_of_request)).toEqual([true, false, false])
  })
})

describe('facts with a life', () => {
  it('let a later state override and an earlier one only fill gaps', async () => {
    await one('users', { id: 'life', email: 'new@x.example', updated_at: '2026-11-10T00:00:00Z', traits: { a: 1 } })
    await one('users', {
      id: 'life',
      email: 'old@x.example',
      username: 'lifey',
      updated_at: '2026-11-01T00:00:00Z',
      beta: true,
    })
    const [row] = await t.sql`select email, username, traits from users where user_id = 'life'`
    expect(row).toEqual({ email: 'new@x.example', username: 'lifey', traits: { a: 1, beta: true } })
  })

  it('merge states that come in one batch, in any order', async () => {
    const at = (minute: number) => new Date(now.getTime() - (60 - minute) * 60_000)
    const job = { id: 'merged', kind: 'build', user_id: 'u1' }
    await write([
      { kind: 'jobs', row: { ...job, status: 'succeeded', finished_at: at(30) } },
      { kind: 'jobs', row: { ...job, status: 'queued', enqueued_at: at(0) } },
      { kind: 'jobs', row: { ...job, status: 'running', started_at: at(10) } },
    ])
    const [row] = await t.sql`select status, enqueued_at, started_at, finished_at from jobs where job_id = 'merged'`
    expect(row).toEqual({ status: 'succeeded', enqueued_at: at(0), started_at: at(10), finished_at: at(30) })
  })

  it('never let a job go back within an attempt, but start again with the next', async () => {
    const job = { id: 'again', kind: 'build' }
    await one('jobs', { ...job, status: 'failed', finished_at: now })
    await one('jobs', { ...job, status: 'running', started_at: now })
    const status = async () => (await t.sql`select status from jobs where job_id = 'again'`)[0]?.status
    expect(await status()).toBe('failed')
    await one('jobs', { ...job, status: 'running', attempt: 2, started_at: now })
    expect(await status()).toBe('running')
  })
})

describe('jobs', () => {
  const at = (minute: number) => new Date(now.getTime() - (60 - minute) * 60_000)
  const send = (id: string, ...states: Record<string, unknown>[]) =>
    write(states.map((state) => ({ kind: 'jobs' as const, row: { id, kind: 'build', ...state } })))
  const job = async (id: string) =>
    (await t.sql`select status, attempt, started_at, finished_at, error from jobs where job_id = ${id}`)[0]
  /** The same states in one batch and one after the other must come to the same. */
  const both = async (id: string, ...states: Record<string, unknown>[]) => {
    await send(`${id}-batch`, ...states)
    for (const state of states) await send(`${id}-each`, state)
    const [together, each] = [await job(`${id}-batch`), await job(`${id}-each`)]
    expect(together).toEqual(each)
    return together
  }

  it('that succeeded stay so when told late that they run', async () => {
    const states = [
      { status: 'succeeded', finished_at: at(5), updated_at: at(5) },
      { status: 'running', started_at: at(1), updated_at: at(6) },
    ]
    expect(await both('late', ...states)).toMatchObject({
      status: 'succeeded',
      started_at: at(1),
      finished_at: at(5),
    })
  })

  it('begin afresh with the next attempt, and hear no more of the last', async () => {
    const failed = { status: 'failed', started_at: at(1), finished_at: at(2), error: 'no disk', updated_at: at(2) }
    const retried = { status: 'running', attempt: 2, started_at: at(3), updated_at: at(3) }
    const late = { status: 'failed', attempt: 1, error: 'late', finished_at: at(2), updated_at: at(4) }
    expect(await both('afresh', failed, retried, late)).toEqual({
      status: 'running',
      attempt: 2,
      started_at: at(3),
      finished_at: null,
      error: null,
    })
  })

  it('without an attempt are of the current one, and lose the error when they succeed', async () => {
    await send('current', { status: 'running', attempt: 3, started_at: at(1), updated_at: at(1) })
    await send('current', { status: 'failed', error: 'flaky', updated_at: at(2) })
    expect(await job('current')).toMatchObject({ status: 'failed', attempt: 3, error: 'flaky' })
    await send('current', { status: 'succeeded', updated_at: at(3) })
    expect(await job('current')).toMatchObject({ status: 'succeeded', attempt: 3, error: null, started_at: at(1) })
    const states = [
      { status: 'failed', error: 'flaky', updated_at: at(2) },
      { status: 'succeeded', updated_at: at(3) },
    ]
    expect(await both('flaky', ...states)).toMatchObject({ status: 'succeeded', error: null })
  })

  it('told whose they are later count for that user, once', async () => {
    await send('whose', { status: 'queued', enqueued_at: at(1) })
    await t.fold()
    await send('whose', { status: 'running', user_id: 'builder', tenant_id: 'acme' })
    await send('whose', { status: 'succeeded', user_id: 'somebody' })
    await t.fold()
    expect(await t.sql`select user_id, tenant_id from jobs where job_id = 'whose'`).toEqual([
      { user_id: 'builder', tenant_id: 'acme' },
    ])
    expect(await t.sql`select scope, jobs::int from user_days where user_id = 'builder' order by scope`).toEqual([
      { scope: '*', jobs: 1 },
      { scope: 'acme', jobs: 1 },
    ])
  })

  it('never ran or waited for less than no time', async () => {
    const row = { kind: 'skewed', status: 'succeeded', enqueued_at: at(3), started_at: at(2), finished_at: at(1) }
    await send('skewed', row)
    await send('unstarted', { ...row, started_at: undefined })
    await t.fold()
    const hours = await t.sql`
      select run_n::int, run_ms, wait_n::int, wait_ms from job_hours where scope = '*' and kind = 'skewed' and succeeded > 0`
    expect(hours).toEqual([{ run_n: 1, run_ms: 0, wait_n: 1, wait_ms: 0 }])
  })
})

describe('payments', () => {
  it('that are refunded without an amount are refunded whole', async () => {
    const payment = { provider: 'stripe', amount: 4900 }
    await one('payments', { ...payment, id: 'whole', status: 'refunded' })
    await write([
      { kind: 'payments', row: { ...payment, id: 'part', status: 'refunded', refunded: 900, fee: 30 } },
      { kind: 'payments', row: { ...payment, id: 'part', status: 'refunded', refunded: 400 } },
    ])
    const rows = await t.sql`
      select refunded_minor::int as refunded, fee_minor::int as fee from payments
      where payment_id in ('whole', 'part') order by payment_id desc`
    expect([...rows]).toEqual([
      { refunded: 4900, fee: 0 },
      { refunded: 900, fee: 30 },
    ])
  })
})

describe('subscriptions', () => {
  it('become a ledger that adds up to MRR, and churn when their paid period is over', async () => {
    const sub = { id: 'sub', user_id: 'payer', plan: 'pro', amount: 4900, started_at: '2026-09-01T00:00:00Z' }
    await one('subscriptions', { ...sub, status: 'active', updated_at: '2026-09-01T00:00:00Z' })
    await one('subscriptions', { ...sub, status: 'active', quantity: 2, updated_at: '2026-10-01T00:00:00Z' })
    await one('subscriptions', {
      ...sub,
      status: 'cancelled',
      quantity: 2,
      current_period_end: '2026-11-20T13:00:00Z',
      updated_at: '2026-11-01T00:00:00Z',
    })
    const movements = () => t.sql`select kind, amount_minor from mrr_movements where customer_id = 'payer' order by ts`
    expect([...(await movements())]).toEqual([
      { kind: 'new', amount_minor: 4900 },
      { kind: 'expansion', amount_minor: 4900 },
    ])
    expect(await expireSubscriptions(t.deps)).toBe(0)
    now = new Date('2026-11-20T14:00:00Z')
    expect(await expireSubscriptions(t.deps)).toBe(1)
    expect(await expireSubscriptions(t.deps)).toBe(0)
    expect([...(await movements())].at(-1)).toEqual({ kind: 'churn', amount_minor: -9800 })
    const [churn] = await t.sql`select ts from mrr_movements where customer_id = 'payer' and kind = 'churn'`
    expect(churn?.ts).toEqual(new Date('2026-11-20T13:00:00Z'))
  })

  const money = async (customer: string) => {
    const rows = await t.sql`
      select currency, sum(amount_minor)::int as mrr from mrr_movements where customer_id = ${customer} group by 1 order by 1`
    return Object.fromEntries(rows.map((row) => [row.currency, row.mrr]))
  }

  it('end even when that is told after later states', async () => {
    const sub = { id: 'late-end', user_id: 'late-payer', plan: 'pro', amount: 4900, started_at: '2026-09-01T00:00:00Z' }
    await one('subscriptions', { ...sub, status: 'active', updated_at: '2026-09-01T00:00:00Z' })
    await one('subscriptions', { ...sub, status: 'past_due', updated_at: '2026-10-03T00:00:00Z' })
    await one('subscriptions', {
      ...sub,
      status: 'cancelled',
      ends_at: '2026-10-01T00:00:00Z',
      updated_at: '2026-10-20T00:00:00Z',
    })
    expect(await money('late-payer')).toEqual({ USD: 0 })
  })

  it('carry their money over to another currency and another customer', async () => {
    const sub = { id: 'mover', user_id: 'mover', plan: 'pro', started_at: '2026-09-01T00:00:00Z', status: 'active' }
    await one('subscriptions', { ...sub, amount: 4900, currency: 'USD', updated_at: '2026-09-01T00:00:00Z' })
    await one('subscriptions', { ...sub, amount: 4500, currency: 'EUR', updated_at: '2026-10-01T00:00:00Z' })
    expect(await money('mover')).toEqual({ EUR: 4500, USD: 0 })
    await one('subscriptions', { ...sub, amount: 4500, tenant_id: 'mover-ltd', updated_at: '2026-11-01T00:00:00Z' })
    expect(await money('mover')).toEqual({ EUR: 0, USD: 0 })
    expect(await money('mover-ltd')).toEqual({ EUR: 4500 })
  })

  it('keep their owner when an update names none, and two changes within one second', async () => {
    const sub = { id: 'terse', plan: 'pro', amount: 1000, status: 'active', started_at: '2026-11-01T00:00:00Z' }
    await one('subscriptions', { ...sub, user_id: 'terse-payer', updated_at: '2026-11-01T00:00:00Z' })
    for (const quantity of [2, 1, 2])
      await one('subscriptions', { ...sub, quantity, updated_at: '2026-11-02T00:00:00Z' })
    expect(await money('terse-payer')).toEqual({ USD: 2000 })
    expect(await money('')).toEqual({})
  })

  it('sent again change nothing, and those who pay are known as paid from then on', async () => {
    const sub = {
      id: 'sub2',
      user_id: 'payer2',
      plan: 'pro',
      amount: 1000,
      status: 'active',
      updated_at: '2026-11-05T00:00:00Z',
    }
    await one('users', { id: 'payer2', created_at: '2026-11-01T00:00:00Z' })
    await one('subscriptions', sub)
    await one('subscriptions', sub)
    expect(await t.sql`select from mrr_movements where customer_id = 'payer2'`).toHaveLength(1)
    await t.fold()
    const classes = await t.sql`select class, since from user_plans where user_id = 'payer2' order by since`
    expect([...classes]).toEqual([
      { class: 'free', since: new Date('2026-11-01T00:00:00Z') },
      { class: 'paid', since: new Date('2026-11-05T00:00:00Z') },
    ])
  })
})

describe('the clock of a client', () => {
  it('is corrected by how far its sentAt was off', async () => {
    const sentAt = new Date(now.getTime() + 3_600_000)
    await write([{ kind: 'events', row: { name: 'ahead', ts: new Date(sentAt.getTime() - 5000) } }], { sentAt })
    const [row] = await t.sql`select ts from events where name = 'ahead'`
    expect(row?.ts).toEqual(new Date(now.getTime() - 5000))
  })
})
