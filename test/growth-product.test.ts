import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FactKind } from '../src/facts/types.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { live, series } from '../src/metrics/query.ts'
import { rowsOf } from '../src/metrics-rows/rows.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const now = new Date('2026-11-20T12:00:00Z')
const HOUR_MS = 3_600_000
const [FROM, TO] = ['2026-11-01', '2026-11-20']
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now, config: { timeZone: 'Asia/Kolkata', keyFeatures: ['save', 'build', 'report', 'unseen'] } })
})
afterAll(() => t.close())

async function send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void> {
  const facts = rows.map((row, index) => ({ kind, row, index }))
  const { rejected } = await t.deps.writer.write(facts, { source: 'test', receivedAt: now })
  expect(rejected).toEqual([])
  await t.fold()
}
const value = async (key: MetricKey, from = FROM, to = TO, scope = '*') =>
  (await series(t.deps, key, { scope, from, to })).total
const by = async (key: MetricKey, dim: string, from = FROM, to = TO) =>
  Object.fromEntries(
    (await series(t.deps, key, { scope: '*', from, to, by: dim })).groups?.map(({ key, total }) => [key, total]) ?? [],
  )

it('invitations count by the day of the zone, and for the cohort that sent them', async () => {
  await send(
    'users',
    { id: 'ann', tenant_id: 'acme', created_at: '2026-10-10T00:00:00Z', referrer: 'https://www.Example.com/a?b' },
    { id: 'bob', tenant_id: 'bolt', created_at: '2026-10-10T18:00:00Z', referrer: 'http://example.com' },
    { id: 'cat', created_at: '2026-10-11T20:00:00Z', referrer: 'newsletter' },
  )
  const invite = { user_id: 'ann', tenant_id: 'acme', channel: 'email' }
  await send(
    'invites',
    {
      ...invite,
      id: 'i1',
      sent_at: '2026-11-01T10:00:00Z',
      accepted_at: '2026-11-01T12:00:00Z',
      accepted_user_id: 'dan',
    },
    { ...invite, id: 'i2', sent_at: '2026-11-03T18:29:00Z' },
    { ...invite, id: 'i3', sent_at: '2026-11-03T18:30:00Z', accepted_at: '2026-11-08T22:30:00Z' },
    // Sent when the 30 days were over.
    { ...invite, id: 'i4', sent_at: '2026-11-09T00:01:00Z', accepted_at: '2026-11-09T00:31:00Z' },
    { id: 'i5', user_id: 'bob', tenant_id: 'bolt', sent_at: '2026-11-02T00:00:00Z' },
  )
  expect(await value('growth.invites_sent')).toBe(5)
  expect(await value('growth.invites_sent', '2026-11-03', '2026-11-03')).toBe(1)
  expect(await value('growth.invites_sent', '2026-11-04', '2026-11-04')).toBe(1)
  expect(await value('growth.invites_accepted')).toBe(3)
  expect(await value('growth.invite_acceptance')).toBe(60)
  expect(await by('growth.invite_acceptance', 'channel')).toEqual({ email: 75, '': 0 })
  // Half an hour, 2 hours, and 5 days and 4 hours.
  expect(await value('growth.invite_time')).toBe(2 * HOUR_MS)
  // ann and bob signed up on 10 October there, cat on the 12th: 3 of ann's invitations and 1 of bob's, 2 accepted.
  expect(await value('growth.viral_coefficient', '2026-11-09', '2026-11-09')).toBe(1)
  expect(await value('growth.invites_per_user', '2026-11-09', '2026-11-09')).toBe(2)
  expect(await value('growth.viral_coefficient', '2026-11-09', '2026-11-11')).toBeCloseTo(2 / 3)
  expect(await by('users.new', 'referrer', '2026-10-01')).toEqual({ 'example.com': 2, newsletter: 1 })
  await send('invites', { id: 'i2', accepted_at: '2026-11-19T00:00:00Z', updated_at: '2026-11-19T00:00:00Z' })
  expect(await value('growth.invite_acceptance')).toBe(80)
})

it('opinions count on whatever scale they are given', async () => {
  const on = { ts: '2026-11-10T12:00:00Z', user_id: 'ann', tenant_id: 'acme' }
  await send(
    'feedback',
    ...[10, 9, 8, 6].map((score) => ({ ...on, kind: 'nps', score })),
    { ...on, kind: 'nps', score: 5, max: 5 },
    { ...on, kind: 'csat', score: 4 },
    { ...on, kind: 'csat', score: 3 },
    { ...on, kind: 'csat', score: 80, max: 100 },
    { ...on, kind: 'rating', score: 5 },
    { ...on, kind: 'rating', score: 1, max: 2 },
    { kind: 'comment', comment: 'Nice', ts: '2026-11-10T12:00:00Z' },
  )
  // Promoters 10, 9 and 5 of 5; detractor 6.
  expect(await value('satisfaction.nps')).toBe(40)
  expect(await value('satisfaction.csat')).toBeCloseTo(200 / 3)
  expect(await value('satisfaction.rating')).toBe(3.75)
  expect(await value('satisfaction.responses')).toBe(11)
  expect(await value('satisfaction.responses', FROM, TO, 'acme')).toBe(10)
  expect(await value('satisfaction.nps', FROM, TO, 'bolt')).toBe(null)
  await rebuildDay(t.deps, '2026-11-10')
  expect(await value('satisfaction.responses')).toBe(11)
})

it('contracts are signed on their own day, and templates told apart', async () => {
  const contract = (id: string, template: string, more: object = {}) => ({
    kind: 'contract',
    id,
    user_id: 'ann',
    tenant_id: 'acme',
    created_at: '2026-11-05T12:00:00Z',
    updated_at: '2026-11-05T12:00:00Z',
    properties: { template, ...more },
  })
  await send('objects', contract('c1', 'NDA'), contract('c2', 'NDA'), contract('c3', 'Mine', { custom_template: true }))
  expect(await value('product.signature_rate')).toBe(0)
  const signed = { signed_at: '2026-11-07T19:00:00Z' }
  await send('objects', { ...contract('c1', 'NDA', signed), updated_at: '2026-11-08T00:00:00Z' })
  await send('objects', { ...contract('c2', 'NDA', { signed_at: 'soon' }), updated_at: '2026-11-08T00:00:00Z' })
  expect(await value('product.contracts')).toBe(3)
  expect(await value('product.contracts_signed', '2026-11-08', '2026-11-08')).toBe(1)
  expect(await value('product.contracts_signed', '2026-11-07', '2026-11-07')).toBe(0)
  expect(await value('product.signature_rate')).toBeCloseTo(100 / 3)
  expect(await by('product.signature_rate', 'contract_template')).toEqual({ NDA: 50, Mine: 0 })
  expect(await by('product.templates_used', 'origin')).toEqual({ system: 2, custom: 1 })
  expect(await value('product.custom_templates')).toBeCloseTo(100 / 3)
})

it('counters of portals and installations go on by what each state says more', async () => {
  const portal = (updated_at: string, views: number, sessions: number, session_seconds: number) => ({
    kind: 'portal',
    id: 'p1',
    tenant_id: 'acme',
    created_at: '2026-10-01T00:00:00Z',
    updated_at,
    properties: { views, sessions, session_seconds },
  })
  await send('objects', portal('2026-11-05T12:00:00Z', 10, 2, 60))
  await send('objects', portal('2026-11-06T12:00:00Z', 25, 4, 300))
  // Told twice, and too late.
  await send('objects', portal('2026-11-06T12:00:00Z', 25, 4, 300), portal('2026-11-05T13:00:00Z', 12, 2, 70))
  expect(await value('product.portal_views')).toBe(25)
  expect(await value('product.portal_views', '2026-11-06', '2026-11-06')).toBe(15)
  expect(await value('product.portal_session_time', '2026-11-06', '2026-11-06')).toBe(120_000)
  expect(await value('product.portals_active')).toBe(1)
  expect(await value('product.portals_open')).toBe(1)
  const cli = (id: string, version: string, seen: string, more: object = {}) => ({
    kind: 'cli_install',
    id,
    user_id: 'bob',
    created_at: '2026-10-20T00:00:00Z',
    updated_at: seen,
    ...more,
    properties: { version, last_seen_at: seen },
  })
  await send('objects', cli('a', '1.0', '2026-11-01T00:00:00Z'), cli('b', '1.0', '2026-11-02T00:00:00Z'))
  await send('objects', cli('a', '1.1', '2026-11-15T00:00:00Z'))
  expect(await by('product.cli_installs', 'version')).toEqual({ '1.0': 1, '1.1': 1 })
  expect(await value('product.cli_active')).toBe(2)
  expect(await value('product.cli_active', '2026-11-10', '2026-11-20')).toBe(1)
  await send('objects', cli('b', '1.0', '2026-11-16T00:00:00Z', { closed_at: '2026-11-16T00:00:00Z' }))
  expect(await value('product.cli_installs')).toBe(1)
})

it('commits, hours and integrations are told apart by where they come from', async () => {
  const made = (kind: string, id: string, user_id: string, properties: object, more: object = {}) => ({
    ...{ kind, id, user_id, created_at: '2026-11-12T12:00:00Z', properties },
    ...more,
  })
  const [github, gitlab] = [
    { git_provider: 'github', repository: 'a/x' },
    { git_provider: 'gitlab', repository: 'b/y' },
  ]
  await send(
    'objects',
    ...[made('commit', '1', 'ann', github), made('commit', '2', 'ann', gitlab), made('commit', '3', 'bob', github)],
    made('repository', 'r', 'cat', { git_provider: 'gitlab' }, { name: 'c/z' }),
    made('time_entry', '1', 'ann', { tracker: 'toggl' }, { quantity: 1.5 }),
    made('time_entry', '2', 'bob', { tracker: 'manual' }, { quantity: 2 }),
    made('integration', '1', 'ann', { provider: 'harvest' }),
    made('integration', '2', 'ann', {}, { name: 'toggl', closed_at: '2026-11-13T12:00:00Z' }),
    made('deliverable', '1', 'ann', { auto_verified: true }, { closed_at: '2026-11-13T12:00:00Z' }),
    made('deliverable', '2', 'ann', {}, { closed_at: '2026-11-13T12:00:00Z' }),
    made('upload', '1', 'ann', {}, { quantity: 2048 }),
    made('worklog', '1', 'ann', {}, { quantity: 7.5 }),
  )
  await send(
    'events',
    ...['cli_download', 'auto_pause', 'auto_replenished'].map((name) => ({ name, ts: '2026-11-12T12:00:00Z' })),
  )
  const all: Partial<Record<MetricKey, number>> = {
    'product.commits': 3,
    'product.repositories': 3,
    'product.git_users': 3,
    'product.time_entries': 2,
    'product.hours_logged': 3.5,
    'product.tracker_users': 1,
    'product.integrations': 1,
    'product.deliverables': 2,
    'product.deliverables_done': 2,
    'product.deliverables_auto': 1,
    'product.uploads': 1,
    'product.upload_bytes': 2048,
    'product.worklogs': 1,
    'product.worklog_hours': 7.5,
    'product.cli_downloads': 1,
    'automation.auto_pauses': 1,
    'automation.auto_replenishes': 1,
  }
  for (const [key, wanted] of Object.entries(all)) expect(await value(key as MetricKey), key).toBe(wanted)
  expect(await by('product.git_users', 'git_provider')).toEqual({ github: 2, gitlab: 2 })
  expect(await by('product.hours_logged', 'tracker')).toEqual({ toggl: 1.5, manual: 2 })
  expect(await value('product.repositories', FROM, TO, 'acme')).toBe(0)
})

it('adoption is of those active in 30 days, and visitors count for whom they turn out to be', async () => {
  const event = (name: string, user_id: string, ts: string) => ({ name, user_id, ts, tenant_id: 'zoo' })
  await send(
    'events',
    event('open', 'eve', '2026-11-18T12:00:00Z'),
    event('save', 'eve', '2026-11-18T13:00:00Z'),
    event('open', 'fay', '2026-11-19T13:00:00Z'),
    { name: 'save', anonymous_id: 'v1', tenant_id: 'zoo', ts: '2026-11-17T12:00:00Z' },
  )
  await send('objects', {
    kind: 'report',
    id: 'z1',
    user_id: 'alias',
    tenant_id: 'zoo',
    created_at: '2026-11-18T12:00:00Z',
  })
  await send('jobs', {
    id: 'zj',
    kind: 'build',
    status: 'queued',
    user_id: 'eve',
    tenant_id: 'zoo',
    enqueued_at: '2026-11-20T10:00:00Z',
  })
  // Used: build and save by eve. Nobody of the tenant is known by the alias, and of “unseen” nobody ever heard.
  expect(await value('adoption.rate', TO, TO, 'zoo')).toBeCloseTo(200 / 6)
  await send('identities', { anonymous_id: 'v1', user_id: 'fay' }, { anonymous_id: 'alias', user_id: 'fay' })
  expect(await value('adoption.rate', TO, TO, 'zoo')).toBeCloseTo(400 / 6)
  expect(await value('adoption.features_per_user', TO, TO, 'zoo')).toBe(2)
  // eve: 2 days, 2 events, 2 of 3 features; fay: 2 days, 2 events, 2 of 3.
  const score = 50 * (2 / 20) + 25 * (1 / 20) + 25 * (2 / 3)
  expect(await value('adoption.engagement', TO, TO, 'zoo')).toBeCloseTo(score)
  expect(await value('adoption.users', TO, TO, 'zoo')).toBe(4)
  expect(await value('adoption.new', '2026-11-17', TO, 'zoo')).toBe(4)
  expect(
    await t.sql`select name, ts from user_firsts where user_id = 'fay' and name in ('save', 'report') order by 1`,
  ).toEqual([
    { name: 'report', ts: new Date('2026-11-18T12:00:00Z') },
    { name: 'save', ts: new Date('2026-11-17T12:00:00Z') },
  ])
  const named = (await series(t.deps, 'events.users', { scope: 'zoo', from: FROM, to: TO, by: 'event' })).groups
  expect(named?.map(({ key, total }) => [key, total])).toEqual([
    ['open', 2],
    ['save', 2],
  ])
  const group = { by: 'event', value: 'save' }
  const beneath = await rowsOf(t.deps, 'events.users', { scope: 'zoo', from: FROM, to: TO, group }, { limit: 10 })
  expect(beneath.rows.map(({ cells, weight }) => [cells.user_id, weight])).toEqual([
    ['eve', 1],
    ['fay', 1],
  ])
  // Within 24 hours: fay at 13:00 the day before, eve with a job.
  expect(await live(t.deps, 'users.active_24h', 'zoo')).toBe(2)
  for (const day of ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']) await rebuildDay(t.deps, day)
  expect(await value('adoption.rate', TO, TO, 'zoo')).toBeCloseTo(400 / 6)
  expect(await live(t.deps, 'users.active_24h', 'zoo')).toBe(2)
})
