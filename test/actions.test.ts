import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askHref } from '../src/actions/paths.ts'
import { actionsOn } from '../src/actions/registry.ts'
import { runsOfUser } from '../src/actions/runs.ts'
import { settleOpen } from '../src/actions/settle-open.ts'
import { describe as words } from '../src/activity/describe.ts'
import { activityPage } from '../src/activity/feed.ts'
import { authOf } from '../src/auth/auth.ts'
import { done, type FaultyApp, faultyApp, form, hiddenOf, nobody, type Product, product } from './actions-kit.ts'

let p: Product
let operator: string
let key: string
const clock = { now: new Date('2026-11-20T12:00:00Z') }

beforeAll(async () => {
  p = await product({ now: () => clock.now })
  operator = await p.t.admin('operator')
  key = await p.t.key(['act', 'read'])
})
afterAll(() => p?.close())

const page = async (path: string, cookie = operator) => {
  const response = await p.t.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: response.status, html: await response.text() }
}

const api = (path: string, body: object = {}, headers: Record<string, string> = {}, as = key) =>
  p.t.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Opens the page that asks, and presses its button with what is given. */
async function press(path: string, fields: Record<string, string>, cookie = operator): Promise<Response> {
  const { html } = await page(path, cookie)
  return p.t.request(path, form({ ...hiddenOf(html), do: 'act', ...fields }, cookie))
}

const audits = async (target: string) =>
  (await p.t.sql<{ action: string }[]>`select action from audit_log where target = ${target} order by id`).map(
    ({ action }) => action,
  )

describe('an action', () => {
  it('shows first what would change, as the main app says it, and does nothing', async () => {
    const { status, html } = await page('/dashboard/users/u1/actions/suspend')
    expect(status).toBe(200)
    expect(html).toContain('<h1>Suspend ada@acme.example?</h1>')
    expect(html).toMatch(/<td>Status<\/td><td[^>]*>active<\/td><td[^>]*>suspended<\/td>/)
    expect(html).not.toMatch(/value="act" disabled/)
    expect(html).not.toContain('style="')
    expect(p.store.users.get('u1')?.status).toBe('active')
  })

  it('has a page, whatever it is, that asks for what it needs and for nothing twice', async () => {
    const owner = await p.t.admin('owner')
    for (const { name, question, creates, fields } of actionsOn('user')) {
      const { status, html } = await page(askHref(creates ? '' : 'u1', name), owner)
      expect(status, name).toBe(200)
      expect(html, name).toContain(`<h1>${question('ada@acme.example')}</h1>`)
      expect(html, name).not.toMatch(/\b(NaN|undefined)\b|\[object |style="/)
      for (const field of Object.keys(fields)) expect(html.split(`name="f.${field}"`), name).toHaveLength(2)
    }
    const { html } = await page('/dashboard/users/u1/actions/limits', owner)
    expect(html).toContain('<option value="builds">builds</option>')
    expect((await page('/dashboard/users/u1/actions/create', owner)).status).toBe(404)
    expect((await page('/dashboard/users/new/actions/suspend', owner)).status).toBe(404)
    expect((await page('/dashboard/users/nobody/actions/suspend', owner)).status).toBe(404)
  })

  it('wants a reason where it takes something away, and keeps what was typed', async () => {
    const answer = await press('/dashboard/users/u1/actions/suspend', { reason: '' })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toMatch(/id="error-ask-reason"[\s\S]*Say why/)
    expect(p.store.users.get('u1')?.status).toBe('active')
  })

  it('that takes something away asks again who it is, a quarter of an hour after signing in', async () => {
    const proved = async (ago: string) => {
      await p.t.sql`update admin_sessions set proved_at = now() - ${ago}::interval`
      authOf(p.t.deps).sessions.forgetAll()
    }
    await proved('16 minutes')
    const answer = await press('/dashboard/users/u1/actions/suspend', { reason: 'abuse' })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('Is it still you?')
    expect(p.store.users.get('u1')?.status).toBe('active')
    expect((await page('/dashboard/users/u1/actions/suspend')).status).toBe(200)
    await proved('1 minute')
  })

  it('is done by the main app, shown in its words, and undone', async () => {
    const toldAt = clock.now
    clock.now = new Date(toldAt.getTime() + 1_000)
    const answer = await press('/dashboard/users/u1/actions/suspend', { reason: 'chargeback' })
    expect(answer.status).toBe(303)
    expect(p.store.users.get('u1')?.status).toBe('suspended')
    const where = answer.headers.get('location')!
    const { html } = await page(where)
    expect(html).toContain('The user is signed out, and cannot sign in.')
    expect(html).toContain('chargeback')
    // The fact that says so is still to come: the card does not contradict what was answered.
    expect(html).toContain('as it was before this action')
    expect(html).toContain('The product has not told of this user since: what it answered is newer.')
    clock.now = new Date(clock.now.getTime() + 1_000)
    await p.t.deps.writer.write([{ kind: 'users', index: 0, row: { id: 'u1', status: 'suspended' } }], {
      source: 'typed',
      receivedAt: clock.now,
    })
    const later = (await page(where)).html
    expect(later).toContain('as the product told it last')
    expect(later).toMatch(/<dt>Status<\/dt><dd[^>]*>suspended</)
    await p.t.sql`update users set status = 'active' where user_id = 'u1'`
    clock.now = toldAt
    const undo = /href="(\/dashboard\/users\/u1\/actions\/reinstate\?undo=[^"]+)"/.exec(html)?.[1]
    expect(undo).toBeDefined()

    clock.now = new Date(clock.now.getTime() + 60_000)
    const undone = await press(undo!, { reason: '' })
    expect(undone.status).toBe(303)
    expect(p.store.users.get('u1')?.status).toBe('active')
    expect((await page(where)).html).not.toContain('?undo=')
    expect(await audits('user:u1')).toEqual(['action.request', 'user.suspend', 'action.request', 'user.reinstate'])
    // What the product tells of it comes through the doors, like everything else.
    expect(p.told.map(({ row }) => row.status)).toEqual(['suspended', 'active'])
  })

  it('is in the feed, with who did it', async () => {
    const { rows } = await activityPage(p.t.deps, { scope: 'acme', kinds: ['admin'], limit: 10 })
    const [first] = rows.map((row) => words(row, { today: '2026-11-20', timeZone: 'UTC' }))
    expect(first).toMatchObject({ title: 'Reinstated', detail: 'ada@acme.example, by operator1@admin.example' })
    expect((await activityPage(p.t.deps, { scope: 'mirai', kinds: ['admin'], limit: 10 })).rows).toEqual([])
  })

  it('retries a build that failed', async () => {
    const { html } = await page('/dashboard/users/u1/actions/retry-build')
    expect(html).toContain('failed: npm')
    expect((await press('/dashboard/users/u1/actions/retry-build', {})).status).toBe(303)
    const jobs = p.told.filter(({ kind }) => kind === 'jobs').map(({ row }) => [row.id, row.status, row.attempt])
    expect(jobs).toEqual([
      ['b1', 'queued', 2],
      ['b1', 'running', 2],
      ['b1', 'succeeded', 2],
    ])
    expect((await page('/dashboard/users/u1/actions/retry-build')).html).toContain('No build of this user has failed.')
  })

  it('is not done with other fields than those that were shown', async () => {
    const path = '/dashboard/users/u2/actions/trial'
    const { html } = await page(path)
    const hidden = hiddenOf(html)
    const fields = { 'f.plan': 'pro', 'f.days': '30' }
    const answer = await p.t.request(path, form({ ...hidden, ...fields, do: 'act' }, operator))
    expect(answer.status).toBe(422)
    const again = await answer.text()
    expect(again).toContain('Nothing is done yet')
    expect(again).toContain('2026-12-20')
    expect(p.store.users.get('u2')?.plan).toBe('free')
    const pressed = await p.t.request(path, form({ ...hiddenOf(again), ...fields, do: 'act' }, operator))
    expect(pressed.status).toBe(303)
    expect(p.store.users.get('u2')).toMatchObject({ plan: 'pro', trialEndsMs: Date.parse('2026-12-20T12:01:00Z') })
  })

  it('that the main app would refuse cannot be pressed, and says why', async () => {
    const { html } = await page('/dashboard/users/u1/actions/reinstate')
    expect(html).toContain('The user is active already.')
    expect(html).toMatch(/value="act" disabled/)
  })

  it('of a form sent twice is done once', async () => {
    const path = '/dashboard/users/u2/actions/waive-fees'
    const { html } = await page(path)
    const sent = form({ ...hiddenOf(html), 'f.months': '2', reason: 'outage', do: 'see' }, operator)
    const seen = hiddenOf(await (await p.t.request(path, sent)).text())
    const press = form({ ...seen, 'f.months': '2', reason: 'outage', do: 'act' }, operator)
    const [one, two] = await Promise.all([p.t.request(path, press), p.t.request(path, press)])
    expect([one.status, two.status]).toEqual([303, 303])
    expect(one.headers.get('location')).toBe(two.headers.get('location'))
    expect(
      p.told.filter(({ row }) => (row.traits as object | undefined) && 'fees_waived_until' in (row.traits as object)),
    ).toHaveLength(1)
  })

  it('that deletes wants an owner, and the name typed', async () => {
    const path = '/dashboard/users/u2/actions/delete'
    expect((await page(path)).html).toContain('This needs the role owner; yours is operator.')
    expect((await press(path, { reason: 'asked for it', typed: 'bob@mirai.example' })).status).toBe(422)
    const owner = await p.t.admin('owner')
    const link = '<a href="/dashboard/users/u2/erase">Erase what is held here</a>'
    // Deleted there is not erased here, and who may not erase is led nowhere.
    expect((await page(path, owner)).html).toContain('Quarterdeck keeps its own record of this user')
    expect((await page(path, owner)).html).toContain(link)
    expect((await page(path)).html).not.toContain('/dashboard/users/u2/erase')
    expect((await page('/dashboard/users/u2/actions/ban', owner)).html).not.toContain(
      'Quarterdeck keeps its own record',
    )
    const wrong = await press(path, { reason: 'asked for it', typed: 'bob' }, owner)
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('Type bob@mirai.example to say')])
    expect(p.store.users.get('u2')?.status).toBe('active')
    const right = await press(path, { reason: 'asked for it', typed: 'BOB@mirai.example' }, owner)
    expect(right.status).toBe(303)
    const { html } = await page(right.headers.get('location')!, owner)
    expect(html).toContain('The product has deleted what is there.')
    expect(html).toContain(link)
    expect(p.store.users.get('u2')?.status).toBe('deleted')
  })

  it('makes a user who is not there yet', async () => {
    const path = '/dashboard/users/new/actions/create'
    const fields = { 'f.email': 'eve@acme.example', 'f.plan': 'pro' }
    const shown = await (await p.t.request(path, form({ ...fields, do: 'see' }, operator))).text()
    expect(shown).toContain('A welcome mail goes to eve@acme.example.')
    const answer = await p.t.request(path, form({ ...hiddenOf(shown), ...fields, do: 'act' }, operator))
    expect(answer.status).toBe(303)
    const made = p.store.byEmail('eve@acme.example')
    expect(made).toMatchObject({ plan: 'pro', username: 'eve' })
    expect(await audits(`user:${made?.id}`)).toEqual(['user.create'])
    // The log outlives an erasure, and this line is about nobody who could be erased.
    const [asked] = await p.t.sql`select target, detail from audit_log where action = 'action.request' order by id desc`
    expect(asked).toMatchObject({ target: null, detail: { action: 'create', fields: { plan: 'pro' } } })
    expect(JSON.stringify(asked)).not.toContain('eve@')
    const taken = await p.t.request(path, form({ ...fields, do: 'see' }, operator))
    expect(await taken.text()).toMatch(/id="error-ask-email"[\s\S]*has an account already/)
  })
})

describe('impersonation', () => {
  it('gives a link that opens once, tells it on one page, and keeps it nowhere', async () => {
    const answer = await press('/dashboard/users/u1/actions/impersonate', { 'f.minutes': '15', reason: 'ticket 12' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    const html = await answer.text()
    const url = /href="(http:\/\/127[^"]+\/impersonate\/[^"]+)"/.exec(html)?.[1]
    expect(url).toBeDefined()
    const opened = await fetch(url!, { redirect: 'manual' })
    expect(opened.status).toBe(302)
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!
    const home = await (await fetch(new URL('/', url), { headers: { cookie } })).text()
    expect(home).toContain('operator1@admin.example is here as ada@acme.example, until 12:')
    expect((await fetch(url!, { redirect: 'manual' })).status).toBe(410)
    const token = url!.split('/').at(-1)
    const stored = await p.t.sql`select to_jsonb(r)::text as text from action_runs r`
    const logged = await p.t.sql`select detail::text as text from audit_log`
    expect(JSON.stringify([...stored, ...logged])).not.toContain(token)
    const run = (await runsOfUser(p.t.deps, 'u1', 100)).find(({ action }) => action === 'impersonate')
    expect((await page(`/dashboard/actions/${run!.id}`)).html).toContain('It is kept nowhere')
    expect(run).toMatchObject({ action: 'impersonate', reason: 'ticket 12', state: 'done' })
  })
})

describe('by API', () => {
  it('a dry run changes nothing, an act answers what was done, a refusal is 409 in the words of the main app', async () => {
    const dry = await api('/api/users/u1/actions/change-plan', { fields: { plan: 'free' }, dry_run: true })
    expect(await dry.json()).toMatchObject({
      state: 'dry_run',
      changes: [
        { label: 'Plan', now: 'Pro', after: 'Free' },
        { label: 'Limit: builds', now: 300, after: 20 },
      ],
    })
    expect(p.store.users.get('u1')?.plan).toBe('pro')
    const acted = await api('/api/users/u1/actions/change-plan', { fields: { plan: 'free' } })
    expect(acted.status).toBe(200)
    const run = await acted.json()
    expect(run).toMatchObject({
      state: 'done',
      user_id: 'u1',
      undo: { action: 'change-plan', fields: { plan: 'pro' } },
      by: 'key “test”',
    })
    const refused = await api('/api/users/u1/actions/change-plan', { fields: { plan: 'free' } })
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({ detail: 'The user is on Free already.' }),
    ])
    const read = { headers: { authorization: `Bearer ${key}` } }
    expect(await (await p.t.request(acted.headers.get('location')!, read)).json()).toEqual(run)
    const all = await (await p.t.request('/api/users/u1/actions', read)).json()
    expect(all.actions).toContainEqual(
      expect.objectContaining({ state: 'refused', problem: 'The user is on Free already.' }),
    )
  })

  it('a key of the caller is one act; another request under it is refused', async () => {
    const headers = { 'idempotency-key': 'once' }
    const body = { reason: 'spam' }
    const one = await (await api('/api/users/u1/actions/suspend', body, headers)).json()
    const two = await (await api('/api/users/u1/actions/suspend', body, headers)).json()
    expect(two).toEqual(one)
    expect(p.told.filter(({ row }) => row.status === 'suspended')).toHaveLength(2)
    const other = await api('/api/users/u1/actions/ban', body, headers)
    expect([other.status, (await other.json()).title]).toEqual([422, 'The key was used before'])
    expect((await api('/api/users/u1/actions/reinstate')).status).toBe(200)
  })

  it('says what is wrong with a body, field by field, and nothing is asked', async () => {
    const problem = async (path: string, body: object) => {
      const answer = await api(path, body)
      return [answer.status, (await answer.json()).detail]
    }
    expect(await problem('/api/users/u1/actions/trial', { fields: { plan: 'pro', days: 0 } })).toEqual([
      422,
      'days: At least 1.',
    ])
    expect(await problem('/api/users/u1/actions/change-plan', {})).toEqual([422, 'plan: This is needed.'])
    expect((await problem('/api/users/u1/actions/change-plan', { fields: { plan: 'pro', x: 1 } }))[0]).toBe(422)
    expect(await problem('/api/users/u1/actions/suspend', {})).toEqual([422, 'Say why: it is kept in the audit log.'])
    expect((await problem('/api/users/u1/actions/explode', {}))[0]).toBe(422)
    expect((await problem('/api/users/nobody/actions/suspend', { reason: 'x' }))[0]).toBe(404)
  })

  it('users are made, changed and deleted by their own addresses', async () => {
    const made = await (await api('/api/users', { email: 'new@acme.example' })).json()
    expect(made).toMatchObject({ state: 'done', action: 'create' })
    expect(p.store.users.get(made.user_id)?.email).toBe('new@acme.example')
    const send = (method: string, path: string, body: object) =>
      p.t.request(path, { method, headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) })
    expect((await send('PATCH', '/api/users/u1', { username: 'countess' })).status).toBe(200)
    expect(p.store.users.get('u1')?.username).toBe('countess')
    expect((await send('DELETE', '/api/users/u1', {})).status).toBe(422)
    expect((await send('DELETE', '/api/users/u1', { reason: 'gone', dry_run: true })).status).toBe(200)
    expect(p.store.users.get('u1')?.status).toBe('active')
  })

  it('the documented addresses do the same', async () => {
    const path = '/api/analytics/dashboard/user/u1/redeploy'
    const refused = await api(path)
    expect([refused.status, (await refused.json()).detail]).toEqual([
      409,
      'There is nothing to deploy: no build has succeeded.',
    ])
    p.store.putBuild({
      id: 'b2',
      kind: 'build',
      userId: 'u1',
      tenantId: 'acme',
      status: 'succeeded',
      attempt: 1,
      atMs: 2,
    })
    expect((await api(`${path}/`)).status).toBe(200)
    expect((await api('/api/analytics/dashboard/user/u1/retry')).status).toBe(409)
    const reader = await p.t.key(['read'])
    expect((await api(path, {}, {}, reader)).status).toBe(403)
  })
})

describe('a main app that does not say what came of it', () => {
  let faulty: FaultyApp
  const at = (url: string) => ({ ...p.t.deps, config: { ...p.t.deps.config, mainAppUrl: url, mainAppTimeoutMs: 200 } })
  const withApp = async (url: string, work: () => Promise<void>) => {
    const { mainAppUrl, mainAppTimeoutMs } = p.t.deps.config
    Object.assign(p.t.deps.config, { mainAppUrl: url, mainAppTimeoutMs: 200 })
    await work().finally(() => Object.assign(p.t.deps.config, { mainAppUrl, mainAppTimeoutMs }))
  }

  it('leaves it unknown, shown as that and never as done, until asking again with the same key settles it', async () => {
    faulty = await faultyApp('silence')
    let run = { id: '', state: '' }
    await withApp(faulty.url, async () => {
      const answer = await api('/api/users/u1/actions/suspend', { reason: 'slow' })
      expect(answer.status).toBe(202)
      run = await answer.json()
      expect(run).toMatchObject({ state: 'unknown', settled_at: null, message: null })
      const { html } = await page(`/dashboard/actions/${run.id}`)
      expect(html).toContain('Whether it was done is not known.')
      expect(html).toContain('Asked once')
      expect(html).not.toContain('>Suspended<')
      // Not due for a minute.
      expect(await settleOpen(p.t.deps)).toEqual({ open: 0, settled: 0 })
      clock.now = new Date(clock.now.getTime() + 61_000)
      faulty.replies.splice(0, 1, { status: 200, body: '{"status":"ok"}' }, done('The user is signed out.'))
      expect(await settleOpen(p.t.deps)).toEqual({ open: 1, settled: 1 })
    })
    const settled = (await runsOfUser(p.t.deps, 'u1', 100)).find(({ id }) => id === run.id)
    expect(settled).toMatchObject({
      id: run.id,
      state: 'done',
      answer: { message: 'The user is signed out.' },
      attempts: 2,
    })
    const keys = faulty.got.filter(({ method }) => method === 'POST').map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys)).toEqual(new Set([run.id]))
    expect((await audits('user:u1')).slice(-3)).toEqual(['action.request', 'action.unknown', 'user.suspend'])
    await faulty.close()
  })

  it('is asked by the button as well, by one at a time; that it is away now says nothing of before', async () => {
    faulty = await faultyApp('cut')
    await withApp(faulty.url, async () => {
      const { id } = await (await api('/api/users/u1/actions/redeploy')).json()
      Object.assign(p.t.deps.config, { mainAppUrl: await nobody() })
      const pressed = await p.t.request(`/dashboard/actions/${id}/ask`, form({}, operator))
      expect(pressed.status).toBe(303)
      const { html } = await page(`/dashboard/actions/${id}`)
      expect(html).toContain('ECONNREFUSED')
      expect(html).toContain('Whether it was done is not known.')
      expect(html).toContain('Asked 2 times')
      await p.t.sql`update action_runs set busy_until = ${new Date(clock.now.getTime() + 1_000)} where id = ${id}`
      expect((await api(`/api/actions/${id}/ask`)).status).toBe(409)
      await p.t.sql`update action_runs set busy_until = null, at = at - interval '25 hours' where id = ${id}`
      expect((await page(`/dashboard/actions/${id}`)).html).toContain('too long ago to ask again')
    })
    await faulty.close()
  })

  it('and a process that dies before the answer leave a run that is settled like any other', async () => {
    const id = '11111111-1111-4111-8111-111111111111'
    await p.t.sql`
      insert into action_runs (id, action, user_id, actor, key, request, attempts, at, busy_until, next_at)
      values (${id}, 'reinstate', 'u1', 'admin:x', 'died', '{}', 1, ${clock.now}, ${clock.now}, ${clock.now})`
    p.store.put({ id: 'u1', status: 'suspended' })
    // The example is away after what the test before did to our breaker; half a minute later it is asked again.
    clock.now = new Date(clock.now.getTime() + 61_000)
    expect(await settleOpen(at(p.t.deps.config.mainAppUrl))).toMatchObject({ settled: 1 })
    expect(p.store.users.get('u1')?.status).toBe('active')
    const [run] = await runsOfUser(p.t.deps, 'u1', 100).then((runs) => runs.filter((one) => one.id === id))
    expect(run).toMatchObject({ state: 'done', attempts: 2 })
  })

  it('is away altogether: nothing was done, and the button says so before it is pressed', async () => {
    await withApp(await nobody(), async () => {
      const { html } = await page('/dashboard/users/u1/actions/suspend')
      expect(html).toContain('does not answer')
      expect(html).toContain('It was only a dry run: nothing has changed.')
      expect(html).toMatch(/value="act" disabled/)
      const answer = await api('/api/users/u1/actions/suspend', { reason: 'x' })
      expect([answer.status, (await answer.json()).detail]).toEqual([502, expect.stringContaining('Nothing was done.')])
    })
    const failed = (await runsOfUser(p.t.deps, 'u1', 100)).filter(({ state }) => state === 'failed')
    expect(failed).toHaveLength(1)
    clock.now = new Date(clock.now.getTime() + 31_000)
  })
})

it('the contract names every action, with what it takes', async () => {
  const answer = await p.t.request('/api/main-app-contract.json', { headers: { authorization: `Bearer ${key}` } })
  const { paths } = await answer.json()
  const body = (action: string) =>
    paths[`/quarterdeck/v1/users/{user_id}/actions/${action}`].post.requestBody.content['application/json'].schema
  expect(body('trial').properties.fields).toMatchObject({
    required: ['plan', 'days'],
    properties: { days: { type: 'integer', minimum: 1, maximum: 365 }, plan: { type: 'string' } },
  })
  expect(body('suspend').properties.fields.properties).toEqual({})
  expect(Object.keys(paths)).toContain('/quarterdeck/v1/users/actions/create')
  expect(Object.keys(paths)).toHaveLength(19)
})
