import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
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
