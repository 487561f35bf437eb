import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type TestApp, testApp } from '../helpers/app.ts'
import { chromiumPath } from '../helpers/needs.ts'
import { fillProduct } from '../pages-fixture.ts'

/** The source of axe, to be run in a page. */
export const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Debian's Chromium, as root runs it. */
export function openBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', ...args] })
}

/** Makes a context signed in: `cookie` is what `t.admin()` answers. */
export async function enter(context: BrowserContext, cookie: string, url: string): Promise<BrowserContext> {
  const [name, value] = cookie.split('=') as [string, string]
  await context.addCookies([{ name, value, url }])
  return context
}

/** A product with facts in it, its address, and a browser. */
export interface Opened {
  t: TestApp
  url: string
  browser: Browser
}

export async function openProduct(): Promise<Opened> {
  const t = await testApp({ config: { ingestRatePerSecond: 1000 } })
  await fillProduct(t)
  return { t, url: await t.listen(), browser: await openBrowser() }
}

/** How pages are looked at: every page in each of them. */
export const LOOKS = {
  'wide, light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'wide, dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
} as const

/** What axe finds wrong with a page as it stands. */
export async function violations(page: Page): Promise<string[]> {
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

/** By how many pixels a page scrolls sideways. */
export const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
