import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, today } from '../../src/lib/time.ts'
import type { TestApp } from '../helpers/app.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { axeSource, enter, openProduct } from './opened.ts'

const LOOKS = {
  'wide, light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'wide, dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true, isMobile: true },
} as const

let browser: Browser
let t: TestApp
let url: string
beforeAll(async () => {
  if (withoutBrowser) return
  ;({ t, url, browser } = await openProduct())
})
afterAll(async () => {
  await browser?.close()
  await t?.close()
})

async function signedIn(look: keyof typeof LOOKS, more: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({ ...LOOKS[look], ...more, reducedMotion: 'reduce' })
  await enter(context, await t.admin('operator'), url)
  return context.newPage()
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
/** How much ink there is above the plot, where flags stand, around one of seven days. */
const inkAbove = async (page: Page, day: number) => {
  // A canvas has a width from the beginning: what tells is that something is drawn on it.
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('#canvas-metric')
    if (!canvas?.width) return false
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    return data.some((value, i) => i % 4 === 3 && value > 0)
  })
  await page.waitForTimeout(300)
  return page.evaluate((day) => {
    const canvas = document.querySelector<HTMLCanvasElement>('#canvas-metric')!
    const middle = 30 + ((canvas.clientWidth - 32) * day) / 6
    const [x, width, height] = [middle - 14, 28, 16].map((px) => px * devicePixelRatio) as [number, number, number]
    const { data } = canvas.getContext('2d')!.getImageData(x, 0, width, height)
    return data.filter((value, i) => i % 4 === 3 && value > 0).length
  }, day)
}

describe.skipIf(withoutBrowser).each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])('%s', (look) => {
  it('a flag written on the metric page stands on its chart, in the key, the tooltip and the table', async () => {
    const page = await signedIn(look)
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    const text = `Release ${look}`
    await page.goto(`${url}/dashboard/metrics/users.dau?range=7d`)
    // The days around it have flags already; the looks take a day each.
    const day = { 'wide, light': 0, 'wide, dark': 1, phone: 2 }[look]
    await expect.poll(() => inkAbove(page, day), { timeout: 10_000 }).toBe(0)
    if (look === 'phone')
      await page.goto(
        `${url}/dashboard/annotations?back=${encodeURIComponent('/dashboard/metrics/users.dau?range=7d')}`,
      )
    else {
      await page.getByRole('link', { name: 'Annotate' }).first().click()
      await page.getByRole('dialog', { name: 'Annotate' }).waitFor()
      expect(await violations(page)).toEqual([])
    }
    await page.getByRole('textbox', { name: 'What happened' }).fill(text)
    await page.locator('#annotate-kind').selectOption('deploy')
    await page.locator('#annotate-day').fill(addDays(today(new Date(), 'UTC'), day - 6))
    await page.getByRole('button', { name: 'Annotate' }).click()
    await page.waitForURL(/annotated=/)
    const key = page.locator('#chart-metric figcaption')
    await key.getByText(text).waitFor()
    expect(await key.textContent()).toMatch(/D \d+ \w+, Release/)
    await expect.poll(() => inkAbove(page, day), { timeout: 10_000 }).toBeGreaterThan(50)
    const events = await page.locator('#twin-metric tbody tr').nth(day).locator('.q-twin-note').textContent()
    expect(events).toContain(text)
    const box = (await page.locator('#canvas-metric').boundingBox())!
    const x = box.x + 40 + ((box.width - 42) * day) / 6
    if (look === 'phone') await page.touchscreen.tap(x, box.y + 90)
    else await page.mouse.move(x, box.y + 90)
    await page.locator('.q-tip[data-on]').getByText(text).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)

  it('views are kept in the menu beside the filters, and the lists of both are clean', async () => {
    const page = await signedIn(look)
    await page.goto(`${url}/dashboard?range=90d`)
    const open = async () => {
      if (look === 'phone') await page.getByRole('link', { name: 'Views' }).click()
      else await page.locator('#menu-views summary').click()
    }
    await open()
    const menu = page.locator(look === 'phone' ? '#views-sheet' : '#menu-views')
    expect(await violations(page)).toEqual([])
    await menu.getByLabel('Keep this view as').fill('The quarter')
    await menu.getByRole('button', { name: 'Save view' }).click()
    await page.waitForURL(`${url}/dashboard?range=90d`)
    await page.goto(`${url}/dashboard`)
    await open()
    await menu.getByRole('link', { name: 'The quarter' }).click()
    await page.waitForURL(`${url}/dashboard?range=90d`)
    for (const path of [
      '/dashboard/views?address=%2Fdashboard',
      '/dashboard/annotations',
      '/dashboard?tenant=nobody',
    ]) {
      await page.goto(url + path)
      expect(await violations(page), path).toEqual([])
      expect(await overflow(page), path).toBeLessThanOrEqual(0)
    }
    await page.context().close()
  }, 60_000)
})

describe.skipIf(withoutBrowser)('without script', () => {
  it('both work by links and forms alone', async () => {
    const page = await signedIn('wide, light', { javaScriptEnabled: false })
    await page.goto(`${url}/dashboard/metrics/users.dau?range=7d`)
    await page.getByRole('link', { name: 'Annotate' }).first().click()
    await page.getByRole('textbox', { name: 'What happened' }).fill('Without script')
    await page.getByRole('button', { name: 'Annotate' }).click()
    await page.waitForURL(/metrics\/users\.dau\?range=7d&annotated=/)
    expect(await page.locator('#chart-metric figcaption').textContent()).toContain('Without script')
    await page.locator('#menu-views summary').click()
    await page.locator('#bar-view-name').fill('Plain')
    await page.locator('#menu-views').getByRole('button', { name: 'Save view' }).click()
    await page.waitForURL(/range=7d$/)
    await page.goto(`${url}/dashboard/views`)
    await page.getByRole('button', { name: 'Pin “Plain”' }).click()
    expect(await page.locator('.q-rail').textContent()).toContain('Plain')
    await page.context().close()
  }, 60_000)
})
