import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { allAddresses, makeNamed } from '../helpers/addresses.ts'
import { withoutBrowser, withoutRedis } from '../helpers/needs.ts'
import { enter, openBrowser } from './opened.ts'
import { concernedBy, type Marks, OPEN, type Open, type Source } from './sources-concerned.ts'
import { fillRedis, type SourcesStage, setSources } from './sources-stage.ts'

/** What a page has to answer in, whatever is away. */
const PATIENCE_MS = 2_000
/** A source that hangs in the middle of a query is noticed by the samples of the minute. */
const NOTICED = { timeout: 90_000, interval: 500 }

let stage: SourcesStage
let browser: Browser
let context: BrowserContext
const tabs = new Map<string, Page>()
/** What the product has now: jobs that wait in Redis, users in its database. */
const product = { waiting: 3, users: 120 }

beforeAll(async () => {
  if (withoutBrowser || withoutRedis) return
  stage = await setSources()
  await fillCards()
  browser = await openBrowser()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await enter(context, stage.cookie, stage.server.url)
  for (const path of OPEN) {
    const page = await context.newPage()
    expect((await page.goto(stage.server.url + path))?.status()).toBe(200)
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }))
    tabs.set(path, page)
  }
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await stage?.close()
})

/** Something for the cards that live on our own database alone; the first samples and the first sync. */
async function fillCards(): Promise<void> {
  const ts = new Date().toISOString()
  const call = { ts, user_id: 'ada', service: 'chat', provider: 'openai', model: 'gpt-5', latency_ms: 800 }
  await stage.send('api-calls', [{ id: 'c1', ...call }])
  await stage.send('jobs', [{ id: 'j1', kind: 'build', queue: 'builds', status: 'queued', enqueued_at: ts }])
  const { sql } = stage.db
  const patiently = { timeout: 60_000, interval: 500 }
  const synced = () => sql`select preset from sync_state where state = 'ok'`
  await vi.waitFor(async () => expect(await synced()).toHaveLength(7), patiently)
  await makeNamed(stage.post)
  await stage.act('/api/jobs/minute/run')
  const sampled = () => sql`select distinct name from gauge_hours where name in ('users.online', 'source.size')`
  await vi.waitFor(async () => expect(await sampled()).toHaveLength(2), patiently)
}

const tab = (path: Open): Page => tabs.get(path)!

/** What is marked on a page that is open: cards, cells of its strips, rows of its tables. */
async function marks(path: Open): Promise<Marks> {
  // The Live and the Data page ask often by themselves; the others are asked for by their key.
  if (!['/dashboard/live', '/dashboard/data'].includes(path)) await tab(path).keyboard.press('r')
  return tab(path).evaluate(() => {
    // A log's name holds its path; a row without a name says what it is.
    const nameOf = (one: Element | null) => one?.id.replace(/^source-logs-.*/, 'source-logs') || one?.textContent || ''
    const ids = (selector: string, of = '[id]') =>
      [...document.querySelectorAll(`#live ${selector}`)].map((one) => nameOf(one.closest(of))).sort()
    return {
      cards: ids(':is(.q-card-stale, .q-card-degraded, .q-card-error)'),
      cells: ids('.q-strip-cell .q-ink-2', '.q-strip-cell'),
      rows: ids('tr :is(.q-badge-stale, .q-dot-down, .q-dot-degraded)', 'tr'),
    }
  })
}

/** Polls of the open pages mark what is concerned, and nothing else; the foot of the rail says how many are away. */
async function expectMarks(sources: Source[]): Promise<void> {
  const foot = sources.length > 0 ? `${sources.length} of 4 degraded` : '4 sources up'
  for (const path of OPEN) {
    await expect.poll(() => marks(path), { ...NOTICED, message: path }).toEqual(concernedBy(sources, path))
    await expect.poll(() => text(path, '#sources'), { ...NOTICED, message: path }).toContain(foot)
  }
}

/** Every page and every fragment, each within its two seconds. */
async function expectAnswers(): Promise<void> {
  for (const { path: address } of allAddresses) {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const headers = { cookie: stage.cookie, accept: 'text/html' }
    const answer = await fetch(stage.server.url + address, { headers, signal }).catch((error: Error) => error.name)
    expect(typeof answer === 'string' ? answer : answer.status, address).toBe(200)
    if (typeof answer !== 'string') await answer.text()
  }
}

const text = async (path: Open, selector: string): Promise<string> =>
  (await tab(path).locator(selector).innerHTML()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

const QUEUE = '#card-queues tr:has-text("ai_queue:gpu")'
const USERS = '#card-presets tr:has-text("users.sql")'

/** Reason, last good value and its time, as they stand on the open pages. */
const SAID: Record<Source, () => Promise<void>> = {
  async redis() {
    const away = /Redis does not answer: the connection .*, value of \d/
    for (const card of ['devices', 'queues', 'workers'])
      expect(await text('/dashboard/live', `#card-${card}`), card).toMatch(away)
    expect(await text('/dashboard/live', QUEUE)).toMatch(new RegExp(` ${product.waiting} $`))
    expect(await text('/dashboard/live', '#card-workers')).toContain('cpu-7')
    expect(await text('/dashboard/live', '#now-online')).toMatch(/2 users .* old/)
    expect(await text('/dashboard', '#live')).toContain('Redis does not answer')
    expect(await text('/dashboard', '#now-users-online')).toMatch(/2 .* old/)
    expect(await text('/dashboard/data', '#source-redis')).toMatch(/down, for .*: Redis does not answer/)
    const row = await text('/dashboard/metrics?domain=all', '#metric-users-online')
    expect(row).toMatch(/Redis does not answer: .* last sample 2 /)
  },
  async logs() {
    const card = await text('/dashboard/live', '#card-incidents')
    expect(card).toMatch(/The file is not there, value of \d/)
    expect(card).toContain('the model is overloaded')
    expect(await text('/dashboard/data', '[id^=source-logs]')).toMatch(/down, for .*: The file is not there/)
  },
  async 'source-database'() {
    const card = await text('/dashboard/data', '#card-presets')
    expect(card).toMatch(/The source database does not answer.*, value of \d/)
    expect(await text('/dashboard/data', USERS)).toContain(` ${product.users} `)
    expect(await text('/dashboard/data', '#source-source-database')).toMatch(/down, for .*does not answer/)
    expect(await text('/dashboard/data', '#source-preset-hivesync-users-sql')).toMatch(/does not answer.* ago/)
    expect(await text('/dashboard/metrics?domain=all', '#metric-source-size')).toMatch(/does not answer.* MB/)
    expect(await text('/dashboard/system', '#card-source')).toMatch(
      /does not answer.*, value of \d.* MB .*public\.users/,
    )
  },
}

/** In the words of the one vocabulary. */
const nameOf = (source: Source): string => (source === 'logs' ? `logs:${stage.log.path}` : source)

const TAKE: Record<Source, () => Promise<void>> = {
  redis: () => stage.redis.stop(),
  logs: async () => stage.log.remove(),
  'source-database': () => stage.source.stop(),
}
const GIVE: Record<Source, () => Promise<void>> = {
  async redis() {
    await stage.redis.start()
    await fillRedis(stage.redis, ++product.waiting)
  },
  logs: async () => stage.log.write('the quota is used up'),
  async 'source-database'() {
    await stage.source.start()
    await stage.source.query("insert into users (id, username) values (gen_random_uuid(), 'new')")
    product.users++
  },
}

/** What has changed since is on the open pages. */
const SHOWN: Record<Source, () => Promise<void>> = {
  redis: () => untilText('/dashboard/live', QUEUE, ` ${product.waiting} `),
  logs: () => untilText('/dashboard/live', '#card-incidents', 'the quota is used up'),
  'source-database': () => untilText('/dashboard/data', USERS, ` ${product.users} `),
}
const untilText = (path: Open, selector: string, what: string) =>
  expect.poll(() => text(path, selector), NOTICED).toContain(what)

/** Log lines and rows of the feed since `before`: one each for every change. */
async function expectTold(state: 'degraded' | 'recovered', sources: Source[], before: number): Promise<void> {
  const expected = sources.map((source) => [state, nameOf(source)]).sort()
  expect(stage.told().slice(before).sort()).toEqual(expected)
  const rows = () => stage.db.sql`select state, source from source_events order by id`.then((all) => all.slice(before))
  await expect.poll(rows, NOTICED).toHaveLength(expected.length)
  expect((await rows()).map((row) => [row.state, row.source]).sort()).toEqual(expected)
  const feed = tab('/dashboard/activity').getByText(/ is (away|back)\b/)
  await expect.poll(() => feed.count(), NOTICED).toBe(stage.told().length)
}

describe.skipIf(withoutBrowser || withoutRedis)('under a running server with pages open', () => {
  it('nothing is marked while all sources are there', async () => {
    await expectMarks([])
    await expectAnswers()
    expect(stage.told()).toEqual([])
  }, 120_000)

  it.each<[string, Source[]]>([
    ['Redis stopped', ['redis']],
    ['a log file removed', ['logs']],
    ['the source database stopped', ['source-database']],
    ['all three together', ['redis', 'logs', 'source-database']],
  ])(
    '%s: pages answer in time, just its cards are marked, it is told once, all recovers alone',
    async (_, sources) => {
      const before = stage.told().length
      try {
        for (const source of sources) await TAKE[source]()
        await expectAnswers()
        await expectMarks(sources)
        await expectAnswers()
        for (const source of sources) await SAID[source]()
        await expectTold('degraded', sources, before)
      } finally {
        for (const source of sources) await GIVE[source]()
      }
      await expectAnswers()
      await expectMarks([])
      for (const source of sources) await SHOWN[source]()
      await expectTold('recovered', sources, before + sources.length)
      for (const path of OPEN) expect(await tab(path).evaluate(() => 'sameDocument' in globalThis), path).toBe(true)
    },
    300_000,
  )

  it('Redis and the source database frozen: no page waits for them, and it is over when they thaw', async () => {
    const before = stage.told().length
    const sources: Source[] = ['redis', 'source-database']
    const thaws = [stage.redis.freeze(), await stage.source.freeze()]
    try {
      await expectAnswers()
      await expectMarks(sources)
      await expectAnswers()
      await expectTold('degraded', sources, before)
    } finally {
      for (const thaw of thaws) thaw()
    }
    await expectMarks([])
    await expectTold('recovered', sources, before + sources.length)
  }, 300_000)
})
