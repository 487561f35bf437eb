import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { connect } from '../src/db/connect.ts'
import { COST } from './custom-metrics-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

/** Cost 2.00 in these days, and 6 jobs succeeded. */
const DAYS = 'from=2026-11-18&to=2026-11-20'

let t: TestApp
let key: string
let viewer: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  key = await t.key(['read', 'act'])
  viewer = await t.admin('viewer')
  await made(COST)
  await made({
    ...COST,
    key: 'custom.doubled',
    label: 'Doubled',
    formula: '2 * custom.cost_per_job',
    warn: null,
    crit: null,
  })
})
afterAll(() => t.close())

const call = (
  path: string,
  method = 'GET',
  body?: unknown,
  who: Record<string, string> = { authorization: `Bearer ${key}` },
) =>
  t.request(path, {
    method,
    headers: { origin: 'http://localhost', 'content-type': 'application/json', ...who },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
const json = async (path: string) => (await call(path)).json()
const made = async (body: object) => {
  const response = await call('/api/custom-metrics', 'POST', body)
  expect(response.status, await response.clone().text()).toBe(201)
}
const problem = async (response: Response) => [response.status, ((await response.json()) as { detail: string }).detail]
const totals = async (metrics: string, more = '') => {
  const found = await json(`/api/metrics/summary?metrics=${metrics}&${DAYS}&compare=none${more}`)
  return (found.metrics as { value: number | null; state: string }[]).map(({ value, state }) => [value, state])
}

describe('changes', () => {
  it('are seen by another process within seconds', async () => {
    const db = connect(t.db.url)
    const other = createApp({ ...t.deps, db })
    const listed = async () => {
      const answer = await other.request('http://localhost/api/metrics', {
        headers: { authorization: `Bearer ${key}` },
      })
      return ((await answer.json()) as { metrics: { metric: string }[] }).metrics.map(({ metric }) => metric)
    }
    expect(await listed()).not.toContain('custom.elsewhere')
    await made({ ...COST, key: 'custom.elsewhere', label: 'Elsewhere' })
    await expect.poll(listed, { timeout: 10_000, interval: 200 }).toContain('custom.elsewhere')
    await db.close()
  })

  it('put says what was there, is idempotent, and is written into the audit log once', async () => {
    const { key: name, ...fields } = { ...COST, key: 'custom.put', label: 'Put' }
    const put = async (more: object = {}) =>
      (await call(`/api/custom-metrics/${name}`, 'PUT', { ...fields, ...more })).status
    expect([await put(), await put(), await put({ warn: 0.3 })]).toEqual([201, 200, 200])
    const log = await t.sql<{ action: string; detail: unknown }[]>`
      select action, detail from audit_log where target = 'metric:custom.put' order by id`
    expect(log.map(({ action }) => action)).toEqual(['custom_metric.create', 'custom_metric.update'])
    expect(log[1]?.detail).toEqual({ changed: { warn: [0.2, 0.3] } })
  })

  it('that break others, name twice or make circles are refused, and nothing is stored', async () => {
    const put = (name: string, more: object) =>
      call(`/api/custom-metrics/${name}`, 'PUT', (({ key: _, ...fields }) => ({ ...fields, ...more }))(COST))
    expect(await problem(await put('custom.cost_per_job', { formula: 'custom.doubled / 2' }))).toEqual([
      422,
      'formula: This goes round in a circle: custom.cost_per_job → custom.doubled → custom.cost_per_job.',
    ])
    expect(await problem(await put('custom.cost_per_job', { formula: 'jobs.total', unit: 'jobs' }))).toEqual([
      422,
      expect.stringContaining('custom.doubled, which is made of it, would no longer be valid'),
    ])
    expect(await problem(await put('custom.other', { label: 'ai COST' }))).toEqual([
      422,
      'label: ai.cost has this name already.',
    ])
    expect(
      await problem(await put('custom.cost_per_job_usd', { label: 'X', formula: 'jobs.total', unit: 'jobs' })),
    ).toEqual([422, expect.stringContaining('For Prometheus')])
    expect(await problem(await put('custom.other', { label: 'X', unit: 'percent' }))).toEqual([
      422,
      expect.stringContaining('choose money'),
    ])
    expect(await problem(await put('custom.other', { label: 'X', crit: 0.1 }))).toEqual([
      422,
      expect.stringContaining('crit'),
    ])
    expect(await problem(await put('custom.other', { label: 'X', formula: 'ai.cost +' }))).toEqual([
      422,
      expect.stringContaining('has to follow'),
    ])
    expect((await put('custom.Other', { label: 'X' })).status).toBe(422)
    expect(await problem(await call('/api/custom-metrics', 'POST', COST))).toEqual([
      422,
      expect.stringContaining('already'),
    ])
    expect(await problem(await call('/api/custom-metrics/custom.cost_per_job', 'DELETE'))).toEqual([
      409,
      'custom.doubled is made of custom.cost_per_job: change or archive it first.',
    ])
    expect((await json('/api/metrics')).metrics.map(({ metric }: { metric: string }) => metric)).not.toContain(
      'custom.other',
    )
  })

  it('an archived metric is told of as such, and nothing else is', async () => {
    expect((await call('/api/custom-metrics/custom.doubled', 'DELETE')).status).toBe(200)
    expect(await problem(await call(`/api/metrics/summary?metrics=custom.doubled&${DAYS}`))).toEqual([
      422,
      'metrics: custom.doubled is archived.',
    ])
    const page = await call('/dashboard/metrics/custom.doubled', 'GET', undefined, { cookie: viewer })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('This metric is archived')])
    expect(
      (await json('/api/custom-metrics')).custom_metrics.find((one: { key: string }) => one.key === 'custom.doubled'),
    ).toMatchObject({ archived: true })
    expect(
      (await call('/dashboard/metrics/custom.nothing', 'GET', undefined, { cookie: viewer, accept: 'text/html' }))
        .status,
    ).toBe(404)
  })

  it('go out as a file and come in as one, all or none, after a look at what would change', async () => {
    const file = await (await call('/api/custom-metrics.yaml')).text()
    expect(file).toContain('formula: ai.cost / jobs.succeeded')
    expect(file).not.toContain('custom.doubled')
    const sent = file
      .replace('warn: 0.2\n', 'warn: 0.25\n')
      .concat('  - { key: custom.third, label: Third, formula: custom.second * 2, unit: money, definition: x }\n')
      .concat('  - { key: custom.second, label: Second, formula: ai.cost, unit: money, definition: x }\n')
    const send = async (query = '') => (await call(`/api/custom-metrics/import${query}`, 'POST', sent)).json()
    const changes = async (query = '') =>
      ((await send(query)).changes as { key: string; state: string; changed: object }[]).filter(
        ({ state }) => state !== 'unchanged',
      )
    const wanted = [
      { key: 'custom.cost_per_job', state: 'changed', changed: { warn: [0.2, 0.25] } },
      { key: 'custom.third', state: 'created' },
      { key: 'custom.second', state: 'created' },
    ]
    expect(await changes('?dry_run=true')).toMatchObject(wanted)
    expect(await changes('?dry_run=true')).toMatchObject(wanted)
    expect(await changes()).toMatchObject(wanted)
    expect(await changes()).toEqual([])
    expect(await totals('custom.third')).toEqual([[4, 'ok']])
    for (const bad of [
      'custom_metrics: [',
      'metrics: []',
      file.replace('formula: ai.cost / jobs.succeeded', 'formula: ai.cost /'),
    ])
      expect((await call('/api/custom-metrics/import', 'POST', bad)).status).toBe(422)
  })
})
