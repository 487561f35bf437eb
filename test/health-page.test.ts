import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { readBacktests } from '../src/health/backtest.ts'
import { storeOutcomes } from '../src/health/outcomes.ts'
import { recomputeHealth } from '../src/health/recompute.ts'
import { freshHealthRules } from '../src/health/rules.ts'
import daily from '../src/jobs/daily.ts'
import { stopRuns } from '../src/jobs/runner.ts'
import { sqlContext } from '../src/metrics/context.ts'
import { fiveUsers, healthApp, NOW } from './health-kit.ts'
import { TEST_PASSWORD, type TestApp } from './helpers/app.ts'
import { runJob } from './jobs-kit.ts'

let t: TestApp
let viewer: string
let operator: string
let key: string
const ORIGIN = 'http://localhost'

beforeAll(async () => {
  t = await healthApp(fiveUsers)
  await recomputeHealth(t.deps)
  viewer = await t.admin('viewer')
  operator = await t.admin('operator')
  key = await t.key(['read', 'act'])
})
afterAll(async () => {
  await stopRuns(t.deps)
  await t.close()
})

const page = async (path: string, cookie = viewer, app = t.app) => {
  const response = await app.request(new URL(path, ORIGIN), { headers: { cookie, accept: 'text/html' } })
  expect(response.status, path).toBe(200)
  return (await response.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
}
const post = (path: string, cookie: string, app = t.app) =>
  app.request(new URL(path, ORIGIN), { method: 'POST', headers: { cookie, origin: ORIGIN, accept: 'text/html' } })
const api = async (path: string, bearer = key) => {
  const response = await t.request(path, { headers: { authorization: `Bearer ${bearer}` } })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('the page', () => {
  it('shows bands, whom to look at first with the reason, and the movers', async () => {
    const text = await page('/dashboard/health')
    expect(text).toContain('Users by health as of Fri 20 Nov')
    expect(text).toMatch(/Healthy 2 40% /)
    expect(text).toMatch(/At risk 1 20% /)
    expect(text).toMatch(/Churning 2 40% /)
    // (72.5 + 35.4 + 6.3 + 70.8 + 48.3) ÷ 5, and (56.3 + 0 + 56.3 + 0) ÷ 4 before.
    expect(text).toContain('Mean score 46.7 ')
    expect(text).toContain('vs 28.1 on 21 Oct')
    // Who pays comes first; cat is gone and not among them.
    const list = text.slice(text.indexOf('To look at first'), text.indexOf('Fell most'))
    expect(list.indexOf('eve@example.com')).toBeLessThan(list.indexOf('bob@example.com'))
    expect(list).toContain('No build succeeded for 9 days')
    expect(list).toContain('Look at the last failed build and write what to change')
    expect(list).not.toContain('Cat')
    const fell = text.slice(text.indexOf('Fell most'), text.indexOf('Rose most'))
    expect(fell).toMatch(/Cat Not active in 30 days, 1 days? in the 30 before/)
    expect(fell).toContain('50')
  })

  it('is of a tenant, a plan or a band where it is asked for', async () => {
    const acme = await page('/dashboard/health?tenant=acme')
    expect(acme).toContain('eve@example.com')
    expect(acme).not.toContain('bob@example.com')
    const free = await page('/dashboard/health?plan=free')
    expect(free).not.toContain('eve@example.com')
    expect(free).toContain('bob@example.com')
    const churning = await page('/dashboard/health?band=churning')
    const list = churning.slice(churning.indexOf('To look at first'), churning.indexOf('Fell most'))
    expect(list).toContain('bob@example.com')
    expect(list).not.toContain('eve@example.com')
  })

  it('says that the settings have changed since, and when nothing was scored', async () => {
    await t.sql`update health_state set rules = 'others'`
    expect(await page('/dashboard/health?range=7d')).toContain('The settings of the score have changed since')
    await recomputeHealth(t.deps)
    const empty = await healthApp(async () => {})
    const cookie = await empty.admin('viewer')
    expect(await page('/dashboard/health', cookie, empty.app)).toContain('No scores yet')
    await empty.close()
  })

  it('is led to from the Overview, which names the first of them', async () => {
    const text = await page('/dashboard')
    const card = text.slice(text.indexOf('At-risk users'))
    expect(card).toContain('eve@example.com')
    expect(card).toMatch(/pro, no build succeeded for 9 days/)
  })
})

describe('recalculating', () => {
  it('is for operators of all tenants, is audited, and shows how far it is', async () => {
    expect((await post('/dashboard/health/recalculate', viewer)).status).toBe(403)
    const answer = await post('/dashboard/health/recalculate', operator)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard/health'])
    await expect
      .poll(async () => (await t.sql`select outcome from job_runs where job = 'health-scores'`)[0]?.outcome)
      .toBe('ok')
    expect(await t.sql`select action, target from audit_log where action = 'job.run'`).toEqual([
      { action: 'job.run', target: 'health-scores' },
    ])
    const email = 'bound@admin.example'
    await createAdmin(t.sql, { email, role: 'operator', password: TEST_PASSWORD, tenants: ['acme'] })
    const login = await t.request('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
      body: new URLSearchParams({ email, password: TEST_PASSWORD }).toString(),
    })
    const bound = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await post('/dashboard/health/recalculate', bound)).status).toBe(403)
    const own = await page('/dashboard/health', bound)
    expect(own).toContain('eve@example.com')
    expect(own).not.toContain('bob@example.com')
  })

  it('is seen by whoever started it at once, the button off until it ends, which a poll tells', async () => {
    await t.sql`delete from job_runs`
    const own = await healthApp(fiveUsers)
    const cookie = await own.admin('operator')
    const get = async (path: string) => {
      const answer = await own.app.request(new URL(path, ORIGIN), { headers: { cookie, accept: 'text/html' } })
      return answer.text()
    }
    const button = (html: string) => /<form id="recalculate"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
    // As just looked at, and kept: one that never ends by itself.
    expect(button(await get('/dashboard/health'))).not.toContain('disabled')
    await own.sql`
      insert into job_runs (job, scheduled_for, started_by, done, total)
      values ('health-scores', '2026-11-21T11:00:00Z', 'test', 3, 8)`
    await post('/dashboard/health/recalculate', cookie, own.app)
    const html = await get('/dashboard/health')
    expect(html).toContain('3 of 8 steps')
    expect(button(html)).toMatch(/disabled[^>]*title="A recalculation is under way\."/)
    expect(html.match(/id="recalculate"/g)).toHaveLength(1)
    const poll = await get('/live/health')
    expect(poll).toContain('hx-target="#recalculate"')
    expect(button(poll)).toContain('disabled')
    await own.close()
  })

  it('shows the run that is under way, which can be cancelled, and leads a second one to it', async () => {
    await t.sql`
      insert into job_runs (job, scheduled_for, started_by, done, total)
      values ('health-scores', '2026-11-21T11:00:00Z', 'test', 3, 8)`
    const text = await page('/dashboard/health?range=today')
    expect(text).toContain('Recalculating')
    expect(text).toContain('3 of 8 steps (37 %)')
    const again = await post('/dashboard/health/recalculate', operator)
    expect(again.headers.get('location')).toBe('/dashboard/health?told=busy')
    const program = await t.request('/api/health/recalculate', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
    })
    expect(program.status).toBe(409)
    const [run] = await t.sql`select id::text from job_runs where finished_at is null`
    expect((await post(`/dashboard/health/runs/${run?.id}/cancel`, operator)).status).toBe(303)
    expect(await t.sql`select cancel_requested from job_runs where id = ${run?.id}`).toEqual([
      { cancel_requested: true },
    ])
    await t.sql`delete from job_runs where id = ${run?.id}`
    expect((await post('/dashboard/health/runs/999999/cancel', operator)).status).toBe(404)
  })

  it('is off with READ_ONLY, and the button says so', async () => {
    const app = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    expect((await post('/dashboard/health/recalculate', operator, app)).status).toBe(403)
    const html = await (
      await app.request(new URL('/dashboard/health', ORIGIN), { headers: { cookie: operator, accept: 'text/html' } })
    ).text()
    expect(html).toMatch(/<button[^>]*disabled[^>]*title="Quarterdeck runs with READ_ONLY=1."[^>]*>[^R]*<svg/)
  })

  it('answers programs at its own address and at the documented one', async () => {
    for (const path of ['/api/health/recalculate', '/api/analytics/dashboard/health/recalculate/']) {
      await t.sql`delete from job_runs`
      const answer = await t.request(path, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
      expect(answer.status, path).toBe(202)
      const { id, job } = (await answer.json()) as { id: string; job: string }
      expect([job, answer.headers.get('location')]).toEqual(['health-scores', `/api/jobs/runs/${id}`])
      await expect
        .poll(async () => (await t.sql`select outcome from job_runs where id = ${id}`)[0]?.outcome, { timeout: 20_000 })
        .toBe('ok')
    }
  })

  it('comes with the daily tasks', async () => {
    await t.sql`delete from job_runs`
    expect((await runJob(t, daily)).outcome).toBe('ok')
    const runs = await t.sql`select outcome, note from job_runs where job = 'health-scores' and started_by = 'daily'`
    expect(runs).toEqual([{ outcome: 'ok', note: expect.stringMatching(/^5 users as of 2026-11-20/) }])
  })
})

describe('programs', () => {
  it('read the bands', async () => {
    const { body } = await api('/api/health')
    expect(body).toMatchObject({
      tenant: null,
      day: '2026-11-20',
      compared_with: '2026-10-21',
      users: 5,
      mean: 46.66,
      weights: { builds: 30, engagement: 25, returns: 20, adoption: 15, satisfaction: 10 },
      bands: [
        { band: 'healthy', users: 2, users_before: 0 },
        { band: 'at-risk', users: 1, users_before: 2 },
        { band: 'churning', users: 2, users_before: 2 },
        { band: 'unknown', users: 0, users_before: 0 },
      ],
      outcomes: { churned: { users: 1, left: 0, auc: null }, lapsed: { users: 1, left: 1, days: ['2026-10-18'] } },
    })
    const bins = (body.histogram as { from: number; users: number }[]).filter(({ users }) => users > 0)
    expect(bins.map(({ from }) => from)).toEqual([5, 35, 45, 70])
    expect((await api('/api/health?tenant=acme')).body).toMatchObject({ tenant: 'acme', users: 1, mean: 48.3 })
    expect((await api('/api/health?plan=nothing')).status).toBe(422)
  })

  it('read users by score, page by page, and one by one', async () => {
    const first = await api('/api/health/users?limit=2')
    const ids = (body: Record<string, unknown>) => (body.users as { user_id: string }[]).map(({ user_id }) => user_id)
    expect(ids(first.body)).toEqual(['cat', 'bob'])
    const second = await api(`/api/health/users?limit=2&after=${first.body.next}`)
    expect(ids(second.body)).toEqual(['eve', 'dan'])
    const last = await api(`/api/health/users?limit=2&after=${second.body.next}`)
    expect([ids(last.body), last.body.next]).toEqual([['ann'], null])
    expect(ids((await api('/api/health/users?band=at-risk')).body)).toEqual(['eve'])
    expect((await api('/api/health/users?after=nonsense')).status).toBe(422)
    expect((await api('/api/health/users?band=sick')).status).toBe(422)
    const { body } = await api('/api/health/users/eve')
    expect(body).toMatchObject({
      score: 48.3,
      change: 48.3,
      change_reason: expect.stringMatching(/^up 48: /),
      action: 'Look at the last failed build and write what to change',
      components: { builds: { score: 25, weight: 30, why: '1 of 4 jobs in 30 days' } },
      history: expect.arrayContaining([{ day: '2026-11-20', score: 48.3 }]),
    })
    expect((await api('/api/health/users/nobody')).status).toBe(404)
    const bound = await t.key(['read'], ['bolt'])
    expect((await api('/api/health/users/eve', bound)).status).toBe(404)
    expect(ids((await api('/api/health/users', bound)).body)).toEqual([])
  })

  it('get all scores as a file', async () => {
    const response = await t.request('/exports/health.csv?band=at-risk', {
      headers: { authorization: `Bearer ${key}` },
    })
    const [head, ...rows] = (await response.text()).trim().split('\r\n')
    expect(head).toMatch(/^user_id,tenant_id,email,plan,stage,date,score,band,build_success,engagement,return,/)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatch(
      /^eve,acme,eve@example.com,pro,growth,2026-11-20,48.3,at-risk,25,100,50,25,20,0,3,2026-11-20,4,1,/,
    )
  })
})

describe('past scores against what happened', () => {
  it('are told by band with lift and AUC, money and activity apart', async () => {
    const rules = await freshHealthRules(t.deps)
    await t.sql`delete from health_scores`
    await t.sql`delete from health_weeks`
    await t.sql`insert into health_weeks values ('2026-10-18', ${rules.id}, ${NOW}), ('2026-10-11', ${rules.id}, ${NOW})`
    await t.sql`
      insert into users (user_id, tenant_id, created_at, created_known, updated_at)
      select id, tenant, '2026-01-01', true, '2026-01-01' from (values
        ('p1', 'acme'), ('p2', 'acme'), ('p3', ''), ('p4', ''), ('p5', ''), ('p6', '')) v (id, tenant)`
    await t.sql`
      insert into health_scores (user_id, day, score, paid, active)
      select id, '2026-10-18', score, true, false from (values
        ('p1', 10), ('p2', 30), ('p3', 20), ('p4', 50), ('p5', 80), ('p6', 30)) v (id, score)`
    // p1 and p2 stop paying within 30 days, p3 a day too late, p4 the day it was scored.
    await t.sql`
      insert into user_plans (user_id, since, tenant_id, class, plan) values
        ('p1', '2026-10-19T00:00:00Z', 'acme', 'free', 'free'), ('p2', '2026-11-17T23:59:00Z', 'acme', 'trial_expired', 'pro'),
        ('p3', '2026-11-18T00:00:00Z', '', 'free', 'free'), ('p4', '2026-10-18T23:00:00Z', '', 'free', 'free')`
    await storeOutcomes(sqlContext(t.deps, t.sql), rules, '2026-11-20')
    const { churned, lapsed } = await readBacktests(t.deps, '*')
    expect(lapsed).toBe(undefined)
    // Of eight pairs of one who left and one who stayed 6 have the lower score with the one who left, and one is a tie.
    expect(churned).toMatchObject({ n: 6, bad: 2, rate: 100 / 3, days: ['2026-10-18'], auc: { value: 6.5 / 8 } })
    expect(churned?.bands).toEqual([
      { band: 'healthy', n: 1, bad: 0, rate: 0, lift: 0 },
      { band: 'at-risk', n: 1, bad: 0, rate: 0, lift: 0 },
      { band: 'churning', n: 4, bad: 2, rate: 50, lift: 1.5 },
    ])
    expect((await readBacktests(t.deps, 'acme')).churned).toMatchObject({ n: 2, bad: 2, auc: null })
    const text = await page('/dashboard/health?range=90d')
    expect(text).toContain(
      'AUC 0.81 (0.38 to 1.00) of 6 scores, 0.50 is chance. It may be chance: too few left to say.',
    )
    expect(text).toMatch(/Churning 4 2 50% 1\.5×/)
  })

  it('count who deleted their account in the 30 days as gone, and ask nobody who had done so before', async () => {
    await t.sql`delete from user_plans where user_id like 'p_'`
    const gone = (id: string, at: string) =>
      t.sql`update users set status = 'deleted', updated_at = ${at} where user_id = ${id}`
    // p1 on the day after, p2 on the last of the 30, p3 a day too late, p4 on the scored day itself, p5 long before.
    await gone('p1', '2026-10-19T09:00:00Z')
    await gone('p2', '2026-11-17T23:00:00Z')
    await gone('p3', '2026-11-18T00:00:00Z')
    await gone('p4', '2026-10-18T23:00:00Z')
    await gone('p5', '2026-09-01T00:00:00Z')
    await t.sql`update health_scores set active = true`
    await t.sql`insert into user_activity (user_id, scope, last_day, bits)
      select user_id, '*', '2026-11-10', ~0::bit(128) from users where user_id in ('p1', 'p2', 'p3', 'p6')`
    await storeOutcomes(sqlContext(t.deps, t.sql), await freshHealthRules(t.deps), '2026-11-20')
    const { churned, lapsed } = await readBacktests(t.deps, '*')
    expect(churned).toMatchObject({ n: 4, bad: 2 })
    expect(lapsed).toMatchObject({ n: 4, bad: 2 })
  })

  it('are not there before there is history enough', async () => {
    await t.sql`delete from health_weeks`
    await storeOutcomes(sqlContext(t.deps, t.sql), await freshHealthRules(t.deps), '2026-11-20')
    expect(await readBacktests(t.deps, '*')).toEqual({})
  })
})
