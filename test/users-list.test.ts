import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { listUsers } from '../src/users/list.ts'
import { SORT_NAMES, type SortName, sortOf } from '../src/users/sorts.ts'
import { refreshUserStats } from '../src/users/stats.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { all, NOW } from './segments-fixture.ts'
import { fillUsers } from './users-fixture.ts'

const ORIGIN = 'http://localhost'

let t: TestApp
let viewer: string
let key: Record<string, string>
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillUsers(t.sql)
  await refreshUserStats(t.deps)
  viewer = await t.admin('viewer')
  key = { authorization: `Bearer ${await t.key(['read', 'act'])}` }
})
afterAll(() => t.close())

const call = (path: string, who: Record<string, string>, app: Pick<TestApp, 'request'> = t) =>
  app.request(path, { headers: { accept: 'application/json', origin: ORIGIN, ...who } })
const read = async (
  query = '',
  who = key,
): Promise<{ users: Record<string, unknown>[]; next: string | null; total: number | null }> => {
  const answer = await call(`/api/users${query}`, who)
  expect(answer.status, await answer.clone().text()).toBe(200)
  return (await answer.json()) as Awaited<ReturnType<typeof read>>
}
const ids = async (query = '', who = key) => (await read(query, who)).users.map(({ user_id }) => user_id)
const page = async (path: string, cookie = viewer, app: Pick<TestApp, 'request'> = t) => {
  const answer = await app.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: answer.status, html: await answer.text() }
}
const bound = async (email: string, tenants: string[]) => {
  await createAdmin(t.sql, { email, role: 'operator', password: TEST_PASSWORD, tenants })
  const body = new URLSearchParams({ email, password: TEST_PASSWORD }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN }
  const answer = await t.request('/login', { method: 'POST', headers, body })
  return String(answer.headers.get('set-cookie')).split(';')[0] ?? ''
}

describe('the numbers of a user', () => {
  it('are those of 30 days, today among them, of their own money and of their whole life', async () => {
    const { users, total } = await read('?sort=name')
    expect(total).toBe(5)
    expect(users.map((u) => [u.user_id, u.calls_30d, u.ai_cost_30d, u.mrr, u.margin_30d, u.last_seen_at])).toEqual([
      // Her tenant pays, so that no money is hers; the thousand calls of the 21st of October are past.
      ['ann', 30, 1.75, null, null, '2026-11-20T00:00:00.000Z'],
      ['bob', 1, 0, 0, 0, '2026-11-20T00:00:00.000Z'],
      ['cem', 0, 0, 0, 0, null],
      // In euros, of which no rate is known.
      ['dia', 0, 0, null, null, '2026-10-02T00:00:00.000Z'],
      ['eve', 3, 60.5, 49, -11.5, '2026-11-20T11:30:00.000Z'],
    ])
    expect(users.map((u) => [u.class, u.plan, u.status])).toEqual([
      ['paid', 'pro', 'active'],
      ['trial', 'pro', 'suspended'],
      ['free', 'free', 'active'],
      ['trial_expired', 'free', 'active'],
      ['paid', 'pro', 'active'],
    ])
  })

  it('are within a tenant those of what was done there', async () => {
    const { users, total } = await read('?tenant=acme&sort=name')
    expect(total).toBe(2)
    expect(users.map((u) => [u.user_id, u.calls_30d])).toEqual([
      ['ann', 10],
      ['bob', 1],
    ])
  })

  it('hold the first thing that somebody asked for', async () => {
    await t.sql`
      insert into prompts (prompt_id, ts, user_id, text, site_type, updated_at) values
        ('p1', '2026-11-02', 'ann', 'A shop for seeds', 'shop', now()), ('p2', '2026-11-01', 'ann', null, 'portfolio', now())`
    await t.sql`
      insert into objects (kind, object_id, user_id, name, created_at, updated_at)
      values ('project', 'o1', 'bob', 'Lark Bakery', '2026-11-11', now()), ('project', 'o2', 'bob', 'Later', '2026-11-12', now())`
    const { users } = await read('?sort=name')
    expect(users.map((u) => u.first_request)).toEqual(['portfolio', 'Lark Bakery', null, null, null])
  })
})

describe('the order', () => {
  const order: Record<SortName, string> = {
    name: 'ann bob cem dia eve',
    created: 'eve bob dia cem ann',
    calls: 'ann eve bob dia cem',
    cost: 'eve ann dia cem bob',
    // Unknown stands last, whichever way.
    mrr: 'eve cem bob dia ann',
    margin: 'eve bob cem ann dia',
    seen: 'eve bob ann dia cem',
    health: 'cem ann bob dia eve',
  }
  const reversed: Record<SortName, string> = {
    name: 'eve dia cem bob ann',
    created: 'ann cem dia bob eve',
    calls: 'cem dia bob eve ann',
    cost: 'bob cem dia ann eve',
    mrr: 'bob cem eve ann dia',
    margin: 'cem bob eve dia ann',
    seen: 'dia ann bob eve cem',
    health: 'ann cem eve dia bob',
  }

  it.each(SORT_NAMES)('by %s is the same whole, page by page, and back again', async (sort) => {
    for (const [dir, wanted] of [
      [sortOf(sort).first, order[sort]],
      [sortOf(sort).first === 'asc' ? 'desc' : 'asc', reversed[sort]],
    ] as const) {
      expect((await ids(`?sort=${sort}&dir=${dir}`)).join(' '), dir).toBe(wanted)
      for (const limit of [1, 2, 3]) {
        const query = { scope: '*', tab: 'all', sort, dir } as const
        const there: string[][] = []
        let window: Parameters<typeof listUsers>[2] | undefined = { limit }
        while (window) {
          const { users, next } = await listUsers(t.deps, query, window)
          there.push(users.map(({ user_id }) => user_id))
          window = next && { limit, after: next }
        }
        expect(there.flat().join(' ')).toBe(wanted)
        const last = await listUsers(t.deps, query, { limit: 5 - limit })
        const back = await listUsers(t.deps, query, { limit: 10, before: last.next ?? ['', ''] })
        expect(back.users.map(({ user_id }) => user_id)).toEqual(wanted.split(' ').slice(0, 4 - limit))
        expect([back.previous, back.next === undefined]).toEqual([undefined, back.users.length === 0])
      }
    }
  })

  it('goes on where the page before ended, and a cursor of another order is refused', async () => {
    const first = await read('?sort=calls&limit=2')
    expect(first.users.map(({ user_id }) => user_id)).toEqual(['ann', 'eve'])
    expect(await ids(`?sort=calls&limit=2&after=${first.next}`)).toEqual(['bob', 'dia'])
    for (const after of [first.next, 'x', Buffer.from('["cost","1e9","a"]').toString('base64url')]) {
      const refused = await call(`/api/users?sort=cost&after=${after}`, key)
      expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('after')])
    }
    // On the page a place that is none is the beginning.
    expect((await page('/dashboard/users?sort=cost&after=x')).html).toContain('eve@x.example')
  })
})

describe('the list can be narrowed', () => {
  it('by the tabs, which count as the classes do', async () => {
    const tabs = { all: 5, paying: 2, trial: 1, expired: 1, free: 1, suspended: 1 }
    for (const [tab, n] of Object.entries(tabs)) {
      const { users, total } = await read(`?tab=${tab}`)
      expect([tab, users.length, total]).toEqual([tab, n, n])
    }
    expect(await ids('?tab=suspended')).toEqual(['bob'])
    expect(await ids('?tab=paying&plan=pro&sort=name')).toEqual(['ann', 'eve'])
    expect(await ids('?plan=free&sort=name')).toEqual(['cem', 'dia'])
    const { html } = await page('/dashboard/users?tab=paying')
    expect(html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toContain(
      'All 5 Paying 2 Trial 1 Trial expired 1 Free 1 Suspended 1',
    )
  })

  it('by how an address, a domain, a name or an id begins, whatever its case', async () => {
    expect(await ids('?q=EVE@')).toEqual(['eve'])
    expect((await ids('?q=x.exam&sort=name')).join()).toBe('ann,bob,cem,dia,eve')
    expect(await ids('?q=ann%20ar')).toEqual(['ann'])
    expect(await ids('?q=dia')).toEqual(['dia'])
    // Signs of patterns are letters like others.
    expect(await ids('?q=%25')).toEqual([])
    expect(await ids('?q=_nn')).toEqual([])
    expect(await ids('?q=x.example&tab=paying&tenant=acme')).toEqual(['ann'])
    expect((await read('?q=ann')).total).toBeNull()
    const { html } = await page('/dashboard/users?q=zzz%3Cb%3E')
    expect(html).toContain('Nobody found by “zzz&lt;b&gt;”')
  })

  it('by a tag and a segment', async () => {
    await t.sql`insert into user_tags values ('cem', 'vip', 'admin:x', now()), ('eve', 'vip', 'admin:x', now())`
    expect(await ids('?tag=vip&sort=name')).toEqual(['cem', 'eve'])
    const made = await t.request('/api/segments', {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'German', rule: all({ kind: 'country', op: 'is', values: ['DE'] }) }),
    })
    expect(made.status).toBe(201)
    expect(await ids('?segment=german&sort=calls')).toEqual(['ann', 'bob'])
    expect((await page('/dashboard/users?segment=german')).html).not.toContain('eve@x.example')
    expect((await call('/api/users?segment=nobody', key)).status).toBe(422)
  })

  it('and says what it does not understand', async () => {
    const { html } = await page('/dashboard/users?tab=best&sort=luck&dir=up')
    for (const word of ['“best”', '“luck”', '“up”']) expect(html).toContain(word)
    expect((await call('/api/users?sort=luck', key)).status).toBe(422)
    expect((await call('/api/users?tab=best', key)).status).toBe(422)
  })
})

it('the file has the same rows as the JSON, in the same order', async () => {
  const { users } = await read('?sort=margin&tab=all')
  const answer = await call('/exports/user-list.csv?sort=margin', key)
  expect(answer.headers.get('content-disposition')).toContain('quarterdeck-users.csv')
  const rows = parse(await answer.text(), { columns: true }) as Record<string, string>[]
  expect(rows.map((row) => row.user_id)).toEqual(users.map(({ user_id }) => user_id))
  expect(rows[0]).toMatchObject({ user_id: 'eve', mrr: '49', margin_30d: '-11.5', currency: 'USD' })
})

it('programs get the health that the page shows and sorts by', async () => {
  const { users } = await read('?sort=health')
  expect(users.map(({ user_id, health, health_band }) => [user_id, health, health_band])).toEqual([
    ['cem', 31.5, 'churning'],
    ['ann', 80.3, 'healthy'],
    ['bob', null, null],
    ['dia', null, 'unknown'],
    ['eve', null, null],
  ])
  const rows = parse(await (await call('/exports/user-list.csv?sort=health', key)).text(), { columns: true })
  expect(rows.slice(0, 3)).toMatchObject([
    { user_id: 'cem', health: '31.5', health_band: 'churning' },
    { user_id: 'ann', health: '80.3', health_band: 'healthy' },
    { user_id: 'bob', health: '', health_band: '' },
  ])
  expect(await (await call('/api/users/cem', key)).json()).toMatchObject({ health: 31.5, health_band: 'churning' })
  expect(await (await call('/api/users/bob', key)).json()).toMatchObject({ health: null, health_band: null })
})

describe('who may see whom', () => {
  it('shows those who are bound to tenants users of these only', async () => {
    const bolt = await bound('bolt@admin.example', ['bolt'])
    expect(await ids('?sort=name', { cookie: bolt })).toEqual(['cem', 'dia'])
    expect((await call('/api/users?tenant=acme', { cookie: bolt })).status).toBe(403)
    expect((await call('/api/users/ann', { cookie: bolt })).status).toBe(404)
    expect((await call('/api/users/cem', { cookie: bolt })).status).toBe(200)
    const { html } = await page('/dashboard/users', bolt)
    expect([html.includes('cem@x.example'), html.includes('ann@x.example')]).toEqual([true, false])
  })

  it('is for readers: nobody else is answered', async () => {
    expect((await call('/api/users', {})).status).toBe(401)
    expect((await call('/api/users', { authorization: `Bearer ${await t.key(['ingest'])}` })).status).toBe(403)
    expect((await call('/exports/user-list.csv', { cookie: viewer })).status).toBe(200)
  })

  it('tells in privacy mode strict neither names, places nor what was asked for, and finds nobody by them', async () => {
    const app = createApp({ ...t.deps, config: { ...t.deps.config, privacy: 'strict' } })
    const strict: Pick<TestApp, 'request'> = { request: async (path, init) => app.request(`${ORIGIN}${path}`, init) }
    const answer = await call('/api/users?sort=name', key, strict)
    const { users } = (await answer.json()) as { users: Record<string, unknown>[] }
    expect(Object.keys(users[0] ?? {})).toEqual(
      ['user_id', 'email', 'username', 'tenant_id', 'status', 'class', 'plan', 'created_at', 'last_seen_at'].concat([
        'calls_30d',
        'ai_cost_30d',
        'mrr',
        'margin_30d',
        'health',
        'health_band',
      ]),
    )
    const found = (await (await call('/api/users?q=ann%20ar', key, strict)).json()) as { users: unknown[] }
    expect(found.users).toEqual([])
    expect((await call('/api/users?tag=vip', key, strict)).status).toBe(422)
    const { html } = await page('/dashboard/users', viewer, strict)
    expect(html).toContain('ann@x.example')
    for (const word of ['portfolio', 'Lark Bakery', 'Ann Archer', 'First request'])
      expect(html, word).not.toContain(word)
  })
})
