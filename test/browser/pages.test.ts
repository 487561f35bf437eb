import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChannel } from '../../src/delivery/store.ts'
import { sendTest } from '../../src/delivery/test-notice.ts'
import { sendEmail } from '../../src/email/send.ts'
import { OWNER } from '../delivery-kit.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { fillProduct } from '../pages-fixture.ts'
import { enter, LOOKS, openBrowser, overflow, violations } from './opened.ts'

const PAGES = [
  '/dashboard',
  '/dashboard/activity',
  '/dashboard/metrics',
  '/dashboard/metrics/ai.cost',
  '/dashboard/metrics/users.dau',
  '/dashboard/account',
  '/dashboard/segments',
  '/dashboard/segments/new',
  '/dashboard/boards',
  '/dashboard/boards/template-ai',
  '/dashboard/boards/template-finance',
  '/dashboard/boards/template-founder',
  '/dashboard/boards/template-ops',
  '/dashboard/boards/import',
  '/dashboard/queries',
  '/dashboard/views',
  '/dashboard/metrics/new',
  '/dashboard/annotations',
  '/dashboard/rates',
  '/dashboard/backfill',
  '/dashboard/settings',
  '/dashboard/settings/channels',
  '/dashboard/emails',
  '/dashboard/emails/new',
]
/** What an operator has made: reached where `makeOwn` was called. */
const OWN_PAGES = [
  '/dashboard/segments/everybody-of-acme',
  '/dashboard/segments/everybody-of-acme/edit',
  '/dashboard?segment=everybody-of-acme&plan=pro',
  '/dashboard/metrics/users.dau?segment=everybody-of-acme',
  '/dashboard/boards/ours',
  '/dashboard/boards/ours/edit',
  '/dashboard/boards/ours/add',
  '/dashboard/boards/ours/cards/new?kind=breakdown&metric=ai.cost',
  '/dashboard/metrics/custom.cost_per_job',
  '/dashboard/metrics/custom.cost_per_job/edit',
  '/dashboard/settings/channels/ops',
  '/dashboard/settings/channels?delivery=1',
  '/dashboard/emails?mail=1',
]
/** Cards without data are alike on all templates. */
const EMPTY_PAGES = PAGES.filter((path) => !/template-(ai|finance|ops)$/.test(path))

let browser: Browser
let filled: TestApp
let empty: TestApp
const cookies = new Map<TestApp, string>()

const start = async (fill: boolean): Promise<TestApp> => {
  const t = await testApp({ config: { ingestRatePerSecond: 1000 } })
  if (!fill) return t
  await fillProduct(t)
  await deliver(t)
  return t
}

/** A channel whose test is kept, since there is no mail server, and a mail. */
async function deliver({ deps, sql }: TestApp): Promise<void> {
  await createChannel(deps, OWNER, { kind: 'email', name: 'Ops', values: { to: 'ops@x.example' }, canary: '6' })
  await sendTest(deps, OWNER, 'ops')
  const [user] = await sql<{ id: string }[]>`select user_id as id from users where email is not null limit 1`
  await sendEmail(deps, OWNER, { user: user?.id ?? '', subject: 'Hello', text: 'How is it going?' })
}

/** By the admin who then looks: boards are changed by their owners. */
async function makeOwn(t: TestApp, cookie: string): Promise<void> {
  const make = async (path: string, body: unknown) => {
    const headers = { cookie, origin: 'http://localhost', 'content-type': 'application/json' }
    const answer = await t.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  }
  await make('/api/segments', {
    name: 'Everybody of Acme',
    shared: true,
    rule: { match: 'all', conditions: [{ kind: 'tenant', op: 'is', values: ['acme'] }] },
  })
  await make('/api/custom-metrics', {
    key: 'custom.cost_per_job',
    label: 'Cost per job',
    definition: 'What the AI costs for each job.',
    formula: 'ai.cost / jobs.total',
    unit: 'money',
  })
  const card = { width: 6, height: 'm' }
  await make('/api/boards', {
    name: 'Ours',
    cards: [
      { ...card, id: 'cost', kind: 'tile', metric: 'custom.cost_per_job', width: 3, height: 's' },
      { ...card, id: 'share', kind: 'breakdown', metric: 'ai.cost', by: 'model', draw: 'donut' },
      { ...card, id: 'words', kind: 'text', text: '# Why\n\nSee [the list](https://example.com).' },
      { ...card, id: 'marks', kind: 'annotations' },
      { ...card, id: 'feed', kind: 'activity' },
    ],
  })
}

beforeAll(async () => {
  if (withoutBrowser) return
  ;[filled, empty] = await Promise.all([start(true), start(false)])
  cookies.set(filled, await filled.admin('operator')).set(empty, await empty.admin('operator'))
  await makeOwn(filled, cookies.get(filled) ?? '')
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([filled?.close(), empty?.close()])
})

/** A browser in which an admin has signed in. */
async function signedIn(
  t: TestApp,
  look: (typeof LOOKS)[keyof typeof LOOKS],
): Promise<{ context: BrowserContext; url: string }> {
  const url = await t.listen()
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce' })
  await enter(context, cookies.get(t) ?? '', url)
  return { context, url }
}

async function open(context: BrowserContext, address: string): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  const answer = await page.goto(address)
  expect(answer?.status()).toBe(200)
  return { page, problems }
}

describe.skipIf(withoutBrowser)('every page, filled and empty', () => {
  describe.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])('%s', (look) => {
    it.each(['filled', 'empty'] as const)(
      '%s: axe finds nothing, nothing is blocked, nothing scrolls sideways',
      async (state) => {
        const { context, url } = await signedIn(state === 'filled' ? filled : empty, LOOKS[look])
        for (const path of state === 'filled' ? [...PAGES, ...OWN_PAGES] : EMPTY_PAGES) {
          const { page, problems } = await open(context, url + path)
          expect(await violations(page), path).toEqual([])
          expect(await overflow(page), path).toBeLessThanOrEqual(0)
          expect(problems, path).toEqual([])
          await page.close()
        }
        await context.close()
      },
      300_000,
    )
  })
})

describe.skipIf(withoutBrowser)('a page that is open', () => {
  it('shows what a client sends, by polling, without a reload', async () => {
    const { context, url } = await signedIn(filled, LOOKS['wide, light'])
    const { page } = await open(context, `${url}/dashboard/activity`)
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }))
    const key = await filled.key(['ingest'])
    const body = JSON.stringify({ name: 'Sent While Open', user_id: 'u1', tenant_id: 'acme' })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    expect((await fetch(`${url}/ingest/events`, { method: 'POST', headers, body })).status).toBe(200)
    await page.getByText('Sent While Open').first().waitFor({ timeout: 25_000 })
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true)
    await context.close()
  }, 60_000)
})
