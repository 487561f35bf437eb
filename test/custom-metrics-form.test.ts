import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

const ORIGIN = 'http://localhost'
const FIELDS = {
  formula: 'ai.cost / jobs.succeeded',
  label: 'Cost per job',
  name: '',
  unit: '',
  good: 'down',
  definition: 'What AI costs for each job that succeeds.',
  action: '',
  warn: '$0.20',
  crit: '0.5',
}

let t: TestApp
let operator: string
let bound: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  operator = await t.admin('operator')
  await createAdmin(t.sql, { email: 'bound@x.example', role: 'operator', password: TEST_PASSWORD, tenants: ['t2'] })
  const login = await post('/login', { email: 'bound@x.example', password: TEST_PASSWORD }, '')
  bound = login.headers.get('set-cookie')!.split(';')[0]!
})
afterAll(() => t.close())

const post = (path: string, fields: Record<string, string>, cookie = operator) =>
  t.request(path, {
    method: 'POST',
    headers: { cookie, accept: 'text/html', origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const get = async (path: string, cookie = operator) => {
  const response = await t.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: response.status, html: await response.text() }
}
const check = async (fields: Partial<typeof FIELDS>, cookie = operator) =>
  (await get(`/dashboard/metrics/check?${new URLSearchParams(fields)}`, cookie)).html
const plain = (html: string) => html.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ')

describe('while one types', () => {
  it('a mistake is said in words, with a mark on its place', async () => {
    const html = await check({ formula: 'ai.cost / jobs.suceeded' })
    expect(plain(html)).toContain('There is no metric “jobs.suceeded”. Did you mean jobs.succeeded')
    expect(plain(html)).toContain('(characters 11 to 23)')
    expect(html).toContain('<mark>jobs.suceeded</mark>')
    expect(html).not.toContain('canvas')
    expect(await check({ formula: '<script>alert(1)</script>' })).not.toContain('<script>alert')
  })

  it('a formula is said in words, with its unit, its value of 30 days and that of each part', async () => {
    const text = plain(await check({ formula: FIELDS.formula }))
    expect(text).toContain('“AI cost” ÷ “Jobs succeeded”')
    expect(text).toContain('It gives money per jobs; it is shown as money.')
    // 2.00 of cost, 6 jobs.
    expect(text).toContain('$0.3333')
    expect(text).toMatch(/AI cost ?\$2\.00 ?Jobs succeeded ?6/)
    expect(plain(await check({ formula: FIELDS.formula, unit: 'percent' }))).toContain('choose money')
    expect(plain(await check({ formula: 'ai.cost / ai.errors_timeout' }))).toContain('it is divided by zero')
  })

  it('who is bound to a tenant sees the numbers of theirs', async () => {
    const text = plain(await check({ formula: 'events.total' }, bound))
    expect(text).toContain('t2')
    expect(plain(await check({ formula: 'ai.cost' }, bound))).not.toContain('$2.00')
  })

  it('without script the address holds the draft, and the page checks it', async () => {
    const { html } = await get(`/dashboard/metrics/new?${new URLSearchParams({ ...FIELDS, formula: 'ai.cost +' })}`)
    expect(plain(html)).toContain('A metric or a number has to follow. (character 9)')
    expect(html).toContain('value="Cost per job"')
  })
})

describe('the form', () => {
  it('keeps what was typed where it is refused, then saves, and names its key by the label', async () => {
    const wrong = await post('/dashboard/metrics/new', { ...FIELDS, formula: 'ai.cost / jobs.succeded', warn: 'much' })
    const html = await wrong.text()
    expect(wrong.status).toBe(422)
    expect(html).toContain('value="ai.cost / jobs.succeded"')
    expect(html).toContain('value="much"')
    expect(plain(html)).toContain('Did you mean jobs.succeeded')
    expect(plain(html)).toContain('This is not a value such as 1.5 or 3×.')
    const saved = await post('/dashboard/metrics/new', FIELDS)
    expect([saved.status, saved.headers.get('location')]).toEqual([
      303,
      '/dashboard/metrics/custom.cost_per_job?done=created',
    ])
    const [row] = await t.sql`select unit, warn, crit, good from custom_metrics`
    expect(row).toEqual({ unit: 'money', warn: 0.2, crit: 0.5, good: 'down' })
    const page = await get(saved.headers.get('location')!)
    expect(page.html).toContain('The metric is saved')
    expect(page.html).toContain('/dashboard/metrics/custom.cost_per_job/edit')
    const again = await post('/dashboard/metrics/new', FIELDS)
    expect([again.status, plain(await again.text())]).toEqual([422, expect.stringContaining('already')])
  })

  it('changes a metric, shows its history, and refuses what would break another', async () => {
    const edit = '/dashboard/metrics/custom.cost_per_job/edit'
    const changed = await post(edit, { ...FIELDS, label: 'Cost of a job', name: 'ignored' })
    expect([changed.status, changed.headers.get('location')]).toEqual([
      303,
      '/dashboard/metrics/custom.cost_per_job?done=changed',
    ])
    const { html } = await get(edit)
    expect(plain(html)).toContain('label: Cost per job → Cost of a job')
    expect(plain(html)).toMatch(/operator\d+@admin\.example/)
    await post('/dashboard/metrics/new', {
      ...FIELDS,
      label: 'Twice',
      formula: 'custom.cost_per_job * 2',
      warn: '',
      crit: '',
    })
    expect(plain((await get(edit)).html)).toContain('custom.twice is made of it.')
    expect((await post('/dashboard/metrics/custom.cost_per_job/archive', {})).status).toBe(409)
    const circle = await post(edit, { ...FIELDS, formula: 'custom.twice / 2' })
    expect([circle.status, plain(await circle.text())]).toEqual([
      422,
      expect.stringContaining('goes round in a circle'),
    ])
  })

  it('archives and restores', async () => {
    expect((await post('/dashboard/metrics/custom.twice/archive', {})).headers.get('location')).toContain(
      'done=archived',
    )
    expect(plain((await get('/dashboard/metrics?q=custom.')).html)).not.toContain('Twice')
    expect(plain((await get('/dashboard/metrics/custom.twice/edit')).html)).toContain(
      'It is archived; restore it first.',
    )
    expect((await post('/dashboard/metrics/custom.twice/restore', {})).status).toBe(303)
    expect(plain((await get('/dashboard/metrics?q=custom.&range=7d')).html)).toContain('Twice')
  })

  it('of a built-in metric says that it cannot be changed, of an unknown one that there is none', async () => {
    expect(plain((await get('/dashboard/metrics/ai.cost/edit')).html)).toContain('its definition cannot be changed')
    expect((await get('/dashboard/metrics/custom.nothing/edit')).status).toBe(404)
    expect((await post('/dashboard/metrics/ai.cost/edit', FIELDS)).status).toBe(404)
    expect((await post('/dashboard/metrics/ai.cost/archive', FIELDS)).status).toBe(404)
  })
})

describe('who may', () => {
  it('change: operators and keys that act, of all tenants, and nobody with READ_ONLY', async () => {
    const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
    const readOnly = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const cast: [string, Record<string, string>, number][] = [
      ['nobody', {}, 401],
      ['viewer', { cookie: await t.admin('viewer') }, 403],
      ['bound operator', { cookie: bound }, 403],
      ['operator', { cookie: operator }, 201],
      ['owner', { cookie: await t.admin('owner') }, 201],
      ['read key', bearer(await t.key(['read'])), 403],
      ['act key', bearer(await t.key(['act'])), 201],
      ['bound key', bearer(await t.key(['act'], ['t1'])), 403],
    ]
    for (const [i, [name, who, status]] of cast.entries()) {
      const headers = { ...who, origin: ORIGIN, 'content-type': 'application/json', accept: 'application/json' }
      const metric = { key: `custom.by_${i}`, label: `By ${name}`, formula: 'ai.cost', unit: 'money', definition: 'x' }
      const path = '/api/custom-metrics'
      const init = { method: 'POST', headers, body: JSON.stringify(metric) }
      expect((await t.request(path, init)).status, name).toBe(status)
      const calls: [string, string][] = [
        ['PUT', `${path}/custom.cost_per_job`],
        ['DELETE', `${path}/custom.by_${i}`],
        ['POST', `${path}/custom.by_${i}/restore`],
        ['POST', `${path}/import`],
      ]
      for (const [method, address] of calls) {
        const body = method === 'PUT' ? '{}' : 'custom_metrics: []'
        const answer = await t.request(address, { method, headers, body: method === 'DELETE' ? undefined : body })
        if (status === 201) expect(answer.status, `${name} ${method} ${address}`).not.toBe(403)
        // What the body lacks is only told to those who may write it.
        else if (name !== 'bound operator' && name !== 'bound key') expect(answer.status, name).toBe(status)
        else expect([403, 422], name).toContain(answer.status)
        expect((await readOnly.request(ORIGIN + address, { method, headers })).status, name).toBe(
          status === 401 ? 403 : 403,
        )
      }
    }
  })

  it('the forms are for operators, and a bound one is told why there is no button', async () => {
    const viewer = await t.admin('viewer')
    for (const path of ['/dashboard/metrics/new', '/dashboard/metrics/custom.twice/edit']) {
      expect((await get(path, viewer)).status).toBe(403)
      expect((await post(path, FIELDS, viewer)).status).toBe(403)
      expect(plain((await get(path, bound)).html)).toContain('your access is bound to some')
      expect((await post(path, { ...FIELDS, label: 'Bound' }, bound)).status).toBe(403)
    }
    for (const act of ['archive', 'restore']) {
      expect((await post(`/dashboard/metrics/custom.twice/${act}`, {}, viewer)).status).toBe(403)
      expect((await post(`/dashboard/metrics/custom.twice/${act}`, {}, bound)).status).toBe(403)
    }
    expect((await get('/dashboard/metrics/check?formula=ai.cost', viewer)).status).toBe(403)
    expect((await get('/dashboard/metrics', viewer)).html).not.toContain('New metric')
    expect((await get('/dashboard/metrics', operator)).html).toContain('New metric')
  })
})
