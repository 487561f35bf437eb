import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { syncAll } from '../src/connectors/sync.ts'
import { syncStatus } from '../src/connectors/sync-status.ts'
import { type Item, lists, NOW } from './fixtures/presets/devhq/data.ts'
import { type DevHq, devhq } from './fixtures/presets/devhq/server.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import {
  expectChecked,
  numbers,
  type SourceDb,
  sourceDb,
  stored,
  syncAndDie,
  syncAndFold,
  tile,
  totals,
} from './presets-kit.ts'

const SPAN: [string, string] = ['2026-09-01', '2026-11-19']
const TABLES = ['users', 'objects', 'subscriptions', 'payments', 'invoices', 'events', 'mrr_movements', 'user_plans']
const ROLLUPS = ['signup_days', 'object_days', 'payment_days', 'event_days', 'mrr_days', 'plan_days', 'user_days']

let server: DevHq
let t: TestApp
let key: string

const settings = (main: DevHq) => ({ presets: ['devhq'], mainAppUrl: main.url, mainAppKey: main.key })
const totalRows = Object.values(lists).reduce((sum, list: Item[]) => sum + list.length, 0)
const sum = (items: Item[], of: (item: Item) => number) => items.reduce((total, item) => total + of(item), 0)
const fees = (item: Item) => item.fees as { charged: number; waived: number }

beforeAll(async () => {
  server = await devhq()
  t = await testApp({ now: NOW, config: settings(server) })
  key = await t.key(['read'])
})
afterAll(async () => {
  await t?.close()
  await server?.close()
})

describe('the preset devhq', () => {
  it('finds every list as its README says it is', async () => {
    const rows = await expectChecked(t, 'devhq', Object.keys(lists).length)
    for (const [name, tried] of Object.entries(rows)) expect(tried, name).toBe(10)
  })

  it('brings all of it, through pages and a server that is now and then too busy', async () => {
    server.mishaps.push(
      { list: 'users', status: 500 },
      { list: 'projects', status: 429, headers: { 'retry-after': '0' } },
      { list: 'projects', status: 503, headers: { 'retry-after': '1' } },
      { list: 'commits', status: 502 },
    )
    const { rows, failed } = await syncAndFold(t)
    expect({ rows, failed }).toEqual({ rows: totalRows, failed: 0 })
    expect(server.asked.filter((path) => path.startsWith('commits'))).toHaveLength(13 + 1 + 2)
    expect((await syncStatus(t.deps)).map(({ state, rejected }) => ({ state, rejected }))).toEqual(
      Object.keys(lists).map(() => ({ state: 'ok', rejected: 0 })),
    )
  })

  it('shows the users and projects that the lists hold', async () => {
    const { users, projects } = lists
    const kept = users.filter(({ status }) => status !== 'deleted')
    expect(
      await totals(t, key, ['users.total', 'users.new', 'product.projects_total', 'product.projects_open'], SPAN),
    ).toEqual({
      'users.total': kept.length,
      'users.new': kept.length,
      'product.projects_total': projects.length,
      'product.projects_open': projects.filter(({ completed_at }) => completed_at === null).length,
    })
    const [byProvider] = await numbers(t, key, ['users.new'], SPAN, '&by=provider')
    expect(Object.fromEntries(byProvider!.groups!.map(({ key, total }) => [key, total]))).toEqual(
      countBy(kept, ({ auth_provider }) => String(auth_provider)),
    )
    const cookie = await t.admin('viewer')
    expect(await tile(t, cookie, 'users-total', 'range=90d')).toBe(String(kept.length))
    expect(await tile(t, cookie, 'product-projects_open', 'range=90d')).toBe('60')
  })

  it('shows what was made with it, with status and quantity', async () => {
    const [made] = await numbers(t, key, ['product.objects_new'], SPAN, '&by=kind')
    expect(Object.fromEntries(made!.groups!.map(({ key, total }) => [key, total]))).toEqual({
      project: 90,
      contract: 70,
      time_entry: 240,
      commit: 300,
      portal: 20,
      deliverable: 80,
      cli_install: 45,
    })
    const [hours] = await t.sql`
      select sum(quantity)::float8 as hours from object_days where kind = 'time_entry' and scope = '*'`
    expect(hours!.hours).toBe(sum(lists['time-entries'], ({ hours }) => hours as number))
    const signed = await t.sql`
      select count(*)::int as n from objects where kind = 'contract' and (properties ->> 'signed_at') is not null`
    expect(signed[0]!.n).toBe(lists.contracts.filter(({ signed_at }) => signed_at !== null).length)
    const contracts = await t.sql`select status, count(*)::int as n from objects where kind = 'contract' group by 1`
    expect(Object.fromEntries(contracts.map(({ status, n }) => [status, n]))).toEqual(
      countBy(lists.contracts, ({ status }) => String(status)),
    )
    const versions = await t.sql`
      select properties ->> 'version' as version, count(*)::int as n from objects
      where kind = 'cli_install' and closed_at is null group by 1`
    expect(Object.fromEntries(versions.map(({ version, n }) => [version, n]))).toEqual(
      countBy(
        lists['cli/installs'].filter(({ removed_at }) => removed_at === null),
        ({ version }) => String(version),
      ),
    )
    const [events] = await numbers(t, key, ['events.total'], SPAN, '&by=name')
    expect(events!.groups).toEqual([expect.objectContaining({ key: 'cli_download', total: 120 })])
  })

  it('shows the money, counted by hand', async () => {
    const { payments } = lists
    const succeeded = payments.filter(({ status }) => status === 'succeeded' || status === 'refunded')
    const usd = succeeded.filter(({ currency }) => currency === 'USD')
    const inUsd = payments.filter(({ currency }) => currency === 'USD')
    const failed = payments.filter(({ status }) => status === 'failed').length
    const found = await totals(
      t,
      key,
      [
        'revenue.transactions',
        'revenue.payments_succeeded',
        'revenue.payments_volume',
        'revenue.payment_success_rate',
        'revenue.fees',
        'revenue.fees_waived',
        'revenue.refunds',
      ],
      SPAN,
    )
    expect(found).toEqual({
      'revenue.transactions': payments.length,
      'revenue.payments_succeeded': succeeded.length,
      'revenue.payments_volume': expect.closeTo(sum(usd, ({ amount }) => amount as number) / 100, 6),
      'revenue.payment_success_rate': expect.closeTo((100 * succeeded.length) / (succeeded.length + failed), 6),
      'revenue.fees': expect.closeTo(sum(usd, (item) => fees(item).charged) / 100, 6),
      'revenue.fees_waived': expect.closeTo(sum(inUsd, (item) => fees(item).waived) / 100, 6),
      'revenue.refunds': expect.closeTo(sum(inUsd, ({ refunded }) => refunded as number) / 100, 6),
    })
    const paying = lists.subscriptions.filter(isPaid)
    const customers = new Set(paying.map(({ team_id, user_id }) => team_id ?? user_id))
    expect(await totals(t, key, ['revenue.mrr', 'revenue.paying_customers'], SPAN)).toEqual({
      'revenue.mrr': expect.closeTo(sum(paying, mrrCents) / 100, 6),
      'revenue.paying_customers': customers.size,
    })
    const invoices = await t.sql`
      select status, count(*)::int as n, sum(amount_minor)::float8 as amount, sum(amount_paid_minor)::float8 as paid
      from invoices group by 1`
    expect(Object.fromEntries(invoices.map(({ status, n }) => [status, n]))).toEqual(
      countBy(lists.invoices, ({ status }) => String(status)),
    )
    expect(sum([...invoices], ({ amount }) => amount as number)).toBe(
      sum(lists.invoices, (one) => one.amount as number),
    )
    expect(sum([...invoices], ({ paid }) => paid as number)).toBe(
      sum(lists.invoices, (one) => one.amount_paid as number),
    )
  })

  it('asks the next time for what is new, and takes nothing twice', async () => {
    server.asked.length = 0
    expect(await syncAndFold(t)).toMatchObject({ rows: 0, failed: 0 })
    expect(server.asked).toHaveLength(Object.keys(lists).length)
    expect(server.asked.every((path) => /\?updated_since=2026-/.test(path))).toBe(true)

    const project = server.data.projects.find(({ id }) => id === 1)!
    Object.assign(project, {
      status: 'completed',
      completed_at: '2026-11-19T11:00:00Z',
      updated_at: '2026-11-19T11:00:00Z',
    })
    server.data['cli/downloads'].push({ ...lists['cli/downloads'][0], id: 121, downloaded_at: '2026-11-19T11:30:00Z' })
    expect(await syncAndFold(t)).toMatchObject({ rows: 2, failed: 0 })
    expect(await totals(t, key, ['product.projects_open', 'events.total'], SPAN)).toEqual({
      'product.projects_open': 59,
      'events.total': 121,
    })
  })
})

describe('a pull from the main app that is cut short', () => {
  let other: DevHq
  let cut: TestApp
  let whole: TestApp

  beforeAll(async () => {
    other = await devhq()
    cut = await testApp({ now: NOW, config: settings(other) })
    whole = await testApp({ now: NOW, config: settings(other) })
  })
  afterAll(async () => {
    await cut?.close()
    await whole?.close()
    await other?.close()
  })

  it('comes to the same when it goes on in another process', async () => {
    for (const batch of [2, 5, 11]) await syncAndDie(cut, batch)
    expect((await syncStatus(cut.deps)).some(({ rows }) => rows > 0)).toBe(true)
    expect(await syncAndFold(cut)).toMatchObject({ failed: 0 })
    await syncAndFold(whole)
    expect(await stored(cut.sql, TABLES)).toEqual(await stored(whole.sql, TABLES))
    expect(await stored(cut.sql, ROLLUPS)).toEqual(await stored(whole.sql, ROLLUPS))
    expect((await stored(cut.sql, ['events'])).events).toHaveLength(lists['cli/downloads'].length)
  })
})

describe('a main app that fails', () => {
  let other: DevHq
  let source: SourceDb
  let app: TestApp
  let now = NOW

  const states = async (preset: string) =>
    new Set((await syncStatus(app.deps)).filter((one) => one.preset === preset).map(({ state }) => state))
  const degraded = () => app.deps.book.states().flatMap(({ source, state }) => (state === 'degraded' ? [source] : []))
  const reasons = async () =>
    new Set((await syncStatus(app.deps)).filter((one) => one.preset === 'devhq').map(({ reason }) => reason))

  beforeAll(async () => {
    other = await devhq()
    source = await sourceDb('marketing')
    const config = { ...settings(other), presets: ['devhq', 'marketing'], sourceDatabaseUrl: source.url }
    app = await testApp({ now: () => now, config })
  })
  afterAll(async () => {
    await app?.close()
    await source?.close()
    await other?.close()
  })

  it('degrades its own preset and no other, and recovers by itself', async () => {
    await other.close()
    await syncAll(app.deps, { force: true })
    expect(await states('devhq')).toEqual(new Set(['waiting']))
    expect([...(await reasons())].join()).toMatch(/^The main app does not answer: .*ECONNREFUSED/)
    expect(await states('marketing')).toEqual(new Set(['ok']))
    expect(degraded()).toEqual(['mainapp'])
    expect((await app.sql`select from api_calls`).count).toBeGreaterThan(900)

    await other.open()
    await syncAll(app.deps, { force: true })
    expect(await states('devhq')).toEqual(new Set(['ok']))
    expect(degraded()).toEqual([])
  })

  it('may fail in one list alone', async () => {
    other.mishaps.push(
      ...Array.from({ length: 4 }, () => ({ list: 'commits', status: 500, headers: { 'retry-after': '0' } }) as const),
    )
    await syncAll(app.deps, { force: true })
    const failing = (await syncStatus(app.deps)).filter(({ state }) => state !== 'ok')
    expect(failing).toEqual([
      expect.objectContaining({ file: 'commits.json', state: 'error', reason: '/api/admin/commits answers 500' }),
    ])
    expect(degraded()).toEqual(['preset:devhq'])
    await syncAll(app.deps, { force: true })
    expect(degraded()).toEqual([])
  })

  it('says of a bad key that it is bad, and not what it is', async () => {
    const deps = { ...app.deps, config: { ...app.deps.config, mainAppKey: 'not-the-right-key' } }
    await syncAll(deps, { force: true })
    expect(await reasons()).toEqual(new Set(['The main app does not accept MAIN_APP_KEY (401)']))
    expect(await states('marketing')).toEqual(new Set(['ok']))
    expect(JSON.stringify(await app.sql`select * from sync_state`)).not.toContain('not-the-right-key')
    await syncAll(app.deps, { force: true })
    expect(await states('devhq')).toEqual(new Set(['ok']))
  })

  it('is left alone for as long as it asks to be', async () => {
    other.mishaps.push({ status: 429, headers: { 'retry-after': '600' } })
    await syncAll(app.deps, { force: true })
    const asked = other.asked.length
    await syncAll(app.deps, { force: true })
    expect(other.asked).toHaveLength(asked)
    expect([...(await reasons())].join()).toContain('asks to be left alone for 600 s more')
    now = new Date(now.getTime() + 601_000)
    await syncAll(app.deps, { force: true })
    expect(await states('devhq')).toEqual(new Set(['ok']))
  })
})

function countBy(items: Item[], of: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[of(item)] = (counts[of(item)] ?? 0) + 1
  return counts
}

interface Price {
  amount: number
  currency: string
  interval: string
}

const priceOf = (item: Item) => item.price as Price

/** Active and past due, or cancelled and paid for longer than now. */
function isPaid(item: Item): boolean {
  const paid =
    item.status === 'active' ||
    item.status === 'past_due' ||
    (item.status === 'canceled' && Date.parse(String(item.ends_at)) > NOW.getTime())
  return paid && priceOf(item).currency === 'USD'
}

const mrrCents = (item: Item) =>
  Math.round((priceOf(item).amount * (item.seats as number)) / (priceOf(item).interval === 'year' ? 12 : 1))
