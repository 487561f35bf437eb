import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-10T12:00:00Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => NOW })
})
afterAll(() => t.close())
beforeEach(() => settled())

/** Runs started by one test are over before the next. */
async function settled(): Promise<void> {
  await vi.waitUntil(async () => (await t.sql`select 1 from job_runs where finished_at is null`).length === 0, {
    timeout: 20_000,
  })
  await t.sql`delete from job_runs`
}

const bearer = async (...scopes: ('read' | 'ingest' | 'act')[]) => ({
  authorization: `Bearer ${await t.key(scopes)}`,
})
const cookie = async (role: 'viewer' | 'operator' | 'owner') => ({
  cookie: await t.admin(role),
  origin: t.deps.config.baseUrl,
  'sec-fetch-site': 'same-origin',
})
const post = (path: string, headers: Record<string, string>, body?: unknown) =>
  t.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })

describe('run now', () => {
  test('takes no more than a small body', async () => {
    const answer = await post('/api/jobs/settle-days/run', await bearer('act'), { from: 'x'.repeat(70_000) })
    expect(answer.status).toBe(413)
    expect(await t.sql`select from job_runs`).toHaveLength(0)
  })

  test('is for keys that may act and for operators, and for nobody else', async () => {
    const status = async (headers: Record<string, string>) => {
      const answer = (await post('/api/jobs/settle-days/run', headers)).status
      await settled()
      return answer
    }
    expect(await status({})).toBe(401)
    expect(await status(await bearer('read'))).toBe(403)
    expect(await status(await bearer('ingest'))).toBe(403)
    expect(await status(await cookie('viewer'))).toBe(403)
    expect(await status(await bearer('act'))).toBe(202)
    expect(await status(await cookie('operator'))).toBe(202)
    expect(await status(await cookie('owner'))).toBe(202)
  })

  test('answers the id of a run whose progress can be read, and is written to the audit log', async () => {
    const headers = await bearer('act', 'read')
    const answer = await post('/api/jobs/rebuild/run', headers, {
      from: '2026-11-01',
      to: '2026-11-03',
    })
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    expect(answer.headers.get('location')).toBe(`/api/jobs/runs/${id}`)
    const read = async () =>
      (await (await t.request(`/api/jobs/runs/${id}`, { headers })).json()) as Record<string, unknown>
    await vi.waitUntil(async () => (await read()).state !== 'running', {
      timeout: 20_000,
    })
    expect(await read()).toMatchObject({
      id,
      job: 'rebuild',
      state: 'ok',
      done: 3,
      total: 3,
    })
    const [line] =
      await t.sql`select action, target, detail from audit_log where action = 'job.run' order by id desc limit 1`
    expect(line).toEqual({
      action: 'job.run',
      target: 'rebuild',
      detail: { run: id, from: '2026-11-01', to: '2026-11-03' },
    })
  })

  test('refuses an unknown job, a second run beside the first, and parameters that do not fit', async () => {
    const headers = await bearer('act')
    expect((await post('/api/jobs/nonesuch/run', headers)).status).toBe(404)
    for (const body of [
      undefined,
      {},
      { from: '2026-11-01' },
      { from: '2026-11-03', to: '2026-11-01' },
      { from: '2026-02-30', to: '2026-03-01' },
      { from: '2026-11-01', to: '2099-01-01' },
      { from: '1999-01-01', to: '2026-11-01' },
      { from: '2026-11-01', to: '2026-11-02', tenant: 'x' },
      ['2026-11-01'],
    ])
      expect((await post('/api/jobs/rebuild/run', headers, body)).status, JSON.stringify(body)).toBe(422)
    expect(
      (
        await post('/api/jobs/daily/run', headers, {
          from: '2026-11-01',
          to: '2026-11-02',
        })
      ).status,
    ).toBe(422)
    await t.sql`insert into job_runs (job, scheduled_for) values ('rebuild', '2026-11-10T11:00:00Z')`
    const busy = await post('/api/jobs/rebuild/run', headers, {
      from: '2026-11-01',
      to: '2026-11-02',
    })
    await t.sql`update job_runs set finished_at = now(), outcome = 'ok'`
    expect(busy.status).toBe(409)
    expect(busy.headers.get('retry-after')).not.toBeNull()
  })

  test('is refused to whoever is bound to a tenant', async () => {
    const headers = await bearer('act', 'read')
    await t.sql`update api_keys set tenants = array['acme']`
    const answer = await post('/api/jobs/settle-days/run', headers)
    const list = await t.request('/api/jobs', { headers })
    await t.sql`update api_keys set tenants = null`
    expect([answer.status, list.status]).toEqual([403, 200])
  })
})

describe('cancel', () => {
  test('needs a run that goes on, and somebody who may act', async () => {
    const [run] = await t.sql`insert into job_runs (job, scheduled_for) values ('rebuild', now()) returning id::text`
    const cancel = async (id: string, headers: Record<string, string>) =>
      (await t.request(`/api/jobs/runs/${id}`, { method: 'DELETE', headers })).status
    expect(await cancel(run!.id, {})).toBe(401)
    expect(await cancel(run!.id, await cookie('viewer'))).toBe(403)
    expect(await cancel(run!.id, await cookie('operator'))).toBe(202)
    expect(await t.sql`select cancel_requested from job_runs`).toEqual([{ cancel_requested: true }])
    await t.sql`update job_runs set finished_at = now(), outcome = 'cancelled'`
    expect(await cancel(run!.id, await bearer('act'))).toBe(409)
    expect(await cancel('999999', await bearer('act'))).toBe(404)
    expect(await cancel('x', await bearer('act'))).toBe(404)
  })
})

describe('the list', () => {
  test('tell the newest run, also past the tenth', async () => {
    await t.sql`
      insert into job_runs (id, job, scheduled_for, finished_at, outcome, note) overriding system value
      select n + 98, 'minute', ${NOW}::timestamptz + n * interval '1 minute', ${NOW}, 'ok', 'run ' || n from generate_series(1, 3) n`
    const { jobs } = (await (await t.request('/api/jobs', { headers: await bearer('read') })).json()) as {
      jobs: { name: string; last_run: { note: string } | null }[]
    }
    expect(jobs.find(({ name }) => name === 'minute')?.last_run?.note).toBe('run 3')
  })

  test('names every job with its last and its next run', async () => {
    await post('/api/jobs/fold/run', await bearer('act'))
    await vi.waitUntil(async () => (await t.sql`select 1 from job_runs where finished_at is null`).length === 0)
    const { jobs } = (await (await t.request('/api/jobs', { headers: await bearer('read') })).json()) as {
      jobs: {
        name: string
        next_run: string | null
        last_run: { state: string } | null
        parameters: string[]
      }[]
    }
    expect(jobs.map(({ name }) => name)).toEqual([
      'fold',
      'minute',
      'sync',
      'watch',
      'actions',
      'erasures',
      'settle-days',
      'daily',
      'cohorts',
      'health-scores',
      'user-stats',
      'rebuild',
      'backfill',
      'seal-audit',
    ])
    expect(jobs.find(({ name }) => name === 'fold')?.last_run?.state).toBe('ok')
    expect(jobs.find(({ name }) => name === 'daily')?.next_run).not.toBeNull()
    expect(jobs.find(({ name }) => name === 'rebuild')).toMatchObject({
      next_run: null,
      parameters: ['from', 'to'],
    })
  })
})

describe('READ_ONLY', () => {
  test('blocks running and cancelling, and still shows the list', async () => {
    const locked = await testApp({ config: { readOnly: true } })
    const headers = {
      authorization: `Bearer ${await locked.key(['act', 'read'])}`,
    }
    const status = async (method: string, path: string) => (await locked.request(path, { method, headers })).status
    expect(await status('POST', '/api/jobs/settle-days/run')).toBe(403)
    expect(await status('DELETE', '/api/jobs/runs/1')).toBe(403)
    expect(await status('GET', '/api/jobs')).toBe(200)
    await locked.close()
  })
})
