import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

const ORIGIN = 'http://localhost'
const MINUTE = 60_000
const HOURS = 6 * 60 * MINUTE
let clock = Date.parse('2026-11-20T12:00:00Z')
const now = () => new Date(clock)

let t: TestApp
let cookie: string
let send: Awaited<ReturnType<typeof sender>>
beforeAll(async () => {
  t = await testApp({ now, config: { timeZone: 'UTC' } })
  cookie = await t.admin('operator')
  send = await sender(t)
  await send('api-calls', [{ service: 'chat', ts: new Date(clock - 60 * MINUTE).toISOString(), status: 'ok' }])
  await t.fold()
  await t.sql`
    insert into channels (id, kind, name, target, created_by)
    values ('ops-mail', 'email', 'Ops mail', 'ops@x.example', 'system'), ('room', 'slack', 'Room', 'chat.example', 'system')`
})
afterAll(() => t.close())
beforeEach(async () => {
  await evaluateAlerts(t.deps, now())
  await t.sql`delete from alert_rules where preset is null`
  await t.sql`update alert_rules set enabled = false, state = 'ok'`
  await t.sql`delete from alerts`
  await t.sql`delete from notifications`
  clock = (Math.floor(clock / HOURS) + 1) * HOURS
})

const post = (path: string, fields: Record<string, string>) =>
  t.request(path, {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields),
  })
/** As the builder sends it. */
const FORM = {
  name: 'Errors',
  kind: 'threshold',
  metric: 'api.error_rate',
  op: 'above',
  limit: '15',
  window: '10m',
  least: '4',
  scope: '*',
  for: '0',
  recover: '0',
  quiet: '0',
  nodata: 'keep',
  severity: 'critical',
  enabled: 'on',
}
async function made(fields: object): Promise<void> {
  expect((await post('/dashboard/alerts/rules', { ...FORM, ...fields })).status).toBe(303)
}
/** Half of the calls of this minute fail. */
async function trouble(): Promise<void> {
  const one = (status: string) => ({ service: 'chat', ts: new Date(clock - 1_000).toISOString(), status })
  await send('api-calls', [...Array(4).fill(one('ok')), ...Array(4).fill(one('error'))])
  await t.fold()
}
/** It is well again, when the calls of then have left the window. */
async function calm() {
  clock += 12 * MINUTE
  await send('api-calls', Array(4).fill({ service: 'chat', ts: new Date(clock - 1_000).toISOString(), status: 'ok' }))
  await t.fold()
  return evaluateAlerts(t.deps, now())
}
const minute = (n = 1) => {
  clock += n * MINUTE
  return evaluateAlerts(t.deps, now())
}
const told = () =>
  t.sql`select channel_id as channel, kind, payload ->> 'severity' as severity from notifications order by id`

describe('an alert', () => {
  it('is told to all channels when it fires and when it ends, once each', async () => {
    await made({ tell: '' })
    await trouble()
    expect(await minute()).toMatchObject({ fired: 1 })
    const firing = ['ops-mail', 'room'].map((channel) => ({ channel, kind: 'firing', severity: 'critical' }))
    expect(await told()).toEqual(firing)
    await minute()
    expect(await told()).toEqual(firing)
    expect(await calm()).toMatchObject({ resolved: 1 })
    expect(await told()).toEqual([...firing, ...firing.map((one) => ({ ...one, kind: 'resolved' }))])
    const keys = await t.sql<{ dedupe_key: string }[]>`select distinct dedupe_key from notifications order by 1`
    const [alert] = await t.sql<{ id: string }[]>`select id from alerts`
    expect(keys.map((row) => row.dedupe_key)).toEqual([`alert-${alert!.id}-fired`, `alert-${alert!.id}-resolved`])
  })

  it('is told to the one channel of its rule, or to nobody', async () => {
    await made({ tell: 'room' })
    await made({ name: 'Quiet', tell: '-' })
    await trouble()
    expect(await minute()).toMatchObject({ fired: 2 })
    expect(await told()).toEqual([{ channel: 'room', kind: 'firing', severity: 'critical' }])
  })

  it('that was told to nobody when it fired is not said to be over', async () => {
    await made({ tell: '' })
    await t.sql`update channels set state = 'off'`
    await trouble()
    expect(await minute()).toMatchObject({ fired: 1 })
    await t.sql`update channels set state = 'on'`
    expect(await calm()).toMatchObject({ resolved: 1 })
    expect(await told()).toEqual([])
  })

  it('is not told where the check that fires it does not commit', async () => {
    await made({ tell: '' })
    await trouble()
    clock += MINUTE
    await t.sql`alter table alert_rules add constraint broken check (state <> 'firing')`
    await expect(evaluateAlerts(t.deps, now())).rejects.toThrow('broken')
    expect(await told()).toEqual([])
    await t.sql`alter table alert_rules drop constraint broken`
    expect(await minute()).toMatchObject({ fired: 1 })
    expect(await told()).toHaveLength(2)
  })
})

describe('the builder', () => {
  it('keeps several channels that were set by a program, and offers each', async () => {
    await made({ tell: 'ops-mail,room' })
    const [rule] = await t.sql<{ slug: string; rule: { channels: string[] } }[]>`
      select slug, rule from alert_rules where preset is null`
    expect(rule?.rule.channels).toEqual(['ops-mail', 'room'])
    const page = await t.request(`/dashboard/alerts/rules/${rule!.slug}`, { headers: { cookie, accept: 'text/html' } })
    const html = await page.text()
    for (const id of ['ops-mail', 'room'])
      expect(html).toMatch(new RegExp(`<input type="checkbox" name="channel" value="${id}" checked`))
  })
})
