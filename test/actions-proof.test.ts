import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimRun } from '../src/actions/ask-again.ts'
import { askHref, runHref } from '../src/actions/paths.ts'
import { actions, isAsked } from '../src/actions/registry.ts'
import type { Action, ActionField } from '../src/actions/types.ts'
import { authOf } from '../src/auth/auth.ts'
import { done, type FaultyApp, faultyApp, form, hiddenOf, type Product, product } from './actions-kit.ts'
import { TEST_PASSWORD } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const HOUR_MS = 3_600_000
let p: Product
let app: FaultyApp
let owner: string
let operator: string
beforeAll(async () => {
  app = await faultyApp(done())
  p = await product({ now: () => NOW, config: { mainAppUrl: app.url, mainAppTimeoutMs: 200 } })
  owner = await p.t.admin('owner')
  operator = await p.t.admin('operator')
})
afterAll(() => Promise.all([p?.close(), app?.close()]))
beforeEach(async () => {
  app.got.length = 0
  app.replies.splice(0, app.replies.length, done())
  await p.t.sql`truncate action_runs`
  await proved(1)
})

/** As if everybody had proved so many minutes ago who they are. */
async function proved(minutes: number): Promise<void> {
  await p.t.sql`update admin_sessions set proved_at = now() - ${`${minutes} minutes`}::interval`
  authOf(p.t.deps).sessions.forgetAll()
}

const program = (path: string, cookie: string, body: object = {}, method = 'POST') =>
  p.t.request(path, {
    method,
    headers: { cookie, origin: 'http://localhost', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const detailOf = async (answer: Response) => ((await answer.json()) as { detail: string }).detail
const operatorId = async () => (await p.t.sql<{ id: string }[]>`select id from admins where role = 'operator'`)[0]!.id
/** What the main app was asked to do. */
const asked = () => app.got.filter(({ body }) => body.includes('"dry_run":false'))

const SAMPLES: Record<ActionField['input'], string> = { text: 'x', email: 'x@x.example', number: '5', choice: 'pro' }
const fieldsOf = ({ fields }: Action) =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => !field.optional && isAsked(field, {}))
      .map(([name, { input }]) => [name, SAMPLES[input]]),
  )

let runs = 0
/** A run that nobody knows the end of, as a process or a main app left it. */
async function open(action: Action['name'], actor: string, agoMs: number, on: Action['on'] = 'user'): Promise<string> {
  const id = `22222222-2222-4222-8222-${String(++runs).padStart(12, '0')}`
  const at = new Date(NOW.getTime() - agoMs)
  await p.t.sql`
    insert into action_runs (id, action, user_id, actor, key, request, state, attempts, at)
    values (${id}, ${action}, ${on === 'user' ? 'u1' : ''}, ${actor}, ${id}, '{}', 'unknown', 1, ${at})`
  return id
}

describe('what destroys or hands out power', () => {
  const wanting = actions.filter((action) => action.proved)
  const apiOf = ({ on, name }: Action) =>
    on === 'product' ? `/api/product/actions/${name}` : `/api/users/u1/actions/${name}`

  it('is each action that destroys, and each that gives a link', () => {
    const unproved = actions.filter((action) => (action.destructive || action.link) && !action.proved)
    expect(unproved.map(({ name }) => name)).toEqual([])
    expect(wanting.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['suspend', 'ban', 'delete', 'impersonate', 'maintenance-on']),
    )
  })

  it.each(wanting.map((action) => [action.name, action] as const))(
    '%s is refused at each door where the proof is old, and nobody is asked',
    async (name, action) => {
      await proved(16)
      const href = askHref(action.on === 'user' ? 'u1' : '', name)
      const page = await p.t.request(href, form({ do: 'act', reason: 'x' }, owner))
      expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('Is it still you?')])
      const body = { reason: 'x', fields: fieldsOf(action) }
      const api = await program(apiOf(action), owner, body)
      expect([api.status, await detailOf(api)]).toEqual([403, expect.stringContaining('/dashboard/confirm')])
      expect(await p.t.sql`select from action_runs`).toHaveLength(0)

      const run = await open(name, 'admin:x', HOUR_MS, action.on)
      if (!action.link) {
        expect((await program(`/api/actions/${run}/ask`, owner)).status).toBe(403)
        expect(await (await p.t.request(`${runHref(run)}/ask`, form({}, owner))).text()).toContain('Is it still you?')
      }
      expect(asked()).toEqual([])

      // A key has nobody to ask, and a fresh proof is one.
      const headers = { authorization: `Bearer ${await p.t.key(['act'])}`, 'content-type': 'application/json' }
      const byKey = await p.t.request(apiOf(action), { method: 'POST', headers, body: JSON.stringify(body) })
      expect(byKey.status).toBe(200)
      await proved(1)
      expect((await program(apiOf(action), owner, body)).status).toBe(200)
    },
  )

  it('is refused at the addresses of their own as well, and a dry run is not', async () => {
    await proved(16)
    expect((await program('/api/users/u1', owner, { reason: 'x' }, 'DELETE')).status).toBe(403)
    expect(asked()).toEqual([])
    app.replies.splice(0, 1, { status: 200, body: '{"status":"would"}' })
    expect((await program('/api/users/u1', owner, { reason: 'x', dry_run: true }, 'DELETE')).status).toBe(200)
    expect((await program('/api/users/u1/actions/redeploy', owner, { dry_run: true })).status).toBe(200)
  })

  it('goes on from the page that asks for the proof', async () => {
    app.replies.splice(0, 1, { status: 200, body: '{"status":"would"}' }, done('Signed out.'))
    const href = askHref('u1', 'suspend')
    const html = await (await p.t.request(href, { headers: { cookie: owner, accept: 'text/html' } })).text()
    const hidden = hiddenOf(html)
    await proved(16)
    const sent = form({ ...hidden, do: 'act', reason: 'x', proof_password: TEST_PASSWORD }, owner)
    expect((await p.t.request(href, sent)).status).toBe(303)
    expect(asked()).toHaveLength(1)
  })
})

describe('asking again', () => {
  it('is refused once the main app may have forgotten the key, at each door', async () => {
    const run = await open('trial', 'admin:x', 72 * HOUR_MS)
    const api = await program(`/api/actions/${run}/ask`, operator)
    expect([api.status, await detailOf(api)]).toEqual([409, expect.stringContaining('may do it a second time')])
    expect((await p.t.request(`${runHref(run)}/ask`, form({}, operator))).status).toBe(409)
    expect(await claimRun(p.t.deps, run)).toBeUndefined()
    expect(asked()).toEqual([])
    const young = await open('trial', 'admin:x', 23 * HOUR_MS)
    expect((await program(`/api/actions/${young}/ask`, operator)).status).toBe(200)
    expect(asked()).toHaveLength(1)
  })

  it('leaves it unknown where somebody before the main app turns it away', async () => {
    const run = await open('trial', 'admin:x', HOUR_MS)
    for (const status of [403, 404]) {
      app.replies.splice(0, 1, { status, body: '<html>gateway</html>' })
      const answer = await program(`/api/actions/${run}/ask`, operator)
      expect([answer.status, await answer.json()]).toEqual([202, expect.objectContaining({ state: 'unknown' })])
    }
    app.replies.splice(0, 1, { status: 409, body: '{"detail":"There is a trial already."}' })
    expect((await program(`/api/actions/${run}/ask`, operator)).status).toBe(409)
  })

  it('gives a link to whoever asked for it, and to nobody else in their name', async () => {
    const run = await open('impersonate', `admin:${await operatorId()}`, HOUR_MS)
    const other = await program(`/api/actions/${run}/ask`, owner)
    expect([other.status, await detailOf(other)]).toEqual([403, expect.stringContaining('whoever asked for it')])
    const pressed = await p.t.request(`${runHref(run)}/ask`, form({}, owner))
    expect(pressed.status).toBe(403)
    const page = await p.t.request(runHref(run), { headers: { cookie: owner, accept: 'text/html' } })
    expect(await page.text()).toMatch(/disabled="" title="The link is for whoever asked for it/)
    expect(asked()).toEqual([])
    app.replies.splice(0, 1, done('Open it.', { url: 'https://app.example/impersonate/abc' }))
    const own = await program(`/api/actions/${run}/ask`, operator)
    expect([own.status, await own.json()]).toEqual([
      200,
      expect.objectContaining({ url: expect.stringMatching(/abc$/) }),
    ])
  })
})

describe('taking back', () => {
  const undo = { action: 'change-plan', fields: { plan: 'free' } }
  const act = (path: string, body: object, headers: Record<string, string> = {}) =>
    p.t.request(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  let key: string
  beforeAll(async () => {
    key = await p.t.key(['act', 'read'])
  })
  const plan = '/api/users/u1/actions/change-plan'
  /** A change of the plan that can be taken back, by a while ago. */
  async function changed(more: object = {}): Promise<string> {
    app.replies.splice(0, 1, done('Changed.', { undo: { ...undo, ...more } }))
    const run = (await (await act(plan, { fields: { plan: 'pro' } })).json()) as { id: string }
    app.replies.splice(0, 1, done('Changed back.'))
    app.got.length = 0
    return run.id
  }

  it('is what the main app named: that action, of that user, with those fields', async () => {
    const of = await changed()
    const wrong = [
      ['/api/users/u2/actions/change-plan', { fields: { plan: 'free' } }],
      [plan, { fields: { plan: 'enterprise' } }],
      ['/api/users/u1/actions/redeploy', {}],
    ] as const
    for (const [path, body] of wrong) {
      const answer = await act(path, { ...body, undo_of: of })
      expect([answer.status, await detailOf(answer)], path).toEqual([422, expect.stringContaining('change-plan')])
    }
    expect(asked()).toEqual([])
    expect(await p.t.sql`select from action_runs where undo_of is not null`).toHaveLength(0)
    const right = { fields: { plan: 'free' }, undo_of: of }
    const first = await act(plan, right, { 'idempotency-key': 'back' })
    expect(first.status).toBe(200)
    // Sent again it is the same; another one comes too late.
    expect(await (await act(plan, right, { 'idempotency-key': 'back' })).json()).toEqual(await first.json())
    expect((await act(plan, right)).status).toBe(409)
    expect(asked()).toHaveLength(1)
  })

  it('is refused where there is none, or it is too late', async () => {
    const late = await changed({ until: '2026-11-20T11:59:59Z' })
    expect((await act(plan, { fields: { plan: 'free' }, undo_of: late })).status).toBe(409)
    app.replies.splice(0, 1, done('Changed.'))
    const run = (await (await act(plan, { fields: { plan: 'pro' } })).json()) as { id: string }
    app.got.length = 0
    expect((await act(plan, { fields: { plan: 'free' }, undo_of: run.id })).status).toBe(409)
    expect(asked()).toEqual([])
  })

  it('by the form is what the form was filled with, and says so where it was changed', async () => {
    const of = await changed()
    app.replies.splice(0, 1, { status: 200, body: '{"status":"would"}' })
    const href = askHref('u1', 'change-plan', of)
    const path = askHref('u1', 'change-plan')
    const html = await (await p.t.request(href, { headers: { cookie: operator, accept: 'text/html' } })).text()
    expect(html).toMatch(/value="free" selected/)
    const seen = await (await p.t.request(path, form({ 'f.plan': 'pro', do: 'see', undo: of }, operator))).text()
    const hidden = hiddenOf(seen)
    const pressed = await p.t.request(path, form({ ...hidden, 'f.plan': 'pro', do: 'act' }, operator))
    expect([pressed.status, await pressed.text()]).toEqual([422, expect.stringContaining('is taken back by')])
    expect(asked()).toEqual([])
  })
})
