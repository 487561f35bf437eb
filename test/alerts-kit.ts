import { expect } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import { testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

export const MINUTE = 60_000
const SIX_HOURS = 6 * 60 * MINUTE

export const ERRORS = {
  name: 'Errors',
  metric: 'api.error_rate',
  when: { kind: 'threshold', op: 'above', limit: 15 },
  window: '10m',
  least: 4,
  severity: 'critical',
}

interface Open {
  id: number
  state: string
  title: string
  drivers: string
  subject: string
  value: number | null
  ended_why: string | null
}

/** An app with a clock of its own, two channels, and no rules but those that a test makes. */
export async function alertsKit(config: object = {}) {
  let clock = Date.parse('2026-11-20T12:00:00Z')
  const now = () => new Date(clock)
  const t = await testApp({ now, config: { timeZone: 'UTC', ...config } })
  const send = await sender(t)
  const act = { authorization: `Bearer ${await t.key(['read', 'act'])}` }
  await t.sql`
    insert into channels (id, kind, name, target, created_by)
    values ('ops-mail', 'email', 'Ops mail', 'ops@x.example', 'system'), ('room', 'slack', 'Room', 'chat.example', 'system')`
  const call = (method: string, path: string, body?: unknown) =>
    t.request(path, {
      method,
      headers: { accept: 'application/json', origin: 'http://localhost', 'content-type': 'application/json', ...act },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const check = () => evaluateAlerts(t.deps, now())
  const kit = {
    t,
    send,
    call,
    now,
    check,
    set: (at: string) => {
      clock = Date.parse(at)
    },
    pass: (minutes: number) => {
      clock += minutes * MINUTE
    },
    /** So many minutes later, a check. */
    minute: (n = 1) => {
      clock += n * MINUTE
      return check()
    },
    /** Each test has its own rules alone, and its own hours. */
    begin: async () => {
      await t.request('/api/alert-rules', { headers: act })
      await t.sql`delete from alert_rules where preset is null`
      await t.sql`update alert_rules set enabled = false, state = 'ok'`
      for (const table of ['alerts', 'notifications', 'annotations', 'alert_checks'])
        await t.sql`delete from ${t.sql(table)}`
      clock = (Math.floor(clock / SIX_HOURS) + 1) * SIX_HOURS
    },
    make: async (rule: object) => {
      const made = await call('POST', '/api/alert-rules', rule)
      expect(made.status, await made.clone().text()).toBe(201)
      return (await made.json()) as { id: number; slug: string }
    },
    /** Calls of this minute: so many that went well, so many that failed. */
    calls: async (ok: number, failed: number, more: object = {}) => {
      const ts = new Date(clock - 1_000).toISOString()
      const one = (status: string) => ({ service: 'chat', ts, status, ...more })
      await send('api-calls', [...Array(ok).fill(one('ok')), ...Array(failed).fill(one('error'))])
      await t.fold()
    },
    alerts: async (state = 'open') =>
      ((await (await call('GET', `/api/alerts?state=${state}`)).json()) as { alerts: Open[] }).alerts,
    /** "room firing": what lies in the outbox, in its order. */
    told: async () =>
      (await t.sql`select channel_id || ' ' || kind as line from notifications order by id`).map(({ line }) => line),
  }
  // So that the hours before are known, and not before all data.
  await send('api-calls', [{ service: 'chat', ts: new Date(clock - 60 * MINUTE).toISOString(), status: 'ok' }])
  await t.fold()
  return kit
}
