import { afterAll, beforeAll, expect, it } from 'vitest'
import { annotationsFor } from '../src/annotations/read.ts'
import { changeSettings } from '../src/settings/change.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const SPAN = { from: '2026-11-01', to: '2026-11-20' }
const BY = { kind: 'key', id: 'k', name: 'test', scopes: ['act'], tenants: null } satisfies Parameters<
  typeof changeSettings
>[1]

let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: NOW })
})
afterAll(() => t?.close())

async function told(scope = '*', by: 'day' | 'hour' = 'day'): Promise<string[]> {
  const found = await annotationsFor(t.deps, { ...SPAN, scope, by })
  return found.map(({ kind, at, text }) => `${kind} ${at.toISOString().slice(5, 10)} ${text}`)
}
async function send(...rows: { kind: string; row: object }[]): Promise<void> {
  const outcome = await t.deps.writer.write(
    rows.map((fact, index) => ({ ...fact, index }) as never),
    { source: 'typed', receivedAt: NOW },
  )
  expect(outcome.rejected).toEqual([])
  await t.fold()
}

it('events of a deployment and of a flag mark their day, counted, for the tenants they are of', async () => {
  const event = (name: string, day: string, tenant_id?: string) => ({
    kind: 'events',
    row: { name, user_id: 'u1', ts: `2026-11-${day}T09:00:00Z`, ...(tenant_id && { tenant_id }) },
  })
  await send(
    event('Deployed', '03'),
    event('feature_flag_changed', '05', 'acme'),
    event('Feature Flag Changed', '05', 'acme'),
    event('flag_waved', '06'),
    event('deploy_failed', '06'),
  )
  expect(await told()).toEqual(['deploy 11-03 Deployed', 'flag 11-05 feature flag changed, 2 times'])
  expect(await told('acme')).toEqual(['flag 11-05 feature flag changed, 2 times'])
  expect(await told('mirai')).toEqual([])
})

it('experiments mark their beginning and their end', async () => {
  await t.sql`delete from event_days`
  await send({
    kind: 'experiments',
    row: {
      id: 'home',
      name: 'New home',
      variants: ['a', 'b'],
      status: 'ended',
      started_at: '2026-11-07T00:00:00Z',
      ended_at: '2026-11-14T00:00:00Z',
    },
  })
  expect(await told()).toEqual(['flag 11-07 experiment “New home” started', 'flag 11-14 experiment “New home” ended'])
  expect(await told('acme')).toEqual([])
})

it('what admins change of settings, thresholds, rates and entered costs is marked', async () => {
  await t.sql`delete from experiments`
  await changeSettings(t.deps, BY, { settings: { product_name: 'Acme' }, thresholds: { 'ai.cost': { warn: 40 } } })
  await t.sql`update audit_log set at = '2026-11-18T10:00:00Z'`
  await t.sql`
    insert into audit_log (at, actor, action, target) values
      ('2026-11-18T11:00:00Z', 'admin:a', 'rates.change', null),
      ('2026-11-18T12:00:00Z', 'admin:a', 'finance.enter', null),
      ('2026-11-18T13:00:00Z', 'admin:a', 'custom_metric.update', 'metric:custom.cost_per_job'),
      ('2026-11-18T14:00:00Z', 'admin:a', 'login.ok', null)`
  const found = await told()
  expect(found.slice(0, 2).sort()).toEqual([
    'admin 11-18 product name changed',
    'admin 11-18 thresholds of ai.cost changed',
  ])
  expect(found.slice(2)).toEqual([
    'admin 11-18 exchange rates changed',
    'admin 11-18 costs and balances entered',
    'admin 11-18 the definition of custom.cost_per_job changed',
  ])
})
