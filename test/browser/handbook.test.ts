import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../helpers/app.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { axeSource, enter, openProduct } from './opened.ts'

const PATIENTLY = { timeout: 20_000, interval: 200 }

describe.skipIf(withoutBrowser)('the handbook of metrics in a browser', () => {
  let t: TestApp
  let browser: Browser
  let url = ''
  let cookie: string

  beforeAll(async () => {
    ;({ t, url, browser } = await openProduct())
    cookie = await t.admin('viewer')
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await t?.close()
  })

  const contextOf = async (width: number, height: number, javaScriptEnabled = true): Promise<BrowserContext> => {
    const context = await browser.newContext({
      viewport: { width, height },
      reducedMotion: 'reduce',
      javaScriptEnabled,
    })
    return enter(context, cookie, url)
  }
  const open = async (context: BrowserContext, path: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(url + path)
    return page
  }
  const rows = (page: Page) => page.locator('tr[id^=metric-]').count()

  it('answers as one types, shows it in the address, and polls for what is shown', async () => {
    const context = await contextOf(1440, 900)
    const page = await open(context, '/dashboard/metrics?range=7d')
    expect(await rows(page)).toBe(0)
    await page.keyboard.press('/')
    await page.keyboard.type('largest contentful')
    await expect.poll(() => page.locator('#metric-vitals-lcp_p75').count(), PATIENTLY).toBe(1)
    await expect.poll(() => new URL(page.url()).searchParams.get('q'), PATIENTLY).toBe('largest contentful')
    expect(new URL(page.url()).searchParams.get('range')).toBe('7d')
    expect(await page.locator('#live').getAttribute('hx-get')).toMatch(/^\/live\/metrics\?range=7d&q=largest/)
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('largest contentful')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.keyboard.press('j')
    await Promise.all([page.waitForURL(/\/dashboard\/metrics\/vitals/), page.keyboard.press('Enter')])
    await context.close()
  }, 60_000)

  it('is searched and opened without script too', async () => {
    const context = await contextOf(390, 844, false)
    const page = await open(context, '/dashboard/metrics')
    await page.fill('main input[type=search]', 'stickiness')
    await page.locator('main search button').click()
    expect(await page.locator('#metric-users-stickiness').count()).toBe(1)
    await page.selectOption('#metrics-domain', 'users')
    await page.locator('.q-index-phone button').click()
    expect(new URL(page.url()).searchParams.get('domain')).toBe('users')
    await context.close()
  }, 60_000)

  it('is chosen by a select on the phone, where nothing scrolls sideways', async () => {
    const context = await contextOf(390, 844)
    const page = await open(context, '/dashboard/metrics')
    await page.selectOption('#metrics-domain', 'support')
    await expect.poll(() => rows(page), PATIENTLY).toBeGreaterThan(10)
    await expect.poll(() => new URL(page.url()).searchParams.get('domain'), PATIENTLY).toBe('support')
    for (const path of [
      '/dashboard/metrics?q=cost',
      '/dashboard/metrics?domain=users&view=definitions',
      '/dashboard/settings',
      '/dashboard/metrics/support.first_response/thresholds',
      '/dashboard/docs?q=key',
      '/dashboard/docs/thresholds',
    ]) {
      await page.goto(url + path)
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([path, 0])
    }
    await context.close()
  }, 90_000)

  it.each([
    '/dashboard/metrics',
    '/dashboard/metrics?domain=support',
    '/dashboard/metrics?domain=payments&view=definitions',
    '/dashboard/settings',
    '/dashboard/metrics/support.first_response/thresholds?warn=1,5',
    '/dashboard/docs?q=key',
    '/dashboard/docs/exports',
  ])(
    '%s has nothing that axe complains of',
    async (path) => {
      const context = await contextOf(1440, 900)
      const page = await open(context, path)
      await page.evaluate(axeSource)
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
        }
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
      expect(found).toEqual([])
      await context.close()
    },
    60_000,
  )
})
