import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { chromiumPath, withoutBrowser } from '../helpers/needs.ts'
import { fillProduct } from '../pages-fixture.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PAGES = [
  '/dashboard',
  '/dashboard/activity',
  '/dashboard/metrics',
  '/dashboard/metrics/ai.cost',
  '/dashboard/metrics/users.dau',
  '/dashboard/account',
]
const LOOKS = {
  'wide, light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'wide, dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
} as const

let browser: Browser
let filled: TestApp
let empty: TestApp

const start = async (fill: boolean): Promise<TestApp> => {
  const t = await testApp({ config: { ingestRatePerSecond: 1000 } })
  if (fill) await fillProduct(t)
  return t
}

beforeAll(async () => {
  if (withoutBrowser) return
  ;[filled, empty] = await Promise.all([start(true), start(false)])
  browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
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
  const [name, value] = (await t.admin('viewer')).split('=') as [string, string]
  await context.addCookies([{ name, value, url }])
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

async function violations(page: Page): Promise<string[]> {
  // By the debugger's door: the policy of the pages forbids what is injected.
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const axe = (
      globalThis as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
    ).axe
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

describe.skipIf(withoutBrowser)('every page, filled and empty', () => {
  describe.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])('%s', (look) => {
    it.each(['filled', 'empty'] as const)(
      '%s: axe finds nothing, nothing is blocked, nothing scrolls sideways',
      async (state) => {
        const { context, url } = await signedIn(state === 'filled' ? filled : empty, LOOKS[look])
        for (const path of PAGES) {
          const { page, problems } = await open(context, url + path)
          expect(await violations(page), path).toEqual([])
          expect(await overflow(page), path).toBeLessThanOrEqual(0)
          expect(problems, path).toEqual([])
          await page.close()
        }
        await context.close()
      },
      120_000,
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
