import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { refreshUserStats } from '../src/users/stats.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { NOW } from './segments-fixture.ts'
import { fillUsers } from './users-fixture.ts'

const ORIGIN = 'http://localhost'
type Asking = Pick<TestApp, 'request'>

let t: TestApp
let viewer: string
let operator: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillUsers(t.sql)
  await fillLife()
  await refreshUserStats(t.deps)
  viewer = await t.admin('viewer')
  operator = await t.admin('operator')
})
afterAll(() => t.close())

/** What happened with ann: two models, a call without a price, money, messages, a site, a visit. */
async function fillLife(): Promise<void> {
  const { sql } = t
  await sql`select ensure_partition('api_calls', ${NOW}), ensure_partition('events', ${NOW})`
  await sql`
    insert into api_calls (ts, received_at, batch_id, user_id, tenant_id, first_of_request, ai, service, provider, model, endpoint,
      feature, content_type, status, error_kind, latency_ms, tokens_in, tokens_out, cached, retry, cost, estimate)
    select ts::timestamptz, ts::timestamptz, 1, u, 'acme', true, true, 'studio', 'p', model, '/ai', 'f', 'text', status,
      case status when 'error' then 'timeout' end, 800, tin, tout, false, false, cost, false
    from (values
      ('2026-11-20T09:00Z', 'ann', 'big', 'ok', 1000, 100, 1.25), ('2026-11-19T09:00Z', 'ann', 'big', 'error', 0, 0, 0),
      ('2026-11-18T09:00Z', 'ann-old', 'small', 'ok', 2000, 300, 0.5), ('2026-11-17T09:00Z', 'ann', 'odd', 'ok', 5, 5, null),
      ('2026-11-20T09:30Z', 'bob', 'big', 'ok', 7, 7, 7)
    ) v (ts, u, model, status, tin, tout, cost)`
  await sql`
    insert into events (ts, received_at, batch_id, user_id, tenant_id, session_id, type, name, source, country, city, browser, os,
      device, properties)
    values ('2026-11-20T08:00Z', ${NOW}, 1, 'ann', 'acme', 's2', 'track', 'site_deployed', 'typed', 'DE', 'Bremen', 'Firefox',
      'Linux', 'desktop', null)`
  await sql`
    insert into payments (payment_id, ts, user_id, tenant_id, provider, status, amount_minor, currency, failure_reason, updated_at)
    values ('pay1', '2026-11-19T12:00Z', 'ann', 'acme', 'stripe', 'failed', 4900, 'USD', 'card_declined', ${NOW})`
  await sql`
    insert into subscriptions (subscription_id, customer_id, user_id, tenant_id, plan, status, interval, interval_count, quantity,
      amount_minor, currency, mrr_minor, started_at, current_period_end, updated_at)
    values ('s1', 'acme', '', 'acme', 'pro', 'past_due', 'month', 1, 3, 3300, 'USD', 9900, '2026-11-18', '2026-12-18', ${NOW})`
  await sql`
    insert into messages (message_id, ts, user_id, tenant_id, channel, direction, status, subject, text, updated_at)
    values ('m1', '2026-11-18T12:00Z', 'ann', 'acme', 'chat', 'in', 'delivered', null, 'My kitten is <b>lost</b>', ${NOW}),
      ('m2', '2026-11-18T13:00Z', 'ann', 'acme', 'email', 'out', 'opened', 'About your kitten', 'It was found', ${NOW})`
  await sql`
    insert into objects (kind, object_id, user_id, tenant_id, name, created_at, updated_at, properties)
    values ('site', 'o1', 'ann', 'acme', 'Seeds', '2026-11-19', ${NOW}, '{"url": "https://seeds.example/shop"}'),
      ('site', 'o2', 'ann', 'acme', 'Evil', '2026-11-20', ${NOW}, '{"url": "javascript:alert(1)"}')`
  // What another id of hers did in November counts for the month.
  await sql`update user_days set last_active_at = '2026-11-20T10:15Z' where user_id = 'ann' and day = '2026-11-20'`
}

const page = async (path: string, cookie = operator, app: Asking = t) => {
  const answer = await app.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: answer.status, html: await answer.text() }
}
const words = (html: string) => html.replace(/<script[\s\S]*?<\/script>|<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const post = (path: string, cookie: string, fields: Record<string, string> = {}, app: Asking = t) =>
  app.request(path, {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const withConfig = (config: Partial<TestApp['deps']['config']>): Asking => {
  const app = createApp({ ...t.deps, config: { ...t.deps.config, ...config } })
  return { request: async (path, init) => app.request(`${ORIGIN}${path}`, init) }
}
const lines = async (action: string) =>
  t.sql<{ actor: string; target: string; detail: unknown }[]>`
    select actor, target, detail from audit_log where action = ${action} order by id`

describe('the page of a user', () => {
  it('says who they are, what they use up, cost and pay', async () => {
    const { status, html } = await page('/dashboard/users/ann')
    expect(status).toBe(200)
    const text = words(html)
    for (const part of [
      'ann@x.example',
      'Ann Archer',
      'Acme Ltd',
      'Signed up 4 May 10:00',
      'Signs in with google',
      'seeds.example',
      // Of November: 7 AI calls of the roll-up, and four builds, one by an id that turned out to be hers.
      'AI calls 7 of 8',
      'Builds 4 of 40',
      'Revenue, MRR paid by the tenant AI cost −$1.75',
      'Pro, of the tenant $99.00 a month, past due',
      '$49.00 stripe card declined',
      'Pays for Pro.',
    ])
      expect(text, part).toContain(part)
    // A limit of what nobody counts is not shown, and neither is an address that is none.
    expect(text).not.toContain('Seats')
    expect(html).not.toContain('javascript:')
    expect(html).not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object /)
    expect(html).toContain('q-bar-warn')
  })

  it('adds up calls, tokens and cost by model, other ids among them; what has no price is told', async () => {
    const { html } = await page('/dashboard/users/ann')
    const models = words(/id="card-models"[\s\S]*?<\/table>[\s\S]*?<\/section>/.exec(html)?.[0] ?? '')
    expect(models).toContain('big 2 1 1,000 100 $1.25')
    expect(models).toContain('small 1 0 2,000 300 $0.50')
    expect(models).toContain('odd 1 0 5 5 unknown')
    expect(models).toContain('Total 4 1 3,005 405 $1.75')
    expect(html).toContain('1 call without a known cost')
  })

  it('tells what happened, newest first, by kind and page by page', async () => {
    const { html } = await page('/dashboard/users/ann')
    const titles = [...html.matchAll(/class="q-feed-text"[^>]*>\s*<b>([^<]*)<\/b>/g)].map(([, title]) => title)
    expect(titles).toEqual(
      expect.arrayContaining([
        'Site deployed',
        'Payment failed, $49.00',
        'Call failed',
        'Chat message from the user',
        'Joined',
      ]),
    )
    const errors = await page('/dashboard/users/ann?show=errors')
    expect([...errors.html.matchAll(/class="q-feed-text"[^>]*>\s*<b>([^<]*)<\/b>/g)].map(([, title]) => title)).toEqual(
      ['Call failed'],
    )
    // What others did is not here.
    expect((await page('/dashboard/users/cem')).html).not.toContain('Call failed')
    expect((await page('/dashboard/users/ann?show=nothing&before=x')).status).toBe(200)
  })

  it('is found by an id that turned out to be theirs, and not where there is none', async () => {
    expect(words((await page('/dashboard/users/ann-old')).html)).toContain('ann@x.example')
    for (const id of ['nobody', '%00', "x'--", '..%2f..'])
      expect((await page(`/dashboard/users/${id}`)).status, id).toBe(404)
    await t.sql`insert into users (user_id, email, created_at, created_known, updated_at) values ('a/b c', 'odd@x.example', ${NOW}, true, ${NOW})`
    expect(words((await page('/dashboard/users/a%2Fb%20c')).html)).toContain('odd@x.example')
  })

  it('says of a user whom the product has deleted that they are, and where what is held here is erased', async () => {
    await t.sql`
      insert into users (user_id, tenant_id, email, status, created_at, created_known, updated_at)
      values ('gil', 'acme', 'gil@x.example', 'deleted', ${NOW}, true, ${NOW})`
    await t.sql`insert into merged_ids (id, user_id, since) values ('gil-old', 'gil', '2026-11-01')`
    const owner = await t.admin('owner')
    for (const id of ['gil', 'gil-old']) {
      const { status, html } = await page(`/dashboard/users/${id}`, owner)
      expect(status, id).toBe(404)
      expect(words(html), id).toContain(
        'The product has deleted this account. What Quarterdeck holds of it stays until',
      )
      expect(html, id).toContain('<a href="/dashboard/users/gil/erase">')
    }
    const { status, html } = await page('/dashboard/users/gil')
    expect([status, html.includes('The product has deleted this account'), html.includes('/erase"')]).toEqual([
      404,
      true,
      false,
    ])
    expect(words((await page('/dashboard/users/nobody', owner)).html)).toContain('There is no user of this name.')
    const bound = { authorization: `Bearer ${await t.key(['read'], ['bolt'])}`, accept: 'application/json' }
    const ask = async (id: string) =>
      ((await (await t.request(`/api/users/${id}`, { headers: bound })).json()) as { detail: string }).detail
    expect(await ask('gil')).toBe('There is no user “gil”.')
  })

  it('names the plan the product tells of, where there is no subscription, and counts it nowhere', async () => {
    const told = async (id: string, tenant: string, plan: string) => {
      await t.sql`
        insert into users (user_id, tenant_id, email, plan, created_at, created_known, updated_at)
        values (${id}, ${tenant}, ${`${id}@x.example`}, ${plan}, ${NOW}, true, ${NOW})`
    }
    await told('hal', '', 'pro')
    await told('ida', '', 'pro')
    await told('jon', 'acme', 'pro')
    await told('kim', '', 'free')
    await t.sql`
      insert into subscriptions (subscription_id, customer_id, user_id, tenant_id, plan, status, interval, interval_count, quantity,
        amount_minor, currency, mrr_minor, started_at, updated_at)
      values ('s2', 'ida', 'ida', '', 'pro', 'cancelled', 'month', 1, 1, 3300, 'USD', 0, '2026-10-18', ${NOW})`
    await t.sql`insert into dirty_user_stats values ('hal'), ('ida'), ('jon'), ('kim')`
    await refreshUserStats(t.deps)
    const hal = words((await page('/dashboard/users/hal')).html)
    expect(hal).toMatch(/hal@x\.example\s+Pro\s+no subscription/)
    expect(hal).toContain('Is on Pro, as the product says, without a subscription.')
    // Its limits are those of that plan, and there is no revenue.
    expect(hal).toContain('AI calls 0 of 8')
    expect(hal).toContain('Revenue, MRR $0.00')
    // A subscription of their own, also one that ended, or of their tenant, is what counts; and free is free.
    for (const id of ['ida', 'jon', 'kim'])
      expect(words((await page(`/dashboard/users/${id}`)).html), id).not.toContain('no subscription')
    const key = { authorization: `Bearer ${await t.key(['read'])}`, accept: 'application/json' }
    const ask = async (id: string) => (await t.request(`/api/users/${id}`, { headers: key })).json()
    expect(await ask('hal')).toMatchObject({ plan: 'free', class: 'free', plan_told: 'pro' })
    expect(await ask('ida')).toMatchObject({ plan: 'free', class: 'free', plan_told: null })
    const listed = (await (await t.request('/api/users?tab=paying', { headers: key })).json()) as {
      users: { user_id: string }[]
    }
    expect(listed.users.map(({ user_id }) => user_id)).not.toContain('hal')
  })

  it('shows a limit that was set for them alone in place of the plan’s, as long as it holds', async () => {
    await t.sql`
      insert into users (user_id, email, plan, created_at, created_known, updated_at)
      values ('lea', 'lea@x.example', 'pro', ${NOW}, true, ${NOW})`
    const set = (at: string, request: string, state = 'done') => t.sql`
      insert into action_runs (id, action, user_id, actor, key, request, state, at, settled_at)
      values (gen_random_uuid(), 'limits', 'lea', 'cli', gen_random_uuid()::text, ${request}::text::jsonb, ${state}, ${at}, ${at})`
    await set('2026-11-18T09:00Z', '{"limit": "ai_calls", "value": 500}')
    await set('2026-11-19T09:00Z', '{"limit": "ai_calls", "value": 20, "days": 14}')
    await set('2026-11-20T09:00Z', '{"limit": "ai_calls", "value": 900}', 'refused')
    // Over by now, and of what nobody counts here.
    await set('2026-11-10T09:00Z', '{"limit": "builds", "value": 90, "days": 3}')
    await set('2026-11-17T09:00Z', '{"limit": "seats", "value": 50}')
    const { html } = await page('/dashboard/users/lea')
    const text = words(html)
    expect(text).toContain('AI calls 0 of 20')
    expect(text).toContain('Set from here 19 Nov 09:00 until 3 Dec 09:00, in place of the plan’s 8')
    expect(text).toContain('Builds 0 of 40')
    expect(text).toContain('Seats 50 Set from here 17 Nov 09:00, in place of the plan’s 3')
    expect(html).not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object /)
    await set('2026-11-20T10:00Z', '{"limit": "ai_calls", "value": 8}')
    const after = words((await page('/dashboard/users/lea', operator, withConfig({}))).html)
    expect(after).toContain('AI calls 0 of 8')
    expect(after).not.toContain('until 3 Dec 09:00')
  })

  it('is the same for a program', async () => {
    const key = { authorization: `Bearer ${await t.key(['read'])}`, accept: 'application/json' }
    const answer = await t.request('/api/users/ann', { headers: key })
    const user = (await answer.json()) as { days: { day: string; api_calls: number }[] }
    expect(user).toMatchObject({
      user_id: 'ann',
      calls_30d: 30,
      ai_cost_30d: 1.75,
      mrr: null,
      name: 'Ann Archer',
      tags: [],
    })
    expect(user.days).toHaveLength(30)
    expect(user.days.at(-1)).toMatchObject({ day: '2026-11-20', api_calls: 6 })
    expect(user.days[0]).toMatchObject({ day: '2026-10-22', api_calls: 20 })
    expect((await t.request('/api/users/nobody', { headers: key })).status).toBe(404)
  })

  it('tells in privacy mode strict id, address, plan and counts, and no more', async () => {
    const strict = withConfig({ privacy: 'strict' })
    const { html } = await page('/dashboard/users/ann', operator, strict)
    const text = words(html)
    expect(text).toContain('ann@x.example')
    expect(text).toContain('Total 4 1 3,005 405 $1.75')
    for (const part of [
      'Ann Archer',
      'Acme Ltd',
      'google',
      'Profile',
      'Timeline',
      'Bremen',
      'card declined',
      'Write the note',
      'Messages',
    ])
      expect(text, part).not.toContain(part)
    expect((await page('/dashboard/users/ann/messages', operator, strict)).status).toBe(403)
    expect((await post('/dashboard/users/ann/notes', operator, { note: 'x' }, strict)).status).toBe(403)
    const key = { authorization: `Bearer ${await t.key(['read'])}`, accept: 'application/json' }
    const user = (await (await strict.request('/api/users/ann', { headers: key })).json()) as object
    for (const name of ['name', 'provider', 'country', 'city', 'tags']) expect(user).not.toHaveProperty(name)
  })
})

describe('notes and tags', () => {
  it('are written, found by, and taken away again; each is in the audit log and the timeline', async () => {
    const wrote = await post('/dashboard/users/dia/notes', operator, { note: '  Called <i>twice</i>.\nWants a demo. ' })
    expect([wrote.status, wrote.headers.get('location')]).toEqual([303, '/dashboard/users/dia?done=note'])
    expect((await post('/dashboard/users/dia/tags', operator, { tag: ' Needs  Help ' })).status).toBe(303)
    expect((await post('/dashboard/users/dia/tags', operator, { tag: 'needs help' })).status).toBe(303)
    // The clock of the test stands still; the log's goes on.
    await t.sql`update audit_log set at = ${NOW} where target = 'user:dia'`
    const { html } = await page('/dashboard/users/dia')
    expect(html).toContain('Called &lt;i&gt;twice&lt;/i&gt;.\nWants a demo.')
    expect(html).toContain('/dashboard/users?tag=needs%20help')
    expect((await page('/dashboard/users?tag=needs%20help')).html).toContain('dia@x.example')
    expect((await page('/dashboard/users/dia?show=admin')).html).toContain('Note written')
    expect((await page('/dashboard/users/dia', viewer)).html).not.toContain('Note written')
    const [note] = await t.sql<{ id: number }[]>`select id::float8 as id from user_notes`
    expect((await post(`/dashboard/users/ann/notes/${note?.id}/delete`, operator)).status).toBe(404)
    expect((await post(`/dashboard/users/dia/notes/${note?.id}/delete`, operator)).status).toBe(303)
    expect((await post('/dashboard/users/dia/tags/remove', operator, { tag: 'needs help' })).status).toBe(303)
    expect(await t.sql`select from user_notes union all select from user_tags`).toEqual([])
    expect(await lines('user.tag.add')).toHaveLength(1)
    expect(await lines('user.note.create')).toEqual([
      { actor: expect.stringMatching(/^admin:/), target: 'user:dia', detail: { note: note?.id } },
    ])
  })

  it('are for operators, and not with READ_ONLY', async () => {
    const sent = (cookie: string, app?: Asking) => post('/dashboard/users/dia/tags', cookie, { tag: 'vip' }, app)
    expect((await sent(viewer)).status).toBe(403)
    expect((await sent('')).status).toBe(303)
    expect((await sent(operator, withConfig({ readOnly: true }))).status).toBe(403)
    expect((await post('/dashboard/users/nobody/tags', operator, { tag: 'vip' })).status).toBe(404)
    expect(await t.sql`select from user_tags`).toEqual([])
    expect((await page('/dashboard/users/dia', viewer)).html).toContain('This needs the role operator')
  })

  it('that are not taken come back as they were typed, with the reason at the field', async () => {
    for (const [path, field, text] of [
      ['notes', 'note', '   '],
      ['notes', 'note', 'x'.repeat(2_001)],
      ['notes', 'note', 'bell\u0007'],
      ['tags', 'tag', 'one, two'],
      ['tags', 'tag', 'y'.repeat(41)],
    ] as const) {
      const answer = await post(`/dashboard/users/dia/${path}`, operator, { [field]: text })
      const html = await answer.text()
      expect(answer.status, text.slice(0, 20)).toBe(422)
      expect(html).toContain('q-field-error')
      expect(html).toContain(text.trim() ? text.slice(0, 30) : 'A few words are needed.')
    }
  })
})

describe('messages', () => {
  it('are read on a page of their own, which puts on record who did', async () => {
    const { html: before } = await page('/dashboard/users/ann')
    expect(words(before)).toContain('2 messages to and from this user.')
    expect(before).not.toContain('kitten')
    const { status, html } = await page('/dashboard/users/ann/messages')
    expect(status).toBe(200)
    expect(html).toContain('My kitten is &lt;b&gt;lost&lt;/b&gt;')
    expect(html.indexOf('About your kitten')).toBeLessThan(html.indexOf('My kitten'))
    expect(await lines('user.messages.read')).toEqual([
      { actor: expect.stringMatching(/^admin:/), target: 'user:ann', detail: { messages: 2 } },
    ])
  })

  it('are not for viewers, and what is not there is on no record', async () => {
    expect((await page('/dashboard/users/ann/messages', viewer)).status).toBe(403)
    expect((await page('/dashboard/users/ann', viewer)).html).toContain('This needs the role operator')
    expect((await page('/dashboard/users/cem/messages')).html).toContain('There are none of this user')
    expect(await lines('user.messages.read')).toHaveLength(1)
  })
})

it('pages that name a user lead to theirs', async () => {
  expect((await page('/dashboard/activity?kinds=payment')).html).toContain('href="/dashboard/users/ann"')
})
