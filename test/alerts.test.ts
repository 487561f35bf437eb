import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import type { Deps } from '../src/context.ts'
import { connect } from '../src/db/connect.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

const ORIGIN = 'http://localhost'
const START = Date.parse('2026-11-20T12:00:00Z')
const MINUTE = 60_000
const SIX_HOURS = 6 * 60 * MINUTE
let clock = START
const now = () => new Date(clock)

let t: TestApp
let act: Record<string, string>
let send: Awaited<ReturnType<typeof sender>>
beforeAll(async () => {
  t = await testApp({ now, config: { timeZone: 'UTC' } })
  act = { authorization: `Bearer ${await t.key(['read', 'act'])}` }
  send = await sender(t)
  // So that the hours before are known, and not before all data.
  await send('api-calls', [{ service: 'chat', ts: new Date(START - 3_600_000).toISOString(), status: 'ok' }])
  await t.fold()
})
afterAll(() => t.close())

/** Each test has its own rules alone, and its own hours. */
beforeEach(async () => {
  await t.request('/api/alert-rules', { headers: act })
  await t.sql`delete from alert_rules where preset is null`
  await t.sql`update alert_rules set enabled = false, state = 'ok'`
  await t.sql`delete from alerts`
  await t.sql`delete from annotations`
  clock = (Math.floor(clock / SIX_HOURS) + 1) * SIX_HOURS
})

const call = (method: string, path: string, body?: unknown, who = act) =>
  t.request(path, {
    method,
    headers: { accept: 'application/json', origin: ORIGIN, 'content-type': 'application/json', ...who },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const make = async (rule: object) => {
  const made = await call('POST', '/api/alert-rules', rule)
  expect(made.status, await made.clone().text()).toBe(201)
  return (await made.json()) as { id: number; slug: string }
}
const ERRORS = {
  name: 'Errors',
  metric: 'api.error_rate',
  when: { kind: 'threshold', op: 'above', limit: 15 },
  window: '10m',
  least: 4,
  severity: 'critical',
}
/** Calls of this minute: so many that went well, so many that failed. */
async function calls(ok: number, failed: number, more: object = {}): Promise<void> {
  const ts = new Date(clock - 1_000).toISOString()
  const one = (status: string) => ({ service: 'chat', provider: 'openai', ts, status, ...more })
  await send('api-calls', [...Array(ok).fill(one('ok')), ...Array(failed).fill(one('error'))])
  await t.fold()
}
const minute = async (n = 1) => {
  clock += n * MINUTE
  return evaluateAlerts(t.deps, now())
}
interface Told {
  id: number
  state: string
  title: string
  drivers: string
  subject: string
  severity: string
  value: number | null
}
const open = async (): Promise<Told[]> =>
  ((await (await call('GET', '/api/alerts')).json()) as { alerts: Told[] }).alerts
const all = async (): Promise<Told[]> =>
  ((await (await call('GET', '/api/alerts?state=all')).json()) as { alerts: Told[] }).alerts

describe('a rule', () => {
  it('fires when its metric is beyond its limit, tells what drove it, and ends when it is well', async () => {
    await make(ERRORS)
    await calls(4, 0)
    expect(await minute()).toMatchObject({ fired: 0, open: 0 })
    // 3 of 10 calls failed: 30%.
    await calls(3, 3)
    expect(await minute()).toMatchObject({ fired: 1, open: 1 })
    expect(await open()).toMatchObject([
      { state: 'firing', title: 'API error rate is 30%, limit 15% (last 10 min)', severity: 'critical', value: 30 },
    ])
    expect(await minute()).toMatchObject({ fired: 0, open: 1 })
    // The calls of then have left the window; of too few nothing is said, which is not that it is well.
    expect(await minute(12)).toMatchObject({ resolved: 0, open: 1 })
    await calls(4, 0)
    expect(await minute()).toMatchObject({ resolved: 1, open: 0 })
    expect(await open()).toEqual([])
    expect(await all()).toMatchObject([{ state: 'resolved' }])
  })

  it('says nothing of too few', async () => {
    await make(ERRORS)
    await calls(0, 3)
    expect(await minute()).toMatchObject({ fired: 0 })
  })

  it('is pending until it has lasted, and no alert where it does not', async () => {
    await make({ ...ERRORS, for: 5 })
    await calls(2, 6)
    await minute()
    expect(await open()).toMatchObject([{ state: 'pending' }])
    for (let i = 0; i < 4; i++) await minute()
    expect(await open()).toMatchObject([{ state: 'pending' }])
    await minute()
    expect(await open()).toMatchObject([{ state: 'firing' }])
  })

  it('has an alert for each value of its dimension', async () => {
    await make({ ...ERRORS, by: 'service' })
    await calls(5, 5, { service: 'chat' })
    await calls(6, 0, { service: 'search' })
    await calls(4, 6, { service: 'images' })
    expect(await minute()).toMatchObject({ fired: 2 })
    expect((await open()).map(({ subject, value }) => [subject, value]).sort()).toEqual([
      ['chat', 50],
      ['images', 60],
    ])
    // Nobody calls them any more: nothing is bad about what does not happen.
    clock += 12 * MINUTE
    await calls(6, 0, { service: 'search' })
    expect(await minute()).toMatchObject({ resolved: 2, open: 0 })
  })

  it('names who drove it: the value that is furthest from the whole', async () => {
    await make(ERRORS)
    await calls(9, 1, { service: 'chat' })
    await calls(2, 8, { service: 'images' })
    await minute()
    expect((await open())[0]?.drivers).toContain('images: 80% of 10')
  })

  it('of one tenant looks at its calls alone', async () => {
    await send('events', [{ name: 'seen', user_id: 'u1', tenant_id: 'acme', ts: now().toISOString() }])
    await send('tenants', [{ id: 'acme', name: 'Acme' }])
    await t.fold()
    await make({ ...ERRORS, scope: 'acme' })
    await calls(0, 8, { tenant_id: 'bolt' })
    await calls(8, 0, { tenant_id: 'acme' })
    expect(await minute()).toMatchObject({ fired: 0 })
    await calls(0, 8, { tenant_id: 'acme' })
    expect(await minute()).toMatchObject({ fired: 1 })
  })

  it('of a source says that it is away, and holds back the rules that need it', async () => {
    await make({ name: 'Away', when: { kind: 'source', source: '' }, for: 2, severity: 'critical' })
    await make({ ...ERRORS, needs: 'redis' })
    t.deps.book.degraded('redis', 'refused')
    await calls(0, 8)
    await minute()
    await minute(2)
    expect((await open()).map(({ title, state }) => [title, state])).toEqual([['Redis is away', 'firing']])
    const [held] = await t.sql`select state from alert_rules where slug = 'errors'`
    expect(held?.state).toBe('held')
    t.deps.book.recovered('redis')
    expect(await minute()).toMatchObject({ resolved: 1, fired: 1 })
    expect((await open()).map(({ title }) => title)).toEqual(['API error rate is 100%, limit 15% (last 10 min)'])
  })

  it('marks the charts where it fired, and stands in the activity feed', async () => {
    await make(ERRORS)
    await calls(0, 8)
    await minute()
    const marks = await t.sql`select kind, text from annotations`
    expect(marks).toEqual([{ kind: 'incident', text: 'API error rate is 100%, limit 15% (last 10 min)' }])
    const feed = (await (await call('GET', '/api/activity?kinds=alert')).json()) as { activity?: unknown[] }
    expect(JSON.stringify(feed)).toContain('API error rate is 100%')
  })
})

describe('checks of two processes', () => {
  it('open one alert, and tell of it once', async () => {
    await make(ERRORS)
    await calls(0, 8)
    const other: Deps = { ...t.deps, db: connect(t.db.url) }
    clock += MINUTE
    const results = await Promise.all([t.deps, other, t.deps, other].map((deps) => evaluateAlerts(deps, now())))
    await other.db.close()
    expect(results.reduce((n, { fired }) => n + fired, 0)).toBe(1)
    expect(await open()).toHaveLength(1)
    const events = await t.sql`select kind from alert_events order by id`
    expect(events.map(({ kind }) => kind)).toEqual(['fired'])
  })

  it('that die before the end have changed nothing: the next one does the same', async () => {
    await make(ERRORS)
    await calls(0, 8)
    clock += MINUTE
    await t.sql`alter table annotations rename to annotations_gone`
    await expect(evaluateAlerts(t.deps, now())).rejects.toThrow('annotations')
    await t.sql`alter table annotations_gone rename to annotations`
    expect(await open()).toEqual([])
    expect(await minute()).toMatchObject({ fired: 1 })
  })
})

describe('what people do with an alert', () => {
  const fire = async () => {
    await make(ERRORS)
    await calls(0, 8)
    await minute()
    const [alert] = await open()
    if (!alert) throw new Error('it fires')
    return alert.id
  }

  it('is acknowledged, silenced, made loud again and resolved, each with its line in the audit log', async () => {
    const id = await fire()
    await t.sql`delete from audit_log`
    expect(await (await call('POST', `/api/alerts/${id}/acknowledge`)).json()).toMatchObject({
      acknowledged_at: now().toISOString(),
    })
    expect((await call('POST', `/api/alerts/${id}/acknowledge`)).status).toBe(200)
    expect(await (await call('POST', `/api/alerts/${id}/silence`, { minutes: 60 })).json()).toMatchObject({
      silenced_until: new Date(clock + 60 * MINUTE).toISOString(),
    })
    expect(await (await call('DELETE', `/api/alerts/${id}/silence`)).json()).toMatchObject({ silenced_until: null })
    expect(await (await call('POST', `/api/alerts/${id}/resolve`)).json()).toMatchObject({
      state: 'resolved',
      ended_why: 'by hand',
    })
    expect((await call('POST', `/api/alerts/${id}/resolve`)).status).toBe(409)
    const lines = await t.sql`select action from audit_log order by id`
    expect(lines.map(({ action }) => action)).toEqual([
      'alert.acknowledge',
      'alert.silence',
      'alert.unsilence',
      'alert.resolve',
    ])
  })

  it('is refused to viewers and to keys that read, and where everything is read only', async () => {
    const id = await fire()
    const viewer = { cookie: await t.admin('viewer') }
    const reader = { authorization: `Bearer ${await t.key(['read'])}` }
    for (const who of [viewer, reader]) {
      expect((await call('POST', `/api/alerts/${id}/acknowledge`, undefined, who)).status).toBe(403)
      expect((await call('POST', '/api/alert-rules', ERRORS, who)).status).toBe(403)
      expect((await call('GET', '/api/alerts', undefined, who)).status).toBe(200)
    }
    const bound = { authorization: `Bearer ${await t.key(['read', 'act'], ['acme'])}` }
    expect((await call('POST', `/api/alerts/${id}/resolve`, undefined, bound)).status).toBe(404)
    expect(((await (await call('GET', '/api/alerts', undefined, bound)).json()) as { alerts: [] }).alerts).toEqual([])
    expect((await call('POST', '/api/alert-rules', ERRORS, bound)).status).toBe(403)
  })

  it('ends with its rule: switched off, or deleted, with a notice that it is over', async () => {
    const id = await fire()
    const off = await call('PUT', '/api/alert-rules/errors', { ...ERRORS, enabled: false })
    expect(off.status).toBe(200)
    expect(await await t.sql`select state, ended_why from alerts where id = ${id}`).toEqual([
      { state: 'resolved', ended_why: 'rule' },
    ])
    const events = await t.sql`select kind from alert_events where alert_id = ${id} order by id`
    expect(events.map(({ kind }) => kind)).toEqual(['fired', 'resolved'])
  })
})

describe('rules', () => {
  it('come with Quarterdeck, each once; one that was deleted stays deleted', async () => {
    const { rules } = (await (await call('GET', '/api/alert-rules')).json()) as { rules: { slug: string }[] }
    expect(rules.length).toBeGreaterThanOrEqual(18)
    expect((await call('DELETE', '/api/alert-rules/quota')).status).toBe(200)
    const fresh: Deps = { ...t.deps, db: connect(t.db.url) }
    await evaluateAlerts(fresh, now())
    await fresh.db.close()
    expect((await call('GET', '/api/alert-rules/quota')).status).toBe(404)
  })

  it('are refused with the field that is wrong', async () => {
    const detail = async (more: object) =>
      ((await (await call('POST', '/api/alert-rules', { ...ERRORS, ...more })).json()) as { detail: string }).detail
    expect(await detail({ metric: 'api.error_rat' })).toContain('Did you mean api.error_rate?')
    expect(await detail({ metric: 'users.dau', window: '5m', least: undefined })).toContain('It is kept')
    expect(await detail({ when: { kind: 'threshold', op: 'above' } })).toContain('when.limit')
    expect(await detail({ when: { kind: 'change', op: 'rises', by: 50, base: 'day' } })).toContain('an hour or more')
    expect(await detail({ by: 'planet' })).toContain('not kept by planet')
    expect(await detail({ scope: 'nobody' })).not.toBe('')
  })

  it('are the same again when they are read from their YAML', async () => {
    await t.sql`
      insert into channels (id, kind, name, target, created_by) values ('ops', 'slack', 'Ops', 'chat.example', 'system')`
    const { slug } = await make({ ...ERRORS, for: 5, by: 'service', channels: ['ops'] })
    const file = await (await call('GET', `/api/alert-rules/${slug}.yaml`)).text()
    expect(file).toContain('metric: api.error_rate')
    const put = await t.request(`/api/alert-rules/${slug}`, {
      method: 'PUT',
      headers: { ...act, 'content-type': 'application/yaml', accept: 'application/json' },
      body: file,
    })
    expect(put.status, await put.clone().text()).toBe(200)
    expect(await put.json()).toMatchObject({ ...ERRORS, for: 5, by: 'service', channels: ['ops'], version: 2 })
  })
})

describe('a back-test', () => {
  it('fires as the rule would have, hour by hour', async () => {
    // Ten calls an hour; in the third and fourth hour before, six of ten fail.
    const hour = (back: number, failed: number) =>
      Array.from({ length: 10 }, (_, i) => ({
        service: 'old',
        tenant_id: 'dora',
        ts: new Date(clock - back * 3_600_000 - (i + 1) * MINUTE).toISOString(),
        status: i < failed ? 'error' : 'ok',
      }))
    await send('api-calls', [...hour(1, 0), ...hour(2, 0), ...hour(3, 6), ...hour(4, 6), ...hour(5, 0)])
    await send('tenants', [{ id: 'dora', name: 'Dora' }])
    await t.fold()
    const rule = { ...ERRORS, scope: 'dora', window: '60m', when: { kind: 'threshold', op: 'above', limit: 50 } }
    const past = (await (await call('POST', '/api/alert-rules/backtest', rule)).json()) as {
      fired: number
      firings: { fired_at: string; ended_at: string; worst: number }[]
      others: { limit: number; fired: number }[]
    }
    expect(past.fired).toBe(1)
    // The hour that ended four hours ago is the first bad one, the one that ended two hours ago the first good one.
    expect(past.firings).toEqual([
      {
        subject: '',
        fired_at: new Date(clock - 4 * 3_600_000).toISOString(),
        ended_at: new Date(clock - 2 * 3_600_000).toISOString(),
        worst: 60,
      },
    ])
    expect(past.others.find(({ limit }) => limit === 75)).toEqual({ limit: 75, fired: 0 })
  })
})
