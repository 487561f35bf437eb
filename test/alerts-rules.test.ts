import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

const ORIGIN = 'http://localhost'
const PATH = '/dashboard/alerts/rules/import'
const MINUTE = 60_000
let clock = Date.parse('2026-11-20T12:00:00Z')
const now = () => new Date(clock)

let t: TestApp
let cookie: string
let act: Record<string, string>
let send: Awaited<ReturnType<typeof sender>>
beforeAll(async () => {
  t = await testApp({ now, config: { timeZone: 'UTC' } })
  cookie = await t.admin('operator')
  act = { authorization: `Bearer ${await t.key(['read', 'act'])}`, accept: 'application/json', origin: ORIGIN }
  send = await sender(t)
  await send('tenants', [{ id: 'acme', name: 'Acme' }])
  await evaluateAlerts(t.deps, now())
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`delete from alert_rules where preset is null`
  await t.sql`update alert_rules set enabled = false, state = 'ok'`
  await t.sql`delete from alerts`
  clock += 6 * 60 * MINUTE
})

const ERRORS = {
  name: 'Errors',
  metric: 'api.error_rate',
  when: { kind: 'threshold', op: 'above', limit: 15 },
  window: '10m',
  least: 4,
}
const api = (method: string, path: string, body?: object) =>
  t.request(path, {
    method,
    headers: { ...act, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
const post = async (path: string, fields: Record<string, string | string[]>) => {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
  return t.request(path, { method: 'POST', headers: { cookie, origin: ORIGIN }, body })
}
const calls = (n: number, status: string, more: object) =>
  send(
    'api-calls',
    Array.from({ length: n }, () => ({ ts: new Date(clock - 1_000).toISOString(), service: 'chat', status, ...more })),
  )
const check = async () => {
  await t.fold()
  clock += MINUTE
  return evaluateAlerts(t.deps, now())
}
const rules = () =>
  t.sql<{ slug: string; name: string; version: number }[]>`
    select slug, name, version from alert_rules where preset is null order by slug`

describe('a rule by a dimension', () => {
  it('is of each tenant by itself, one alert each', async () => {
    expect((await api('POST', '/api/alert-rules', { ...ERRORS, by: 'tenant' })).status).toBe(201)
    await calls(6, 'error', { tenant_id: 'acme' })
    await calls(6, 'ok', { tenant_id: 'zeta' })
    expect(await check()).toMatchObject({ fired: 1 })
    expect(await check()).toMatchObject({ fired: 0, open: 1 })
    const open = await t.sql`select subject, title from alerts where state = 'firing'`
    expect(open).toMatchObject([{ subject: 'acme', title: 'API error rate, acme, is 100%, limit 15% (last 10 min)' }])
    const { detail } = (await (
      await api('POST', '/api/alert-rules', { ...ERRORS, by: 'tenant', window: '1d', least: undefined })
    ).json()) as { detail: string }
    expect(detail).toContain('over days make a rule of one tenant')
  })

  it('watches the 50 largest values, and says that there are more', async () => {
    expect(
      (await api('POST', '/api/alert-rules', { ...ERRORS, window: '60m', by: 'service', least: undefined })).status,
    ).toBe(201)
    // Two services have a single call each, which failed; of the fifty with two calls one is bad.
    const ts = new Date(clock - 1_000).toISOString()
    const two = Array.from({ length: 50 }, (_, i) => `service-${i + 11}`)
    const services = ['service-9', 'service-10', ...two, ...two]
    const bad = ['service-9', 'service-10', 'service-11']
    await send(
      'api-calls',
      services.map((service) => ({ ts, service, status: bad.includes(service) ? 'error' : 'ok' })),
    )
    expect(await check()).toMatchObject({ fired: 1 })
    expect(await t.sql`select subject from alerts`).toMatchObject([{ subject: 'service-11' }])
    // The hour is over.
    clock += 60 * MINUTE
    const page = await t.request('/dashboard/alerts/rules/errors', { headers: { cookie, accept: 'text/html' } })
    // Its past has the service of the test before as well.
    const note = (await page.text()).match(/Of \d+ values the \d+ largest are watched\./)?.[0]
    expect(note).toBe('Of 53 values the 50 largest are watched.')
  })
})

describe('the channels of a rule', () => {
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
  beforeAll(async () => {
    await t.sql`
      insert into channels (id, kind, name, target, created_by)
      values ('mail', 'email', 'Mail', 'ops@x.example', 'system'), ('room', 'slack', 'Room', 'chat.example', 'system'),
        ('desk', 'slack', 'Desk', 'chat.example', 'system')`
  })

  it('are ticked in the builder', async () => {
    const saved = await post('/dashboard/alerts/rules', { ...FORM, tell: '+', channel: ['mail', 'desk'] })
    expect(saved.status).toBe(303)
    const [rule] = await t.sql<{ rule: { channels: string[] } }[]>`select rule from alert_rules where slug = 'errors'`
    expect(rule?.rule.channels).toEqual(['mail', 'desk'])
    const page = await t.request('/dashboard/alerts/rules/errors', { headers: { cookie, accept: 'text/html' } })
    const html = await page.text()
    for (const [id, checked] of Object.entries({ mail: true, room: false, desk: true }))
      expect(/ checked/.test(html.match(new RegExp(`<input[^>]*value="${id}"[^>]*>`))?.[0] ?? 'none'), id).toBe(checked)
  })

  it('are at least one where they are chosen at all; until then the rule can be tried', async () => {
    const tried = await post('/dashboard/alerts/rules/form', { ...FORM, tell: '+' })
    expect((await tried.text()).match(/Would have fired/)).not.toBeNull()
    const refused = await post('/dashboard/alerts/rules', { ...FORM, tell: '+' })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('Tick a channel, or tell nobody.')
    expect(html).toContain('These channels')
    expect(await rules()).toEqual([])
  })
})

describe('a channel that is not there', () => {
  const named = '“ops-slak”'
  it('is refused by name: by the API, in the builder and in a file', async () => {
    const answer = await api('POST', '/api/alert-rules', { ...ERRORS, channels: ['room', 'ops-slak', 'nobody'] })
    expect(answer.status).toBe(422)
    const { detail } = (await answer.json()) as { detail: string }
    expect(detail).toContain(`There is no channel ${named} and no channel “nobody”`)
    const saved = await post('/dashboard/alerts/rules', {
      ...{
        name: 'E',
        kind: 'threshold',
        metric: 'api.error_rate',
        op: 'above',
        limit: '15',
        window: '10m',
        scope: '*',
      },
      ...{ for: '0', recover: '0', quiet: '0', nodata: 'keep', severity: 'critical', tell: '+', channel: 'ops-slak' },
    })
    expect(saved.status).toBe(422)
    expect(await saved.text()).toContain('There is no channel “ops-slak”')
    const yaml =
      'name: Errors\nmetric: api.error_rate\nwhen: { kind: threshold, op: above, limit: 25 }\nwindow: 10m\nchannels: [ops-slak]\n'
    const preview = await (await post(PATH, { yaml, act: 'preview' })).text()
    expect(preview).toContain(named)
    expect(await rules()).toEqual([])
  })
})

describe('a channel', () => {
  it('is not deleted while rules tell only it: they are named', async () => {
    const owner = { cookie: await t.admin('owner'), origin: ORIGIN, accept: 'application/json' }
    const remove = (id: string) => t.request(`/api/channels/${id}`, { method: 'DELETE', headers: owner })
    await api('POST', '/api/alert-rules', { ...ERRORS, name: 'Only', channels: ['desk'] })
    await api('POST', '/api/alert-rules', { ...ERRORS, name: 'Two', channels: ['desk', 'mail'] })
    const refused = await remove('desk')
    expect(refused.status, await refused.clone().text()).toBe(409)
    const { detail } = (await refused.json()) as { detail: string }
    expect(detail).toContain('“Only”')
    expect(detail).not.toContain('“Two”')
    expect((await remove('mail')).status).toBe(200)
    expect(((await (await remove('desk')).json()) as { detail: string }).detail).toContain('“Only”, “Two”')
  })
})

describe('an import of rules', () => {
  const YAML = `rules:
  - rule: errors
    name: Errors
    metric: api.error_rate
    when: { kind: threshold, op: above, limit: 25 }
    window: 10m
    least: 4
  - name: Calls gone
    metric: api.calls
    when: { kind: nodata }
    window: 60m
`
  const seenOf = async (yaml: string) =>
    (await (await post(PATH, { yaml, act: 'preview' })).text()).match(/name="seen" value="([^"]*)"/)?.[1] ?? ''

  it('shows what it would do and stores nothing, then does it', async () => {
    await api('POST', '/api/alert-rules', ERRORS)
    const preview = await post(PATH, { yaml: YAML, act: 'preview' })
    expect(preview.status).toBe(200)
    const html = await preview.text()
    expect(html.match(/1 new, 1 changed/)).not.toBeNull()
    expect(html).toMatch(/<del>[^<]*:15[^<]*<\/del>.*<ins>[^<]*:25[^<]*<\/ins>/)
    expect(await rules()).toMatchObject([{ slug: 'errors', version: 1 }])
    const saved = await post(PATH, { yaml: YAML, act: 'save', seen: await seenOf(YAML) })
    expect(saved.headers.get('location')).toBe('/dashboard/alerts?done=imported')
    expect(await rules()).toMatchObject([
      { slug: 'calls-gone', version: 1 },
      { slug: 'errors', version: 2 },
    ])
  })

  it('takes what was exported, and finds it just like what is there', async () => {
    await api('POST', '/api/alert-rules', { ...ERRORS, by: 'service', channels: ['room'], for: 5 })
    const file = await (await api('GET', '/api/alert-rules.yaml')).text()
    const html = await (await post(PATH, { yaml: file, act: 'preview' })).text()
    expect(html).toContain('All rules of the file are just like that already.')
  })

  it('tells everything that is wrong at once, each with its line, and stores none', async () => {
    const wrong = `${YAML}  - rule: errors
    name: Again
    metric: api.error_rat
    when: { kind: threshold, op: above, limit: 1 }
    window: 10m
  - name: ''
    metric: api.calls
    colour: red
    when: { kind: threshold, op: above }
    window: 10m
`
    for (const form of ['preview', 'save']) {
      const answer = await post(PATH, { yaml: wrong, act: form, seen: '+ +' })
      expect(answer.status).toBe(422)
      const html = (await answer.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
      expect(html).toContain('5 things are wrong')
      expect(html).toContain('Line 14 rules.2.metric There is no metric “api.error_rat”. Did you mean api.error_rate?')
      expect(html).toContain('Line 12 rules.2.rule “errors” is there twice.')
      expect(html).toContain('Line 17 rules.3.name Give the rule a name.')
      expect(html).toContain('Line 19 rules.3 “colour” is not known here.')
      expect(html).toContain('Line 20 rules.3.when.limit The limit is a number.')
    }
    expect(await rules()).toEqual([])
  })

  it('is not done where a rule was changed since it was looked at', async () => {
    await api('POST', '/api/alert-rules', ERRORS)
    const seen = await seenOf(YAML)
    await api('PUT', '/api/alert-rules/errors', { ...ERRORS, for: 5 })
    const answer = await post(PATH, { yaml: YAML, act: 'save', seen })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('Somebody has changed a rule meanwhile')
    expect(await rules()).toMatchObject([{ slug: 'errors', version: 2 }])
  })

  it('is of all rules or of none, whatever happens in the middle', async () => {
    const seen = await seenOf(YAML)
    await t.sql`alter table alert_rules add constraint broken check (name <> 'Calls gone')`
    const answer = await post(PATH, { yaml: YAML, act: 'save', seen })
    await t.sql`alter table alert_rules drop constraint broken`
    expect(answer.status).toBe(500)
    expect(await rules()).toEqual([])
  })

  it('takes a file, too', async () => {
    const body = new FormData()
    body.append('file', new File([YAML], 'rules.yaml', { type: 'application/yaml' }))
    body.append('act', 'preview')
    const answer = await t.request(PATH, { method: 'POST', headers: { cookie, origin: ORIGIN }, body })
    expect(await answer.text()).toContain('2 new')
  })
})
