import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asset } from '../../src/assets.ts'
import { createPublicKey } from '../../src/auth/public-keys.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { openBrowser } from './opened.ts'
import { type ProductSite, productSite } from './product-site.ts'

/** Not of a context: what a page sends while it is being left has the browser's own agent, which names a crawler. */
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
const SECRETS = [
  'hunter2',
  'ada@secret.example',
  'bob@secret.example',
  'my own words',
  'tok-999',
  'Ada Lovelace',
  'Product of',
]

let browser: Browser
let t: TestApp
let url: string
let site: ProductSite
let key: string
beforeAll(async () => {
  t = await testApp()
  url = await t.listen()
  site = await productSite()
  key = (await createPublicKey(t.sql, { name: 'site', origins: [site.origin] })).key
  if (!withoutBrowser) browser = await openBrowser(`--user-agent=${CHROME}`)
})
afterAll(async () => {
  await browser?.close()
  site.close()
  await t.close()
})

interface Visit {
  context: BrowserContext
  page: Page
  /** What went wrong on the page, as its owner would see it. */
  problems: string[]
  sent: Request[]
}

interface Circumstances {
  headers?: Record<string, string>
  prepare?: (context: BrowserContext) => Promise<unknown>
}

/** A visitor on the first page of the product, whose script tag has these attributes. */
async function visit(attributes: Record<string, string>, { headers, prepare }: Circumstances = {}): Promise<Visit> {
  site.connect(url, { key, ...attributes }, headers)
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } })
  await prepare?.(context)
  const page = await context.newPage()
  const problems: string[] = []
  const sent: Request[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => request.url().endsWith('/v1/vitals') && sent.push(request))
  await page.goto(`${site.origin}/?utm=tok-999`)
  return { context, page, problems, sent }
}

/** Waits until what a query finds is there. */
const until = <T>(query: () => Promise<T>, check: (found: T) => void): Promise<void> =>
  expect
    .poll(
      async () => {
        try {
          check(await query())
          return 'ok'
        } catch (error) {
          return (error as Error).message
        }
      },
      { timeout: 25_000, interval: 200 },
    )
    .toBe('ok')

const events = (user: string) =>
  t.sql`select type, name, tenant_id, session_id, properties from events where user_id = ${user} order by ts, received_at`

describe('GET /q.js', () => {
  test('is at most 6 KB on the wire, the same for everybody, and cached for an hour', async () => {
    expect(asset('q.js'), 'run `npm run build` first').toMatch(/^\/assets\/q\.[0-9a-f]{10}\.js$/)
    const built = readFileSync(`dist/public/${asset('q.js').slice('/assets/'.length)}.gz`)
    expect(built.length).toBeLessThanOrEqual(6 * 1024)

    const response = await t.request('/q.js', {
      headers: { 'accept-encoding': 'gzip', cookie: await t.admin('viewer') },
    })
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).equals(built)).toBe(true)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    })
    expect(response.headers.get('set-cookie')).toBeNull()
    const again = await t.request('/q.js', { headers: { 'if-none-match': response.headers.get('etag')! } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await (await t.request('/q.js')).text()).startsWith('"use strict";(()=>{')).toBe(true)
  })
})

describe.skipIf(withoutBrowser)('a product page with the script and a strict policy of its own', () => {
  test('tells what a visitor does, how fast it was and what failed, and nothing that was typed', async () => {
    const one = await visit(
      { user: 'ada', tenant: 'acme', release: '1.4.0' },
      // As many frameworks set it: some browsers then hide the origin in beacons.
      { headers: { 'referrer-policy': 'no-referrer' } },
    )
    const { page, context } = one
    await page.waitForLoadState('load')
    await page.click('#shift')
    await page.waitForSelector('.banner')
    await page.click('#upgrade')
    await page.fill('[name=email]', 'ada@secret.example')
    await page.fill('[name=password]', 'hunter2')
    await page.fill('[name=about]', 'my own words')
    await page.fill('[name=secret_field]', 'hunter2')
    await page.click('#fail')
    await page.click('#fail')
    await page.click('#reject')
    await page.click('#spa')
    await page.fill('[name=q]', 'hunter2')
    await page.click('#search button')
    await page.waitForURL('**/second?q=hunter2')
    await page.click('#done')
    await page.goto('about:blank')

    const uuid = '/projects/*'
    await until(
      () => events('ada'),
      (rows) => {
        expect(rows.map(({ name }) => name).at(-1)).toBe('Done Clicked')
        expect(rows).toHaveLength(9)
      },
    )
    const rows = await events('ada')
    expect(rows.map(({ type, name, properties }) => [type, name, properties])).toEqual(
      expect.arrayContaining([
        ['page', 'page', { path: '/' }],
        ['track', 'Upgrade Clicked', { path: '/', via: 'click' }],
        ['track', 'form_viewed', { path: '/', form: 'signup' }],
        ['track', 'form_viewed', { path: '/', form: 'search' }],
        ['track', 'form_abandoned', { path: '/', form: 'signup', field: 'about' }],
        ['page', 'page', { path: uuid, from: '/' }],
        ['track', 'form_submitted', { path: uuid, form: 'search' }],
        ['page', 'page', { path: '/second', from: uuid }],
        ['track', 'Done Clicked', { path: '/second', via: 'click' }],
      ]),
    )
    expect(new Set(rows.map((row) => row.tenant_id))).toEqual(new Set(['acme']))
    expect(new Set(rows.map((row) => row.session_id)).size).toBe(1)

    const vitals = () =>
      t.sql`select name, value, rating, path, browser, device from web_vitals where user_id = 'ada' and path = '/'`
    await until(vitals, (found) =>
      expect(new Set(found.map(({ name }) => name))).toEqual(
        new Set(['LCP', 'INP', 'CLS', 'FCP', 'TTFB', 'LOAD', 'TTI']),
      ),
    )
    const found = await vitals()
    expect(found).toHaveLength(7)
    const value = (name: string) => found.find((row) => row.name === name)!.value as number
    for (const name of ['LCP', 'FCP', 'TTFB', 'LOAD', 'TTI']) expect(value(name), name).toBeGreaterThan(0)
    expect(value('INP')).toBeGreaterThanOrEqual(80)
    expect(value('CLS')).toBeGreaterThan(0.05)
    expect(found[0]).toMatchObject({ browser: 'Chrome', device: 'desktop' })

    const failed = () =>
      t.sql`select source, kind, message, url, release, properties from app_errors where user_id = 'ada' order by kind`
    await until(failed, (rows) => expect(rows).toHaveLength(2))
    const errors = await failed()
    const common = { source: 'client', url: '/site.js', release: '1.4.0' }
    expect(errors).toMatchObject([
      { ...common, kind: 'RangeError', message: 'out of range', properties: { path: '/' } },
      { ...common, kind: 'TypeError', message: 'cannot save * for *', properties: { path: '/' } },
    ])
    expect(errors[1]!.properties.line).toBeGreaterThan(0)

    const everything = await Promise.all(
      ['events', 'web_vitals', 'app_errors', 'rejected_facts', 'identities', 'users'].map(
        (table) => t.sql`select to_jsonb(x)::text as row from ${t.sql(table)} x`,
      ),
    )
    const stored = everything
      .flat()
      .map(({ row }) => row)
      .join('\n')
    expect(stored).toContain('Upgrade Clicked')
    for (const secret of SECRETS) expect(stored, secret).not.toContain(secret)

    expect(await context.cookies()).toEqual([])
    for (const request of one.sent) {
      const headers = await request.allHeaders()
      expect(headers.cookie).toBeUndefined()
      expect(headers.origin).toBe(site.origin)
      for (const secret of SECRETS) expect(request.postData()).not.toContain(secret)
    }
    expect(one.problems.filter((problem) => !/cannot save|out of range/.test(problem))).toEqual([])
    await one.context.close()
  }, 60_000)

  test('keeps nothing in the browser but a random session, for this tab', async () => {
    const one = await visit({})
    await one.page.click('#upgrade')
    await until(
      async () => one.sent.length,
      (sent) => expect(sent).toBeGreaterThan(0),
    )
    const kept = await one.page.evaluate(() => ({
      cookie: document.cookie,
      local: { ...localStorage },
      session: { ...sessionStorage },
    }))
    expect(kept).toMatchObject({ cookie: '', local: {} })
    expect(Object.keys(kept.session)).toEqual(['quarterdeck'])
    expect(Object.keys(JSON.parse(kept.session.quarterdeck!)).sort()).toEqual(['at', 'id', 'known', 'path'])
    const other = await one.context.newPage()
    await other.goto(site.origin)
    const idOf = (page: Page) => page.evaluate(() => JSON.parse(sessionStorage.quarterdeck).id as string)
    expect(await idOf(other)).not.toBe(await idOf(one.page))
    await one.context.close()
  }, 60_000)

  test('joins what was done before the sign-in, tells two people in one tab apart, and takes what the page tracks', async () => {
    const one = await visit({})
    const { page } = one
    await until(
      async () => one.sent.length,
      (sent) => expect(sent).toBeGreaterThan(0),
    )
    const anonymous = await page.evaluate(() => JSON.parse(sessionStorage.quarterdeck).id as string)
    await page.evaluate(() => {
      window.quarterdeck?.identify('grace')
      window.quarterdeck?.track('Report Made', { pages: 3 })
      window.quarterdeck?.identify(null)
      window.quarterdeck?.track('Signed Out')
      window.quarterdeck?.identify(42)
      window.quarterdeck?.track('Report Made', { text: 'x'.repeat(5000) })
    })
    await page.goto('about:blank')
    await until(
      () => events('42'),
      (rows) => expect(rows).toHaveLength(2),
    )
    // Batches of two people are two requests, and the later one may be the first to arrive.
    await until(
      () => events('grace'),
      (rows) => expect(rows).toHaveLength(1),
    )
    const graces = await events('grace')
    expect(graces).toMatchObject([{ name: 'Report Made', session_id: anonymous, properties: { path: '/', pages: 3 } }])
    const [forty] = await events('42')
    expect(forty!.session_id).not.toBe(anonymous)
    expect((await events('42')).at(-1)!.properties).toEqual({ path: '/' })
    await until(
      () => t.sql`select user_id from identities where anonymous_id = ${anonymous}`,
      (rows) => expect([...rows]).toEqual([{ user_id: 'grace' }]),
    )
    await one.context.close()
  }, 60_000)

  test('loses and doubles nothing when an answer is lost, and never troubles the page while nobody answers', async () => {
    let failures = 0
    const one = await visit(
      { user: 'lost' },
      {
        prepare: (context) =>
          context.route('**/v1/vitals', async (route) => {
            if (failures++ > 0) return route.continue()
            // It was stored, but the page will not know.
            await route.fetch()
            return route.abort()
          }),
      },
    )
    await until(
      async () => failures,
      (count) => expect(count).toBeGreaterThan(1),
    )
    await one.page.click('#upgrade')
    await one.page.goto('about:blank')
    await until(
      () => events('lost'),
      (rows) => expect(rows.map(({ name }) => name)).toContain('Upgrade Clicked'),
    )
    expect((await events('lost')).filter(({ type }) => type === 'page')).toHaveLength(1)
    expect((await events('lost')).filter(({ name }) => name === 'Upgrade Clicked')).toHaveLength(1)
    expect(one.problems.filter((problem) => !problem.includes('ERR_FAILED'))).toEqual([])
    await one.context.close()
  }, 60_000)

  test('sends much at once in pieces that a browser lets a page send while it is being left', async () => {
    const one = await visit({ user: 'much' })
    await one.page.evaluate(() => {
      for (let n = 0; n < 8; n++) window.quarterdeck!.track(`much ${n}`, { note: '語'.repeat(4_000) })
    })
    await until(
      async () => (await events('much')).filter(({ name }) => name.startsWith('much')).length,
      (n) => expect(n).toBe(8),
    )
    await one.context.close()
  }, 60_000)

  test('takes a form that the page takes away for left, and one that was sent for sent', async () => {
    const one = await visit({ user: 'forms' })
    await one.page.fill('[name=email]', 'ada@secret.example')
    await one.page.evaluate(() => document.getElementById('signup')!.remove())
    await one.page.fill('[name=q]', 'hunter2')
    await one.page.click('#search button')
    await one.page.waitForURL('**/second?*')
    await one.page.goto('about:blank')
    await until(
      () => events('forms'),
      (rows) =>
        expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['form_submitted', 'form_abandoned'])),
    )
    const told = (await events('forms')).filter(({ name }) => /abandoned|submitted/.test(name))
    expect(told.map(({ name, properties }) => [name, properties.form, properties.field])).toEqual([
      ['form_submitted', 'search', undefined],
      ['form_abandoned', 'signup', 'email'],
    ])
    await one.context.close()
  }, 60_000)

  test('goes by beacon in a browser without keepalive', async () => {
    const one = await visit(
      { user: 'beacon' },
      { prepare: (context) => context.addInitScript(() => Reflect.deleteProperty(Request.prototype, 'keepalive')) },
    )
    await until(
      async () => one.sent.map((request) => request.resourceType()),
      (types) => expect(types).toEqual(['ping']),
    )
    await one.page.click('#upgrade')
    await one.page.goto('about:blank')
    await until(
      () => events('beacon'),
      (rows) => expect(rows.map(({ name }) => name)).toContain('Upgrade Clicked'),
    )
    await one.context.close()
  }, 60_000)

  test('sends nothing for visitors who ask not to be tracked, unless the tag says that this was answered', async () => {
    const prepare = (context: BrowserContext) =>
      context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }))
    const silent = await visit({ user: 'gpc' }, { prepare })
    await silent.page.evaluate(() => window.quarterdeck?.track('Still Works'))
    await silent.page.click('#upgrade')
    const asked = await visit({ user: 'agreed', dnt: 'ignore' }, { prepare })
    for (const { page } of [silent, asked]) await page.goto('about:blank')
    await until(
      () => events('agreed'),
      (rows) => expect(rows.length).toBeGreaterThan(0),
    )
    expect([silent.sent.length, await events('gpc')]).toEqual([0, []])
    expect(silent.problems).toEqual([])
    await Promise.all([silent.context.close(), asked.context.close()])
  }, 60_000)

  test('follows addresses behind the #, where the tag says so', async () => {
    const one = await visit({ user: 'hash', spa: 'hash' })
    await one.page.evaluate(() => {
      location.hash = '#/inbox?unread=1'
    })
    await one.page.goto('about:blank')
    await until(
      () => events('hash'),
      (rows) => expect(rows.filter(({ type }) => type === 'page')).toHaveLength(2),
    )
    const pages = (await events('hash')).filter(({ type }) => type === 'page')
    expect(pages.map(({ properties }) => properties)).toEqual([{ path: '/' }, { path: '/inbox', from: '/' }])
    await one.context.close()
  }, 60_000)
})
