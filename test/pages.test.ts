import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { ROLES } from '../src/env.ts'
import { StateBook } from '../src/lib/state-book.ts'
import { metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { pages } from '../src/pages.ts'
import { allAddresses, makeNamed } from './helpers/addresses.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Gate, openGate } from './page-gate.ts'
import { fillProduct } from './pages-fixture.ts'

let filled: TestApp
let empty: TestApp

beforeAll(async () => {
  ;[filled, empty] = await Promise.all([testApp(), testApp()])
  await fillProduct(filled)
  for (const app of [filled, empty]) await makeNamed(await poster(app))
})
afterAll(() => Promise.all([filled?.close(), empty?.close()]))

const addresses = allAddresses.map(({ path }) => path)
/** The role that an address needs. */
const roleOf = new Map(allAddresses.map(({ path, role }) => [path, role]))

async function poster(app: TestApp): Promise<(path: string, body: object) => Promise<Response>> {
  const headers = { authorization: `Bearer ${await app.key(['act', 'ingest'])}`, 'content-type': 'application/json' }
  return (path, body) => app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function get(app: Pick<TestApp, 'request'>, path: string, cookie: string, headers: Record<string, string> = {}) {
  const response = await app.request(path, { headers: { cookie, accept: 'text/html', ...headers } })
  return { response, status: response.status, html: await response.text() }
}

function expectSound(html: string, where: string): void {
  expect(html, where).not.toContain('This card failed')
  expect(html, where).not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object /)
  expect(html, where).not.toContain('style="')
}

describe('every page and fragment', () => {
  it('is registered: no file of views/pages with a definePage is missing', async () => {
    const folder = new URL('../views/pages/', import.meta.url)
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.tsx'))) {
      const module = (await import(new URL(file, folder).href)) as { default?: { path?: string; load?: unknown } }
      if (!module.default?.path || !module.default.load) continue
      expect(
        pages.map(({ path }) => path),
        file,
      ).toContain(module.default.path)
    }
  })

  for (const role of ROLES) {
    it(`renders for a ${role}, on an empty and on a filled database`, async () => {
      for (const app of [empty, filled]) {
        const cookie = await app.admin(role)
        for (const path of addresses) {
          // A card that is over its budget on a busy machine is filled at the next try.
          await eventually(async () => {
            const { status, html } = await get(app, path, cookie)
            const may = ROLES.indexOf(role) >= ROLES.indexOf(roleOf.get(path) ?? 'viewer')
            expect(status, path).toBe(may ? 200 : 403)
            expectSound(html, path)
            expect(html, path).not.toMatch(/q-card-(degraded|stale|error)/)
          })
        }
      }
    }, 240_000)
  }

  it('is for admins only: others are sent to sign in, and a key is refused', async () => {
    const key = await filled.key(['read'])
    for (const path of addresses) {
      expect((await filled.request(path, { headers: { accept: 'text/html' } })).status, path).toBe(303)
      const refused = await filled.request(path, { headers: { authorization: `Bearer ${key}` } })
      expect(refused.status, path).toBe(403)
    }
  })

  it('has one h1 and names its cards by headings', async () => {
    const cookie = await filled.admin('viewer')
    for (const path of addresses.filter((address) => !address.startsWith('/live/'))) {
      const { html } = await get(filled, path, cookie)
      expect(html.match(/<h1/g), path).toHaveLength(1)
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
      expect(
        ids.filter((id, i) => ids.indexOf(id) !== i),
        path,
      ).toEqual([])
    }
  })

  it('leads from / to the dashboard', async () => {
    const response = await filled.request('/', { headers: { cookie: await filled.admin('viewer') } })
    expect([302, 303]).toContain(response.status)
    expect(response.headers.get('location')).toBe('/dashboard')
  })
})

describe('the metric page', () => {
  it('renders every metric of the catalogue, empty and filled, and each of its dimensions', async () => {
    for (const app of [empty, filled]) {
      const cookie = await app.admin('viewer')
      for (const key of metricKeys) {
        const { status, html } = await get(app, `/dashboard/metrics/${key}?range=7d`, cookie)
        expect(status, key).toBe(200)
        expectSound(html, key)
        for (const by of app === filled ? metricOf(key).by : []) {
          const part = await get(app, `/dashboard/metrics/${key}?range=7d&by=${by}`, cookie)
          expect(part.status, `${key} by ${by}`).toBe(200)
          expectSound(part.html, `${key} by ${by}`)
        }
      }
    }
  }, 600_000)

  it('shows value, breakdown, definition, SQL and the links of a metric', async () => {
    const cookie = await filled.admin('viewer')
    const { html } = await get(filled, '/dashboard/metrics/ai.cost?by=model', cookie)
    expect(html).toContain('$1.60')
    expect(html).toContain('gpt-5-mini')
    expect(html).toContain('api_call_days')
    expect(html).toContain('/exports/metrics.csv?metrics=ai.cost')
    expect(html).toContain('/api/metrics/timeseries?metrics=ai.cost')
  })

  it('answers 404 for a key that does not exist, with one that does', async () => {
    const cookie = await filled.admin('viewer')
    const { status, html } = await get(filled, '/dashboard/metrics/ai.costs', cookie)
    expect(status).toBe(404)
    expect(html).toContain('ai.cost')
    expect((await get(filled, '/dashboard/metrics/%3Cscript%3E', cookie)).html).not.toContain('<script>')
  })
})

describe('the filter bar', () => {
  const bad = [
    'range=bogus',
    'range=custom',
    'range=custom&from=2026-02-30&to=2026-03-01',
    'range=custom&from=9999-01-01&to=9999-12-31',
    'compare=sideways',
    'tenant=%00',
    `tenant=${'x'.repeat(300)}`,
  ]
  for (const query of bad) {
    it(`says what is wrong with ?${query.slice(0, 50)} and shows the default`, async () => {
      const cookie = await filled.admin('viewer')
      for (const page of ['/dashboard', '/dashboard/metrics', '/dashboard/activity', '/dashboard/metrics/users.dau']) {
        const { status, html } = await get(filled, `${page}?${query}`, cookie)
        expect(status, page).toBe(200)
        expect(html, page).toContain('q-note-warn')
      }
    })
  }

  it('cuts what is too long, turns what is the wrong way round, and ignores what is not a filter', async () => {
    const cookie = await filled.admin('viewer')
    expect((await get(filled, '/dashboard?range=custom&from=1990-01-01&to=2026-01-01', cookie)).html).toContain(
      'longer than',
    )
    const turned = await get(filled, '/dashboard?range=custom&from=2026-03-01&to=2026-02-01', cookie)
    expect(turned.status).toBe(200)
    expect(turned.html).toContain('they were taken the other way round')
    expect(turned.html).toContain('1 Feb – 1 Mar')
    const bare = await get(filled, '/dashboard?from=2026-02-01&to=2026-03-01', cookie)
    expect(bare.html).toContain('1 Feb – 1 Mar')
    expect((await get(filled, '/dashboard?trend=%27&by=%00&kinds=%27;--&before=x', cookie)).status).toBe(200)
    expect((await get(filled, '/dashboard/activity?kinds=nonsense&before=x', cookie)).html).toContain(
      'no kind of activity',
    )
  })

  it('keeps the whole view in the address: links keep what they do not change', async () => {
    const cookie = await filled.admin('viewer')
    const { html } = await get(filled, '/dashboard?range=7d&compare=year&tenant=acme&trend=mau', cookie)
    expect(html).toContain('/dashboard?range=90d&amp;compare=year&amp;tenant=acme&amp;trend=mau')
    expect(html).toContain('hx-get="/live/overview?range=7d&amp;compare=year&amp;tenant=acme&amp;trend=mau"')
    expect(html).toContain('/dashboard/metrics/users.total?range=7d&amp;compare=year&amp;tenant=acme')
  })

  it('filters by tenant', async () => {
    const cookie = await filled.admin('viewer')
    const { html } = await get(filled, '/dashboard/activity?tenant=acme', cookie)
    expect(html).toContain('user1@acme.example')
    expect(html).not.toContain('mirai.example')
  })

  it('shows an admin bound to a tenant that tenant only, and refuses the others', async () => {
    const bound = await filled.admin('viewer')
    await filled.sql`update admins set tenants = '{mirai}' where id = (select id from admins order by created_at desc limit 1)`
    const own = await get(filled, '/dashboard/activity', bound)
    expect(own.html).toContain('mirai.example')
    expect(own.html).not.toContain('acme.example')
    expect((await get(filled, '/dashboard?tenant=acme', bound)).status).toBe(403)
  })
})

describe('a poll', () => {
  it('answers one fragment with an ETag, and 304 while nothing changed', async () => {
    const cookie = await filled.admin('viewer')
    const first = await get(filled, '/live/overview?compare=none', cookie)
    const etag = first.response.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/".+"$/)
    expect(first.response.headers.get('cache-control')).toBe('private, no-cache')
    expect(first.html).not.toContain('<html')
    const again = await get(filled, '/live/overview?compare=none', cookie, { 'if-none-match': etag })
    expect(again.status).toBe(304)
    expect(again.html).toBe('')
    const other = await get(filled, '/live/overview?compare=none&range=today', cookie, {
      'if-none-match': etag,
    })
    expect(other.status).toBe(200)
  })

  it('costs one computation, however many ask at once', async () => {
    const cookie = await filled.admin('viewer')
    let queries = 0
    const counting = new Proxy(filled.db.sql, {
      apply(target, self, args) {
        if (String(args[0]).includes('cut as (select')) queries++
        return Reflect.apply(target, self, args)
      },
    })
    const app = createApp({ ...filled.deps, db: { ...filled.db, sql: counting } })
    const request: TestApp['request'] = async (path, init) => app.request(new URL(path, 'http://localhost'), init)
    await get({ request }, '/live/activity?kinds=payment', cookie)
    const one = queries
    queries = 0
    await Promise.all(Array.from({ length: 50 }, () => get({ request }, '/live/activity?kinds=plan', cookie)))
    expect([one, queries]).toEqual([1, 1])
  })

  it('may be a 304 the first time already: the page carries the ETag of its live part', async () => {
    const cookie = await filled.admin('viewer')
    await eventually(async () => {
      const { html } = await get(filled, '/dashboard/metrics?q=tokens', cookie)
      const etag = /data-etag="([^"]+)"/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? ''
      const poll = await get(filled, '/live/metrics?q=tokens', cookie, { 'if-none-match': etag })
      expect(poll.status).toBe(304)
    })
  })

  it('is compressed where the client takes gzip', async () => {
    const cookie = await filled.admin('viewer')
    const response = await filled.request('/live/metrics', { headers: { cookie, 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const unpacked = new Response(response.body?.pipeThrough(new DecompressionStream('gzip')))
    expect(await unpacked.text()).toContain('Total users')
  })
})

describe('the command palette', () => {
  it('finds the pages and every metric', async () => {
    const response = await filled.request('/dashboard/palette.json', {
      headers: { cookie: await filled.admin('viewer') },
    })
    const { items } = (await response.json()) as { items: { group: string; href: string }[] }
    // And the one of its own.
    expect(items.filter(({ group }) => group === 'Metrics')).toHaveLength(metricKeys.length + 1)
    expect(items.map(({ href }) => href)).toContain('/dashboard/activity')
  })
})

describe('an empty database', () => {
  it('says which door fills a card, with a call to copy', async () => {
    const cookie = await empty.admin('viewer')
    // A busy machine may need a second try to fill a card.
    await eventually(async () => {
      const { html } = await get(empty, '/dashboard', cookie)
      expect(html).toContain('curl http://localhost/ingest/events')
      expect(html).toContain('curl http://localhost/ingest/api-calls')
      expect(html).toContain('href="/dashboard/data/connect"')
    })
    expect((await get(filled, '/dashboard', await filled.admin('viewer'))).html).not.toContain('Connect your product')
    expect((await get(empty, '/dashboard/metrics/revenue.payments_volume', cookie)).html).toContain('/ingest/payments')
  })
})

describe('with the database away', () => {
  let gate: Gate
  afterAll(() => gate?.close())

  it('pages answer with the last good values, marked stale, and recover by themselves', async () => {
    const cookie = await filled.admin('viewer')
    gate = await openGate(filled.db.url)
    const lines: { event?: string; source?: string }[] = []
    const log = { ...filled.deps.log, ...quiet(lines), child: () => quiet(lines) } as never
    const app = createApp({ ...filled.deps, log, book: new StateBook(log), db: gate.db })
    const request: TestApp['request'] = async (path, init) => app.request(new URL(path, 'http://localhost'), init)
    // On a busy machine the first look may come before its numbers.
    await eventually(async () => expect((await get({ request }, '/dashboard', cookie)).html).toContain('$0.16'))
    gate.cut()
    await eventually(async () => {
      const { status, html } = await get({ request }, '/dashboard', cookie)
      expect(status).toBe(200)
      expect(html).toContain('q-card-stale')
      expect(html).toContain('last good values')
      expect(html).toContain('$0.16')
    })
    const unseen = await get({ request }, '/dashboard/metrics/ai.calls?range=today', cookie)
    expect(unseen.status).toBe(200)
    expect(unseen.html).toContain('q-card-degraded')
    await get({ request }, '/dashboard', cookie)
    expect(
      lines.filter(({ event, source }) => event === 'system.analytics.degraded' && source === 'database'),
    ).toHaveLength(1)
    await gate.mend()
    await eventually(async () => {
      const { html } = await get({ request }, '/dashboard', cookie)
      expect(html).not.toMatch(/q-card-(stale|degraded|error)/)
    })
    expect(
      lines.filter(({ event, source }) => event === 'system.analytics.recovered' && source === 'database'),
    ).toHaveLength(1)
  })
})

function quiet(lines: { event?: string; source?: string }[]) {
  const keep = (line: unknown) => {
    if (typeof line === 'object' && line !== null) lines.push(line as { event?: string; source?: string })
  }
  const log: Record<string, unknown> = {
    level: 'info',
    trace() {},
    debug() {},
    fatal: keep,
    error: keep,
    warn: keep,
    info: keep,
  }
  log.child = () => log
  return log
}

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      return await check()
    } catch (error) {
      if (n > 60) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
