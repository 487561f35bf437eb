import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayFlags, FLAGS_SHOWN, hourFlags } from '../src/annotations/flags.ts'
import { ALL_ANNOTATION_KINDS, shownKinds } from '../src/annotations/kinds.ts'
import { type Annotation, annotationsFor } from '../src/annotations/read.ts'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { addDays, eachDay } from '../src/lib/time.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const RANGE = { from: '2026-10-22', to: '2026-11-20' }
const ORIGIN = 'http://localhost'

let t: TestApp
let operator: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  operator = await t.admin('operator')
  await t.deps.writer.write(
    [
      { kind: 'tenants', row: { id: 'acme', name: 'Acme Ltd' } },
      { kind: 'tenants', row: { id: 'mirai', name: 'Mirai' } },
    ].map((fact, index) => ({ ...fact, index }) as never),
    { source: 'typed', receivedAt: NOW },
  )
})
afterAll(() => t.close())

const call = async (path: string, who: Record<string, string>, init: RequestInit = {}) =>
  t.request(path, { ...init, headers: { accept: 'application/json', origin: ORIGIN, ...who } })
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const post = (who: Record<string, string>, body: unknown) =>
  call(
    '/api/annotations',
    { ...who, 'content-type': 'application/json' },
    { method: 'POST', body: JSON.stringify(body) },
  )
const form = (cookie: string, fields: Record<string, string>, path = '/dashboard/annotations') =>
  call(
    path,
    { cookie, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    { method: 'POST', body: new URLSearchParams(fields).toString() },
  )
const list = async (who: Record<string, string>, query = '') => {
  const response = await call(`/api/annotations?from=${RANGE.from}&to=${RANGE.to}${query}`, who)
  expect(response.status, await response.clone().text()).toBe(200)
  return ((await response.json()) as { annotations: { id: number; text: string; kind: string; tenant: string }[] })
    .annotations
}
const texts = async (...asked: Parameters<typeof list>) => (await list(...asked)).map(({ text }) => text)

describe('by API', () => {
  it('a pipeline marks a deploy once, however often it sends it, and takes it away again', async () => {
    const key = bearer(await t.key(['read', 'act']))
    const body = {
      kind: 'deploy',
      text: ' v4.18\n beta ',
      at: '2026-11-02T09:30:00Z',
      link: 'https://ci.example/1',
      id: 'ci-1',
    }
    const first = await post(key, body)
    expect(first.status).toBe(201)
    const { id } = (await first.json()) as { id: number }
    const again = await post(key, { ...body, text: 'another text' })
    expect([again.status, await again.json()]).toEqual([200, { id, created: false }])
    expect(await list(key, '&kinds=deploy')).toEqual([
      {
        id,
        kind: 'deploy',
        at: '2026-11-02T09:30:00.000Z',
        day: null,
        text: 'v4.18 beta',
        link: 'https://ci.example/1',
        tenant: null,
        source: 'written',
      },
    ])
    expect((await call(`/api/annotations/${id}`, key, { method: 'DELETE' })).status).toBe(200)
    expect((await call(`/api/annotations/${id}`, key, { method: 'DELETE' })).status).toBe(404)
    expect(await list(key, '&kinds=deploy')).toEqual([])
    const log =
      await t.sql`select actor, action, target, detail from audit_log where action like 'annotation.%' order by id`
    expect(log.map(({ action, target }) => [action, target])).toEqual([
      ['annotation.create', `annotation:${id}`],
      ['annotation.delete', `annotation:${id}`],
    ])
    expect(log[0]).toMatchObject({
      actor: expect.stringMatching(/^key:/),
      detail: { kind: 'deploy', text: 'v4.18 beta' },
    })
  })

  it.each([
    [{ text: '' }, 'text'],
    [{ text: 'x'.repeat(201) }, 'text'],
    [{ text: 'a\u0007b' }, 'text'],
    [{ text: 'x', kind: 'source' }, 'kind'],
    [{ text: 'x', day: '2026-02-30' }, 'day'],
    [{ text: 'x', day: '2026-11-01', at: '2026-11-01T00:00:00Z' }, 'day'],
    [{ text: 'x', at: 'yesterday' }, 'at'],
    [{ text: 'x', day: '2036-01-01' }, 'ahead'],
    [{ text: 'x', link: 'javascript:alert(1)' }, 'link'],
    [{ text: 'x', link: 'ftp://x.example' }, 'link'],
    [{ text: 'x', link: `https://x.example/${'y'.repeat(500)}` }, 'link'],
    [{ text: 'x', colour: 'red' }, 'colour'],
  ])('refuses %j and names what is wrong', async (body, word) => {
    const answer = await post(bearer(await t.key(['act'])), body)
    const { detail } = (await answer.json()) as { detail: string }
    expect([answer.status, detail]).toEqual([422, expect.stringContaining(word)])
  })

  it('answers 404 for a tenant that nobody knows', async () => {
    expect((await post(bearer(await t.key(['act'])), { text: 'x', tenant: 'nobody' })).status).toBe(404)
  })
})

it('the call of the README marks a release, and again is the same one', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const command = /```sh annotate\n([\s\S]*?)```/.exec(readme)![1]!
  const env = { PATH: process.env.PATH ?? '', URL: await t.listen(), KEY: await t.key(['act']) }
  const run = async () => JSON.parse((await promisify(execFile)('sh', ['-c', command], { env })).stdout) as object
  expect(await run()).toMatchObject({ created: true })
  expect(await run()).toMatchObject({ created: false })
  await t.sql`delete from annotations`
})

describe('who may', () => {
  it('write: operators and keys that act; read: all of them; and nobody with READ_ONLY', async () => {
    const readOnly = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const cast = {
      viewer: { cookie: await t.admin('viewer') },
      operator: { cookie: operator },
      owner: { cookie: await t.admin('owner') },
      'read key': bearer(await t.key(['read'])),
      'ingest key': bearer(await t.key(['ingest'])),
      'act key': bearer(await t.key(['act'])),
    }
    const writers = ['operator', 'owner', 'act key']
    for (const [name, who] of Object.entries(cast)) {
      const may = writers.includes(name)
      const made = await post(who, { text: `by ${name}`, day: '2026-10-22' })
      expect(made.status, name).toBe(may ? 201 : 403)
      const id = may ? ((await made.json()) as { id: number }).id : 1
      const locked = await readOnly.request('http://localhost/api/annotations', {
        method: 'POST',
        headers: { ...who, origin: ORIGIN, 'content-type': 'application/json' },
        body: '{"text":"x"}',
      })
      expect(locked.status, name).toBe(403)
      const lockedDelete = await readOnly.request(`http://localhost/api/annotations/${id}`, {
        method: 'DELETE',
        headers: { ...who, origin: ORIGIN },
      })
      expect(lockedDelete.status, name).toBe(403)
      expect((await call(`/api/annotations/${id}`, who, { method: 'DELETE' })).status, name).toBe(may ? 200 : 403)
      const cookie = (who as { cookie?: string }).cookie
      if (!cookie) continue
      const page = await form(cookie, { text: 'by form', kind: 'note', day: '2026-10-22', back: '/dashboard' })
      expect(page.status, name).toBe(may ? 303 : 403)
      const reads = await call('/dashboard/annotations', { cookie, accept: 'text/html' })
      expect(reads.status, name).toBe(200)
    }
    await t.sql`delete from annotations`
  })

  it('see and mark what: who is bound to a tenant has its own and those of all, and changes its own alone', async () => {
    const all = bearer(await t.key(['read', 'act']))
    const acme = bearer(await t.key(['read', 'act'], ['acme']))
    await post(all, { text: 'for all', day: '2026-11-01' })
    await post(all, { text: 'of mirai', day: '2026-11-02', tenant: 'mirai' })
    expect((await post(acme, { text: 'of acme', day: '2026-11-03' })).status).toBe(201)
    expect((await post(acme, { text: 'x', tenant: 'mirai' })).status).toBe(403)
    expect((await post(acme, { text: 'x', tenant: '*' })).status).toBe(403)
    expect(await texts(all)).toEqual(['for all', 'of mirai', 'of acme'])
    expect(await texts(all, '&tenant=mirai')).toEqual(['for all', 'of mirai'])
    expect(await list(acme)).toMatchObject([
      { text: 'for all', tenant: null },
      { text: 'of acme', tenant: 'acme' },
    ])
    for (const { id, text } of await list(all))
      expect((await call(`/api/annotations/${id}`, acme, { method: 'DELETE' })).status, text).toBe(
        text === 'of acme' ? 200 : 403,
      )
    expect(await texts(all)).toEqual(['for all', 'of mirai'])
    const several = bearer(await t.key(['act'], ['acme', 'mirai']))
    expect((await post(several, { text: 'x' })).status).toBe(400)
    await t.sql`delete from annotations`
  })

  it('a bound admin gets the form of their tenants, and no button for what is of all', async () => {
    await createAdmin(t.sql, { email: 'bound@x.example', role: 'operator', password: TEST_PASSWORD, tenants: ['acme'] })
    const login = await form('', { email: 'bound@x.example', password: TEST_PASSWORD }, '/login')
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!
    await post({ cookie: operator }, { text: 'for all', day: '2026-11-01' })
    const html = await (await call('/dashboard/annotations', { cookie, accept: 'text/html' })).text()
    expect(html).toContain('<option value="acme"')
    expect(html).not.toContain('All tenants</option>')
    expect(html).toContain('for all')
    expect(html).not.toContain('Delete “for all”')
    expect((await form(cookie, { text: 'x', kind: 'note', day: '2026-11-01', tenant: '' })).status).toBe(303)
    expect(await texts({ cookie })).toEqual(['for all', 'x'])
    await t.sql`delete from annotations`
  })
})

describe('by hand', () => {
  it('goes back to the chart it came from, where it stands as text and not as markup', async () => {
    const back = '/dashboard/metrics/users.dau?range=30d&compare=none'
    const fields = {
      text: '<b>v5</b> & "more"',
      kind: 'deploy',
      day: '2026-11-10',
      time: '',
      link: 'https://x.example/?a=1&b=2',
      back,
    }
    const answer = await form(operator, fields)
    expect(answer.status).toBe(303)
    const to = answer.headers.get('location')!
    expect(to).toMatch(/^\/dashboard\/metrics\/users\.dau\?range=30d&compare=none&annotated=\d+$/)
    await t.deps.writer.write(
      [{ kind: 'events', index: 0, row: { name: 'Saved', user_id: 'u1', tenant_id: 'acme', ts: NOW.toISOString() } }],
      { source: 'typed', receivedAt: NOW },
    )
    await t.fold()
    const html = await (await call(to, { cookie: operator, accept: 'text/html' })).text()
    expect(html).toContain(
      '"annotations":[{"index":19,"letter":"D","text":"10 Nov, \\u003cb>v5\\u003c/b> & \\"more\\""}]',
    )
    expect(html).toMatch(/<a href="https:\/\/x\.example\/\?a=1&amp;b=2" rel="noopener noreferrer"/)
    expect(html).toContain('10 Nov, &lt;b&gt;v5&lt;/b&gt; &amp; &quot;more&quot;')
    expect(html).not.toContain('<b>v5</b>')
    await t.sql`delete from annotations`
  })

  it('takes a clock time of the configured zone, and is shown again with the reason where it cannot be', async () => {
    const own = await testApp({ now: NOW, config: { timeZone: 'Asia/Kolkata' } })
    const cookie = await own.admin('operator')
    const send = (fields: Record<string, string>) =>
      own.request('/dashboard/annotations', {
        method: 'POST',
        headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      })
    try {
      await send({ text: 'Noon there', kind: 'note', day: '2026-11-10', time: '12:00' })
      const [row] = await own.sql`select at, day from annotations`
      expect(row).toEqual({ at: new Date('2026-11-10T06:30:00Z'), day: null })
      for (const [wrong, word, field] of [
        [{ day: '2026-11-31' }, 'day', 'day'],
        [{ time: '25:00' }, 'time', 'time'],
        [{ link: 'x.example' }, 'link', 'link'],
        [{ tenant: 'nobody' }, 'no tenant', 'tenant'],
        [{ day: '2099-01-01' }, 'ahead', 'day'],
      ] as const) {
        const answer = await send({ text: 'Kept <i>', kind: 'note', day: '2026-11-10', ...wrong })
        const html = await answer.text()
        expect([answer.status, html.includes('value="Kept &lt;i&gt;"')], word).toEqual([422, true])
        expect(/role="alert"[\s\S]*?<\/p>/.exec(html)?.[0]).toContain(word)
        // It stands at its field, which says so too.
        expect(html).toContain(`id="error-annotate-${field}" role="alert"`)
        expect(html).toMatch(new RegExp(`id="annotate-${field}"[^>]*aria-describedby="error-annotate-${field}"`))
      }
      expect(await own.sql`select from annotations`).toHaveLength(1)
    } finally {
      await own.close()
    }
  })

  it('never leads to another site', async () => {
    const answer = await form(operator, { text: 'x', kind: 'note', day: '2026-11-10', back: 'https://evil.example/' })
    expect(answer.headers.get('location')).toMatch(/^\/dashboard\?annotated=/)
    await t.sql`delete from annotations`
  })
})

describe('out of the tables', () => {
  let own: TestApp
  const told = async (scope = '*', more = {}) => {
    const found = await annotationsFor(own.deps, { ...RANGE, scope, ...more })
    return found.map(({ kind, at, text }) => `${kind} ${at.toISOString().slice(0, 13)} ${text}`)
  }
  beforeAll(async () => {
    own = await testApp({ now: NOW })
    const job = (id: string, at: string, kind: string, status: string, tenant_id: string) => ({
      kind: 'jobs',
      row: { id, kind, status, tenant_id, user_id: 'u1', enqueued_at: at, started_at: at, finished_at: at },
    })
    const facts = [
      {
        kind: 'api_calls',
        row: {
          ts: '2026-11-08T10:00:00Z',
          service: 'chat',
          provider: 'openai',
          model: 'gpt-5-2026-01-01',
          status: 'ok',
          ai: true,
          user_id: 'u1',
          tenant_id: 'acme',
          tokens_in: 1,
          tokens_out: 1,
        },
      },
      job('d1', '2026-11-03T08:10:00Z', 'deploy', 'succeeded', 'acme'),
      job('d2', '2026-11-03T09:10:00Z', 'deployment', 'succeeded', 'mirai'),
      job('d3', '2026-11-04T09:10:00Z', 'deploy', 'failed', 'acme'),
      job('d4', '2026-11-04T09:10:00Z', 'build', 'succeeded', 'acme'),
      {
        kind: 'campaigns',
        row: {
          id: 'week',
          name: 'Agency week',
          tenant_id: 'acme',
          kind: 'acquisition',
          started_at: '2026-11-15T00:00:00Z',
        },
      },
      {
        kind: 'campaigns',
        row: { id: 'old', name: 'Old', tenant_id: 'acme', kind: 'other', started_at: '2026-01-15T00:00:00Z' },
      },
    ]
    const outcome = await own.deps.writer.write(
      facts.map((fact, index) => ({ ...fact, index }) as never),
      { source: 'typed', receivedAt: NOW },
    )
    expect(outcome.rejected).toEqual([])
    await own.fold()
    const { sql } = own
    await sql`
      insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok, per_hour, currency) values
        ('openai', 'gpt-5', '2026-11-09', 3, 15, null, 'USD'),
        ('cohere', 'command-a', '2026-11-09', 1, 2, null, 'USD'),
        ('openai', 'gpt-new', '2026-11-09', 1, 2, null, 'USD')`
    await sql`
      insert into incidents (fingerprint, kind, provider, severity, message, first_at, last_at, n, source) values
        ('a', 'ai', 'openai', 'error', 'no answer', '2026-11-11T10:00Z', '2026-11-11T11:00Z', 12, 'logs:x'),
        ('b', 'ai', 'openai', 'warn', 'slow', '2026-11-11T10:00Z', '2026-11-11T11:00Z', 9, 'logs:x')`
    await sql`
      insert into source_events (at, source, state, reason, down_ms, noticed_by) values
        ('2026-11-12T10:00Z', 'redis', 'degraded', 'away', null, 'p'),
        ('2026-11-12T10:02Z', 'redis', 'recovered', 'away', 120000, 'p')`
    await sql`
      insert into audit_log (at, actor, action, target, detail) values
        ('2026-11-13T10:00Z', 'admin:a', 'key.create', 'key:k', '{"name":"grafana"}'),
        ('2026-11-13T11:00Z', 'admin:a', 'login.ok', null, null),
        ('2026-11-13T12:00Z', 'admin:a', 'job.run', 'daily', null),
        ('2026-11-13T13:00Z', 'admin:a', 'job.run', 'rebuild', null)`
  })
  afterAll(() => own.close())

  it('each source tells its own, of changes only, without a copy', async () => {
    expect(await told()).toEqual([
      'deploy 2026-11-03T00 2 deploys',
      'price 2026-11-09T00 gpt-5 now $3.00 / $15.00 per 1M',
      'incident 2026-11-11T10 openai: no answer, 12 times',
      'source 2026-11-12T10 Redis is away, for 2 m 0 s',
      'admin 2026-11-13T10 key “grafana” made',
      'admin 2026-11-13T13 rebuild run by hand',
      'campaign 2026-11-15T00 campaign “Agency week”',
    ])
    expect(await own.sql`select from annotations`).toHaveLength(0)
    expect(await told('*', { kinds: ['source', 'price'] })).toHaveLength(2)
    expect(await told('*', { by: 'hour', kinds: ['deploy'] })).toEqual([
      'deploy 2026-11-03T08 deploy',
      'deploy 2026-11-03T09 deploy',
    ])
  })

  it('a tenant sees its own deploys and campaigns and the prices it pays, not how the whole is doing', async () => {
    expect(await told('acme')).toEqual([
      'deploy 2026-11-03T00 deploy',
      'price 2026-11-09T00 gpt-5 now $3.00 / $15.00 per 1M',
      'campaign 2026-11-15T00 campaign “Agency week”',
    ])
    expect(await told('mirai')).toEqual(['deploy 2026-11-03T00 deploy'])
  })

  it('the page lists them without a way to delete them, and says where they come from', async () => {
    const html = await (
      await own.request('/dashboard/annotations', {
        headers: { cookie: await own.admin('owner'), accept: 'text/html' },
      })
    ).text()
    expect(html).toContain('rebuild run by hand')
    expect(html).toContain('from the audit log')
    expect(html).not.toContain('/delete"')
  })
})

describe('on a chart', () => {
  const days = eachDay(RANGE.from, RANGE.to)
  const options = { kinds: ALL_ANNOTATION_KINDS, scope: '*', today: '2026-11-20', timeZone: 'UTC' }
  const one = (more: Partial<Annotation>): Annotation => ({
    id: undefined,
    source: 'written',
    kind: 'note',
    at: new Date('2026-11-01T10:00:00Z'),
    day: undefined,
    tenantId: '',
    tenant: undefined,
    text: 'x',
    link: undefined,
    n: 1,
    weight: 0,
    ...more,
  })
  const deploysOn = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      one({
        kind: 'deploy',
        source: 'deploys',
        at: new Date(`${addDays(RANGE.from, i)}T00:00:00Z`),
        n: 4,
        text: '4 deploys',
      }),
    )

  it('alike things of a day are one flag, the weightiest in words', () => {
    const found = [
      one({ kind: 'incident', text: 'small', weight: 2 }),
      one({ kind: 'incident', text: 'large', weight: 30, tenant: 'Acme', tenantId: 'acme' }),
      one({ kind: 'price', day: '2026-11-09', at: new Date('2026-11-09T00:00:00Z'), text: 'cheaper' }),
      one({ day: '2026-12-09', at: new Date('2026-12-09T00:00:00Z') }),
    ]
    expect(dayFlags(found, days, options)).toEqual({
      annotations: [
        { index: 10, letter: 'I', kind: 'Incident', text: '1 Nov, large (Acme), and 1 more', href: undefined },
        { index: 18, letter: 'P', kind: 'Price change', text: '9 Nov, cheaper', href: undefined },
      ],
      more: 0,
    })
    expect(dayFlags(found, days, { ...options, scope: 'acme' }).annotations[0]?.text).toBe('1 Nov, large, and 1 more')
  })

  it('there are never more than a chart can hold, each kind has its share, and the rest is counted', () => {
    const noisy = days.map((day) =>
      one({ kind: 'incident', source: 'incidents', at: new Date(`${day}T05:00:00Z`), weight: 5 }),
    )
    const { annotations, more } = dayFlags([...noisy, one({ kind: 'note' }), one({ kind: 'campaign' })], days, options)
    expect(annotations).toHaveLength(FLAGS_SHOWN)
    expect(new Set(annotations.map(({ letter }) => letter))).toEqual(new Set(['N', 'C', 'I']))
    expect(more).toBe(days.length + 2 - FLAGS_SHOWN)
  })

  it('deploys by jobs are flags where they are rare, and on request', () => {
    expect(dayFlags(deploysOn(3), days, options).annotations).toHaveLength(3)
    expect(dayFlags(deploysOn(20), days, options).annotations).toHaveLength(0)
    expect(dayFlags(deploysOn(20), days, { ...options, kinds: ['deploy'] }).annotations).toHaveLength(FLAGS_SHOWN)
    expect(dayFlags([...deploysOn(20), one({ kind: 'deploy' })], days, options).annotations).toHaveLength(1)
  })

  it('hours have those of an hour, days of the zone those of a day', () => {
    const hours = Array.from({ length: 4 }, (_, i) => new Date(Date.UTC(2026, 10, 1, 8 + i)))
    const found = [
      one({ text: 'at ten' }),
      one({ day: '2026-11-01', text: 'all day' }),
      one({ at: new Date('2026-10-31T10:00:00Z') }),
      one({ at: new Date('2026-11-01T12:00:00Z'), text: 'after the last hour' }),
    ]
    expect(hourFlags(found, hours, options).annotations).toMatchObject([{ index: 2, text: '10:00, at ten' }])
    const late = one({ at: new Date('2026-11-01T20:00:00Z') })
    expect(dayFlags([late], days, { ...options, timeZone: 'Asia/Kolkata' }).annotations).toMatchObject([{ index: 11 }])
  })

  it('the address says which kinds: all, none, or some', () => {
    expect(shownKinds('')).toEqual(ALL_ANNOTATION_KINDS)
    expect(shownKinds('none')).toEqual([])
    expect(shownKinds('deploy,nonsense,note')).toEqual(['note', 'deploy'])
  })
})
