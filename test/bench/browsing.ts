import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { median, ROUNDS } from './measure.ts'
import type { Result } from './report.ts'
import type { Server } from './server.ts'

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const VIEWPORT = { width: 1440, height: 900 }
const CHARTS_WAIT_MS = 15_000
/** For the charts to be drawn: what they shift counts. */
const SETTLE_MS = 1000

interface Load {
  /** As it came over the wire, headers included. */
  bytes: number
  lcpMs: number
  shift: number
  /** Whether charts were fetched, and when against the first paint. */
  chartsAfterPaintMs: number
}

/** Cold loads of the Overview in a real browser; undefined where there is none. */
export async function benchBrowsing(server: Server): Promise<Result[] | undefined> {
  if (!existsSync(CHROMIUM)) return undefined
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  try {
    const loads: Load[] = []
    for (let round = 0; round < ROUNDS; round++) loads.push(await loadCold(browser, server))
    return resultsOf(loads)
  } finally {
    await browser.close()
  }
}

function resultsOf(loads: Load[]): Result[] {
  const charts = Math.min(...loads.map(({ chartsAfterPaintMs }) => chartsAfterPaintMs))
  const worst = (of: (load: Load) => number) => Math.max(...loads.map(of))
  return [
    {
      name: 'Overview over the wire, KB',
      value: worst(({ bytes }) => bytes) / 1000,
      target: 190,
      floor: 250,
      better: 'less',
      note: 'cold cache; worst of the loads',
    },
    {
      name: 'largest paint, ms',
      value: median(loads.map(({ lcpMs }) => lcpMs)),
      target: 1000,
      floor: 1000,
      better: 'less',
    },
    {
      name: 'layout shift',
      value: worst(({ shift }) => shift),
      target: 0.001,
      floor: 0.001,
      better: 'less',
      note: 'less than 0.001 is the rounding of sizes',
    },
    {
      name: 'charts after first paint, ms',
      value: charts,
      target: 0,
      floor: 0,
      better: 'more',
      note: 'earliest fetch of charts.js',
    },
  ]
}

/** A context of its own has nothing in its cache. */
async function loadCold(browser: Browser, server: Server): Promise<Load> {
  const context = await browser.newContext({ viewport: VIEWPORT })
  try {
    const [name, value] = server.cookie.split('=') as [string, string]
    await context.addCookies([{ name, value, url: server.url }])
    return await measure(context, `${server.url}/dashboard`)
  } finally {
    await context.close()
  }
}

async function measure(context: BrowserContext, url: string): Promise<Load> {
  const page = await context.newPage()
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  let bytes = 0
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  // They are fetched when the browser is idle, which may be after the network is.
  const charts = page.waitForResponse(/\/charts\./, { timeout: CHARTS_WAIT_MS }).catch(() => undefined)
  await page.goto(url)
  await (await charts)?.finished()
  await page.waitForTimeout(SETTLE_MS)
  const seen = await page.evaluate(observe)
  return { bytes, ...seen }
}

/** Runs in the page: what the browser has noted since the navigation began. No named functions: tsx would wrap them. */
async function observe(): Promise<Omit<Load, 'bytes'>> {
  const [paints, shifts] = await Promise.all(
    ['largest-contentful-paint', 'layout-shift'].map(
      (type) =>
        new Promise<PerformanceEntryList>((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type, buffered: true })
          setTimeout(resolve, 300, [])
        }),
    ),
  )
  const charts = performance.getEntriesByType('resource').find((entry) => entry.name.includes('/charts.'))
  const firstPaint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN
  return {
    lcpMs: paints?.at(-1)?.startTime ?? Number.NaN,
    shift: (shifts ?? []).reduce((sum, entry) => sum + (entry as PerformanceEntry & { value: number }).value, 0),
    chartsAfterPaintMs: (charts?.startTime ?? Number.NaN) - firstPaint,
  }
}
