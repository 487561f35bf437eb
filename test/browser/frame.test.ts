import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withoutBrowser } from '../helpers/needs.ts'
import { frameApp } from './frame-app.tsx'
import { axeSource, openBrowser } from './opened.ts'

const inBrowser = describe.skipIf(withoutBrowser)

let browser: Browser
let base: string
let close: () => void
const gallery = frameApp()

beforeAll(async () => {
  if (withoutBrowser) return
  if (!existsSync('dist/public/manifest.json'))
    throw new Error('Run `npm run build` first: the browser needs dist/public.')
  const server = serve({ fetch: gallery.app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () => server.close()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  close?.()
})

interface Opened {
  page: Page
  problems: string[]
}

/** A page with its console errors: a violation of the policy is one. */
async function open(
  path: string,
  size: { width: number; height: number } = { width: 1440, height: 900 },
): Promise<Opened> {
  const page = await browser.newPage({ viewport: size, reducedMotion: 'reduce' })
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(base + path)
  await page.waitForFunction(() => document.readyState === 'complete')
  return { page, problems }
}

const chartDrawn = (page: Page, id: string) =>
  page.waitForFunction(
    (name) => (document.getElementById(name) as HTMLCanvasElement)?.style.width !== '',
    `canvas-${id}`,
  )

/** When an answer that has come is on the page as well: it is swapped in a moment after. */
async function settledContent(page: Page): Promise<string> {
  for (let last = await liveContent(page); ; ) {
    await page.waitForTimeout(250)
    const next = await liveContent(page)
    if (next === last) return next
    last = next
  }
}

/** The live part without what the browser itself keeps there: canvas sizes, tooltips, ticking ages. */
const liveContent = (page: Page) =>
  page.evaluate(() => {
    const copy = document.querySelector('#live')?.cloneNode(true) as HTMLElement
    for (const own of copy.querySelectorAll('canvas, .q-tip, time[data-ago]')) own.remove()
    return copy.innerHTML
  })

/** One poll by its key, until its answer has been swapped. */
async function poll(page: Page): Promise<number> {
  const answer = page.waitForResponse((response) => response.url().includes('/dashboard/live-part'))
  await page.keyboard.press('r')
  const status = (await answer).status()
  await page.waitForTimeout(150)
  return status
}

inBrowser('under the strict policy', () => {
  const looks = [
    { name: 'light', path: '/dashboard?theme=light', size: { width: 1440, height: 900 } },
    { name: 'dark', path: '/dashboard?theme=dark', size: { width: 1440, height: 900 } },
    { name: 'narrow', path: '/dashboard?theme=light', size: { width: 1000, height: 800 } },
    { name: 'phone', path: '/dashboard?theme=light', size: { width: 390, height: 844 } },
    { name: 'phone, dark', path: '/states?theme=dark', size: { width: 390, height: 844 } },
    { name: 'states', path: '/states?theme=light', size: { width: 1440, height: 900 } },
    { name: 'states, dark', path: '/states?theme=dark', size: { width: 1440, height: 900 } },
  ]
  test.each(looks)('$name: axe finds nothing, nothing is blocked, nothing scrolls sideways', async ({ path, size }) => {
    const { page, problems } = await open(path, size)
    await page.evaluate(axeSource)
    const violations = await page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe is injected
      const { violations } = await (window as any).axe.run(document)
      return violations.map((one: { id: string; nodes: { html: string }[] }) => `${one.id}: ${one.nodes[0]?.html}`)
    })
    expect(violations).toEqual([])
    expect(problems).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width)
    await page.close()
  })
})

inBrowser('the first load', () => {
  test('costs at most 190 KB over the wire, shifts nothing, and fetches charts after the first paint', async () => {
    const { page } = await open('/dashboard')
    await chartDrawn(page, 'dau')
    const measured = await page.evaluate(
      () =>
        new Promise<{ bytes: number; shift: number; chartsAfterPaint: boolean }>((resolve) => {
          new PerformanceObserver(() => {}).observe({ type: 'layout-shift', buffered: true })
          let shift = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shift += (entry as unknown as { value: number }).value
          }).observe({ type: 'layout-shift', buffered: true })
          const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          const sized = entries as PerformanceResourceTiming[]
          const charts = sized.find((entry) => entry.name.includes('charts.'))
          const paint = performance.getEntriesByName('first-contentful-paint')[0]
          setTimeout(
            () =>
              resolve({
                bytes: sized.reduce((sum, entry) => sum + entry.transferSize, 0),
                shift,
                chartsAfterPaint: Boolean(charts && paint && charts.startTime >= paint.startTime),
              }),
            100,
          )
        }),
    )
    expect(measured.bytes).toBeGreaterThan(50_000)
    expect(measured.bytes).toBeLessThanOrEqual(190_000)
    expect(measured.shift).toBe(0)
    expect(measured.chartsAfterPaint).toBe(true)
    await page.close()
  })

  test('a chosen theme is in the first byte, the system’s is applied before the first paint', async () => {
    expect(await (await fetch(`${base}/dashboard?theme=dark`)).text()).toContain('data-bs-theme="dark"')
    const page = await browser.newPage({ colorScheme: 'dark' })
    await page.goto(`${base}/dashboard?theme=system`)
    expect(await page.getAttribute('html', 'data-bs-theme')).toBe('dark')
    await page.close()
  })
})

inBrowser('polling', () => {
  test('changes numbers and charts in place, and moves, closes or grows nothing', async () => {
    const { page, problems } = await open('/dashboard')
    await chartDrawn(page, 'dau')
    await page.evaluate(() => {
      document.querySelector<HTMLDetailsElement>('#menu-cost')?.setAttribute('open', '')
      document.querySelector('#chart-cost')?.setAttribute('data-view', 'table')
      document.querySelector<HTMLElement>('#canvas-dau')?.setAttribute('data-same', 'yes')
      scrollTo(0, 300)
    })
    const look = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#canvas-dau')
        return {
          size: [canvas?.width, canvas?.height, canvas?.clientHeight],
          same: canvas?.dataset.same,
          open: document.querySelector<HTMLDetailsElement>('#menu-cost')?.open,
          view: document.querySelector('#chart-cost')?.getAttribute('data-view'),
          scroll: scrollY,
          height: document.body.scrollHeight,
        }
      })
    const before = await look()
    for (let round = 0; round < 4; round++) expect(await poll(page)).toBe(200)
    expect(await look()).toEqual(before)
    expect(await page.textContent('#tile-polled .q-tile-value')).toBe(String(gallery.polls))
    expect(await page.getAttribute('#canvas-dau', 'aria-label')).toContain(`poll ${gallery.polls}`)
    expect(await page.textContent('#status')).toContain(`${gallery.polls} alerts`)
    expect(problems).toEqual([])
    await page.close()
  })

  test('an unchanged answer is a 304 and touches nothing', async () => {
    const { page } = await open('/dashboard')
    await poll(page)
    gallery.frozen = true
    const before = await settledContent(page)
    expect(await poll(page)).toBe(304)
    gallery.frozen = false
    expect(await liveContent(page)).toBe(before)
    expect(await page.textContent('[data-age-text]')).toMatch(/^[0-2] s ago$/)
    await page.close()
  })

  test.each([
    [503, 'The database does not answer'],
    [500, 'The server answered 500'],
    [401, 'Signed out'],
    [302, 'Signed out'],
  ])('an answer of %i keeps the numbers, says why they are stale, and recovers', async (status, reason) => {
    const { page } = await open('/dashboard')
    await poll(page)
    const before = await settledContent(page)
    gallery.status = status
    await page.keyboard.press('r')
    await page.waitForSelector('.q-updated-stale:not([hidden])')
    expect(await page.textContent('[data-stale-reason]')).toContain(reason)
    expect(await liveContent(page)).toBe(before)
    gallery.status = 200
    await poll(page)
    expect(await page.isHidden('.q-updated-stale')).toBe(true)
    await page.close()
  })

  test('asks by itself only while Auto is on, and keeps the switch with the admin', async () => {
    const { page } = await open('/dashboard?every=1')
    await page.waitForResponse((response) => response.url().includes('live-part'))
    const saved = page.waitForRequest((request) => request.url().includes('/dashboard/preferences'))
    await page.keyboard.press('p')
    expect((await saved).postData()).toBe('refresh=off')
    await page.waitForTimeout(300)
    const polls = gallery.polls
    await page.waitForTimeout(2500)
    expect(gallery.polls).toBe(polls)
    await page.close()
  })
})

inBrowser('keys and menus', () => {
  test('Ctrl K finds a metric and Enter goes there', async () => {
    const { page, problems } = await open('/dashboard')
    await page.keyboard.press('Control+k')
    await page.waitForSelector('#palette[open] [role="option"]')
    await page.keyboard.type('cost')
    await page.waitForFunction(() => document.querySelectorAll('#palette [role="option"]').length === 1)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/dashboard/metrics/ai.cost')
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([])
    await page.close()
  })

  test('T shows a chart as its table, Escape closes a menu and gives the focus back, G O goes to the overview', async () => {
    const { page } = await open('/dashboard')
    await page.keyboard.press('t')
    expect(await page.isVisible('#twin-dau table')).toBe(true)
    await page.click('#menu-range summary')
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.parentElement?.id)).toBe('menu-range')
    await page.keyboard.press('g')
    await Promise.all([page.waitForNavigation(), page.keyboard.press('o')])
    await page.close()
  })

  test('J and K walk the rows that can be opened, Enter opens one', async () => {
    const { page } = await open('/states')
    const focused = () => page.evaluate(() => document.activeElement?.closest('tr, li')?.textContent)
    await page.keyboard.press('j')
    const first = await focused()
    expect(first).toBeTruthy()
    await page.keyboard.press('j')
    expect(await focused()).not.toBe(first)
    await page.keyboard.press('k')
    expect(await focused()).toBe(first)
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
    await page.close()
  })

  test('the popover behind a number opens on focus, inside the window, and Escape closes it', async () => {
    const { page } = await open('/dashboard')
    await page.focus('.q-account')
    await page.evaluate(() => document.querySelector<HTMLElement>('#tile-jobs\\.success_rate a')?.focus())
    await page.keyboard.press('Tab')
    await page.keyboard.press('Shift+Tab')
    const box = await page.locator('.q-about:popover-open').first().boundingBox()
    expect(box && box.x >= 0 && box.x + box.width <= 1440).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.locator('.q-about:popover-open').count()).toBe(0)
    await page.close()
  })

  test('the phone’s sheet names what its button will show', async () => {
    const { page } = await open('/dashboard', { width: 390, height: 844 })
    await page.click('.q-filters-phone button >> nth=0')
    await page.check('#filter-sheet input[value="7d"]', { force: true })
    await page.selectOption('#filter-sheet select[name="tenant"]', 'harbor')
    expect(await page.textContent('[data-show]')).toBe('Show 7 days, Harbor & Pine')
    await Promise.all([page.waitForURL('**range=7d**'), page.click('[data-show]')])
    expect(page.url()).not.toContain('from=')
    await page.close()
  })
})
