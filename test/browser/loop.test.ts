import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/connect.ts'
import { testDb } from '../helpers/db.ts'
import { type DemoProcess, startDemo } from '../helpers/demo-process.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { type Receiver, receiver } from '../helpers/receiver.ts'
import { type MailServer, mailServer } from '../helpers/smtp.ts'
import { openBrowser } from './opened.ts'

/** Watch, notice, act, see the effect: on the demo as it is, small, and over nothing but its own pages and doors. */
const SIZE = { DEMO_USERS: '60', DEMO_DAYS: '45' }
const SECRET = 'a signing secret of the loop'
const DAY_MS = 86_400_000
/** More open tickets than so few users ever have. */
const WAVE = 40
const LIMIT = 30

let db: Db
let http: Receiver
let mail: MailServer
let demo: DemoProcess
let browser: Browser
beforeAll(async () => {
  if (withoutBrowser) return
  ;[db, http, mail, browser] = await Promise.all([testDb(), receiver(), mailServer(), openBrowser()])
  demo = await startDemo({ ...SIZE, DATABASE_URL: db.url, SMTP_URL: mail.url })
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await demo?.stop()
  await Promise.all([db?.close(), http?.close(), mail?.close()])
})

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor()

async function signIn(page: Page): Promise<void> {
  await page.goto(demo.url)
  await page.getByLabel('E-mail').fill(demo.email)
  await page.getByLabel('Password').fill(demo.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'Overview')
}

/** By the rail: the group is opened where it is closed; beside a title there may be how many there are. */
async function go(page: Page, group: string, title: string): Promise<void> {
  const nav = page.getByRole('navigation', { name: 'Pages' })
  const link = nav.getByRole('link', { name: new RegExp(`^${title}( ?\\d+.*)?$`) })
  if (!(await link.isVisible())) await nav.locator('summary').filter({ hasText: group }).click()
  await link.click()
  await heading(page, title)
}

/** Support's own system tells of tickets, as any program does. */
async function tellTickets(name: string, more: object): Promise<void> {
  const rows = Array.from({ length: WAVE }, (_, n) => ({ id: `${name}-${n}`, subject: 'Site is down', ...more }))
  const answer = await fetch(`${demo.url}/ingest/tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  })
  expect(await answer.json()).toMatchObject({ accepted: WAVE, rejected: 0 })
}

const daysAgo = (n: number): string => new Date(Date.now() - n * DAY_MS).toISOString()

/** Runs a job now, as the person who has signed in, and waits for its end. */
async function runNow(page: Page, job: string): Promise<void> {
  const asked = await page.request.post(`${demo.url}/api/jobs/${job}/run`, { headers: { origin: demo.url } })
  // Under way already, by its schedule.
  expect([202, 409]).toContain(asked.status())
  if (asked.status() === 409) return
  const { id } = (await asked.json()) as { id: string }
  const outcome = async () => {
    const answer = await page.request.get(`${demo.url}/api/jobs/runs/${id}`)
    return ((await answer.json()) as { state: string }).state
  }
  await expect.poll(outcome, { timeout: 60_000, interval: 250 }).toBe('ok')
}

/** A channel of ours beside those of the demo, tried out. */
async function addWebhook(page: Page): Promise<void> {
  await go(page, 'Work', 'Settings')
  await page.getByRole('link', { name: 'Channels', exact: true }).first().click()
  await heading(page, 'Channels')
  await page.getByRole('link', { name: 'New channel' }).first().click()
  await page.getByRole('link', { name: 'Webhook', exact: true }).click()
  await page.getByLabel('Name', { exact: true }).fill('Pager')
  await page.getByLabel('URL').fill(`${http.url}/pager`)
  await page.getByLabel('Signing secret').fill(SECRET)
  await page.getByRole('button', { name: 'Make the channel' }).click()
  await page.getByRole('button', { name: 'Send test' }).click()
  await expect.poll(() => http.posted.map(typeOf)).toEqual(['test'])
}

/** From the metric's own page; what the rule would have done is looked at before it is saved. */
async function makeRule(page: Page): Promise<void> {
  await go(page, 'Work', 'Metrics')
  await page.locator('#main').getByRole('searchbox').fill('Open tickets')
  await page.locator('#main').getByRole('searchbox').press('Enter')
  await page.getByRole('link', { name: /^Open tickets support\./ }).click()
  await heading(page, 'Open tickets')
  await page.getByRole('link', { name: 'Alert', exact: true }).click()
  const past = page.locator('#card-back-test')
  await past.getByText('Enter a limit').waitFor()
  await page.getByLabel('for', { exact: true }).selectOption({ label: 'at once' })
  await page.getByLabel('Severity').selectOption({ label: 'critical' })
  await page.getByLabel('Limit, tickets').fill(String(LIMIT))
  await page.getByRole('button', { name: 'Back-test' }).click()
  // The wave of three weeks ago was there at the end of four days.
  await past.getByText('1 time', { exact: true }).waitFor()
  const [row] = await past.locator('#table-firings tbody tr').allTextContents()
  expect(row).toContain(String(WAVE))
  await page.getByRole('button', { name: 'Save new rule' }).click()
  await page.getByText('The rule is saved. It is checked every minute.').waitFor()
}

/** From Overview to the page of the first who is at risk: why, in the same words. Answers their address. */
async function findAtRisk(page: Page): Promise<string> {
  await go(page, 'Now', 'Overview')
  const row = page.locator('#card-at-risk tbody tr').first()
  const email = (await row.locator('.q-two-title').textContent()) ?? ''
  const why = (await row.locator('.q-two-sub').textContent()) ?? ''
  const score = /[\d.]+/.exec((await row.locator('td').last().textContent()) ?? '')?.[0]
  expect(email).toMatch(/@.*\.example$/)
  // "pro, 1 active day of 30, away 26 days": what they pay, then why.
  expect(why.split(', ').length).toBeGreaterThan(1)
  await row.getByRole('link').first().click()
  await heading(page, email)
  const health = page.locator('#card-user-health')
  expect(await health.locator('.q-hero-value').textContent()).toBe(score)
  await health.getByText('Engagement').waitFor()
  const [, active] = /(\d+ active days?) of 30/.exec(why) ?? []
  if (active) await health.getByText(`${active} of 30`).waitFor()
  return email
}

/** By the menu of their page, past the question. */
async function act(page: Page, name: string, { reason = '', done }: { reason?: string; done: string }): Promise<void> {
  await page.locator('#menu-actions summary').click()
  await page.locator('#menu-actions').getByRole('link', { name, exact: true }).click()
  await page.getByRole('heading', { name: 'What would change' }).waitFor()
  await page.getByLabel(/^Reason/).fill(reason)
  await page.locator('#action-form button[value=act]').click()
  await page.locator('#card-run').getByRole('heading', { name: done }).waitFor()
}

/** What the main app says by itself, on its own page: the cell of a column, by its place. */
async function atMainApp(page: Page, email: string, column: number): Promise<string | null> {
  const own = await page.context().newPage()
  try {
    await own.goto(`${demo.mainAppUrl}/?q=${encodeURIComponent(email)}`)
    return await own.locator('tbody tr').filter({ hasText: email }).locator('td').nth(column).textContent()
  } finally {
    await own.close()
  }
}
const STATUS = 2
const LAST_BUILD = 3

async function suspendAndReinstate(page: Page, email: string): Promise<void> {
  const [theirs] = page.url().split('?')
  expect(await atMainApp(page, email, STATUS)).toBe('active')
  await act(page, 'Suspend', { reason: 'Their card was stolen', done: 'Suspended' })
  expect(await atMainApp(page, email, STATUS)).toBe('suspended')
  // And what the main app tells by its facts comes to be seen on their page.
  await page.goto(theirs as string)
  await expect.poll(() => standingOf(page), { timeout: 60_000 }).toContain('suspended')
  await act(page, 'Reinstate', { done: 'Reinstated' })
  expect(await atMainApp(page, email, STATUS)).toBe('active')
  await page.goto(theirs as string)
  await expect.poll(() => standingOf(page), { timeout: 60_000 }).not.toContain('suspended')
}

async function standingOf(page: Page): Promise<string | null> {
  await page.reload()
  return page.locator('#card-account').textContent()
}

/** Somebody whose last build failed. Answers their address. */
async function retryBuild(page: Page): Promise<string> {
  const [user] = await db.sql<{ email: string; attempt: number }[]>`
    select u.email, j.attempt from (
      select distinct on (user_id) * from jobs where kind in ('build', 'deploy') and user_id <> '' order by user_id, ts desc
    ) j join users u using (user_id)
    where j.status = 'failed' and j.kind = 'build' and u.status = 'active'
    order by j.ts desc limit 1`
  const { email = '', attempt = 0 } = user ?? {}
  await go(page, 'People', 'Users')
  await page.locator('.q-user-search').getByRole('searchbox').fill(email)
  await page.locator('.q-user-search').getByRole('searchbox').press('Enter')
  await page.locator('#main').getByRole('link', { name: email }).first().click()
  await heading(page, email)
  expect(await atMainApp(page, email, LAST_BUILD)).toBe(`build failed, attempt ${attempt}`)
  await act(page, 'Retry last build', { done: 'Build retried' })
  expect(await atMainApp(page, email, LAST_BUILD)).toMatch(
    new RegExp(`^build (queued|running|succeeded|failed), attempt ${attempt + 1}$`),
  )
  return email
}

/** All three, in the feed and in the log. */
async function readTraces(page: Page, suspended: string, retried: string): Promise<void> {
  await go(page, 'Now', 'Activity')
  const line = (what: string, who: string) =>
    page.locator('#main').getByRole('row').filter({ hasText: what }).filter({ hasText: who }).first().waitFor()
  await line('Suspended', suspended)
  await line('Reinstated', suspended)
  await line('Build retried', retried)
  await go(page, 'Work', 'Audit')
  const id = async (email: string) =>
    (await db.sql<{ id: string }[]>`select user_id as id from users where email = ${email}`)[0]?.id ?? ''
  await line('user.suspend', await id(suspended))
  await line('user.reinstate', await id(suspended))
  await line('user.retry_build', await id(retried))
}

/** The run is held up by somebody who reads what it writes, as long as it takes to look at it. */
async function recalculate(page: Page): Promise<void> {
  await go(page, 'People', 'Health')
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const reading = db.heavy.begin(async (tx) => {
    await tx`lock table health_outcomes in share mode`
    await page.getByRole('button', { name: 'Recalculate' }).click()
    const progress = page.locator('#card-running').getByRole('progressbar', { name: 'Steps done' })
    await progress.waitFor()
    // The page follows by itself.
    await expect.poll(() => progress.getAttribute('value'), { timeout: 30_000 }).not.toBe('0')
    expect(await page.locator('#card-running').textContent()).toMatch(/\d+ of \d+ steps \(\d+ %\)/)
    release()
    await released
  })
  await reading
  await page.locator('#card-running').waitFor({ state: 'detached', timeout: 60_000 })
  expect(await page.getByText('The last recalculation failed').count()).toBe(0)
}

const alertRow = (page: Page) => page.locator('#main .q-alert').filter({ hasText: 'Open tickets' })

/** Its schedule finds it, within a minute. */
async function seeItFire(page: Page): Promise<void> {
  await go(page, 'Now', 'Alerts')
  const shows = async () => {
    await page.reload()
    return alertRow(page).count()
  }
  await expect.poll(shows, { timeout: 150_000, interval: 1_000 }).toBe(1)
  await alertRow(page).getByRole('button', { name: 'Acknowledge' }).click()
  await alertRow(page).getByText('acknowledged by').waitFor()
  await go(page, 'Now', 'Overview')
  await page.locator('#card-alerts').getByText('Open tickets').first().waitFor()
}

async function seeItEnd(page: Page): Promise<void> {
  await go(page, 'Now', 'Alerts')
  const gone = async () => {
    await runNow(page, 'minute')
    await page.reload()
    return alertRow(page).count()
  }
  await expect.poll(gone, { timeout: 150_000, interval: 1_000 }).toBe(0)
  await page.getByRole('link', { name: 'History', exact: true }).click()
  const row = page.locator('#table-alert-history tr').filter({ hasText: 'Open tickets' })
  await row.filter({ hasText: 'acknowledged by' }).first().waitFor()
}

interface Posted {
  type: string
  data: { dedupe_key: string; title: string; severity: string }
}
const bodyOf = ({ body }: Receiver['posted'][number]) => JSON.parse(body) as Posted
const typeOf = (posted: Receiver['posted'][number]): string => bodyOf(posted).type

/** Both channels have told of it, that it fires and that it is over, once each. */
async function readNotices(): Promise<void> {
  const [alert] = await db.sql<{ id: number }[]>`select id::int from alerts order by id desc limit 1`
  const keys = ['fired', 'resolved'].map((change) => `alert-${alert?.id}-${change}`)
  const posts = () => http.posted.filter((one) => keys.includes(bodyOf(one).data.dedupe_key))
  const mails = () => mail.mails.filter(({ headers }) => keys.includes(headers['x-quarterdeck-dedupe-key'] ?? ''))
  await expect.poll(() => [posts().length, mails().length], { timeout: 60_000 }).toEqual([2, 2])
  expect(posts().map(typeOf)).toEqual(['alert.firing', 'alert.resolved'])
  for (const post of posts()) {
    expect(bodyOf(post).data).toMatchObject({ severity: 'critical', title: expect.stringContaining('Open tickets') })
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = post.headers
    expect(signature).toBe(`v1,${createHmac('sha256', SECRET).update(`${id}.${at}.${post.body}`).digest('base64')}`)
  }
  expect(mails().map(({ headers }) => headers.subject?.slice(0, 10))).toEqual(['[Firing] O', '[Resolved]'])
  expect(mails()[0]?.to).toEqual(['oncall@acme.example', 'lead@acme.example'])
}

describe.skipIf(withoutBrowser)('an admin of the demo', () => {
  it('finds who is at risk and helps them, and is told by a rule of their own when to look', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    await tellTickets('old', { status: 'open', created_at: daysAgo(21), updated_at: daysAgo(21) })
    await tellTickets('old', { status: 'closed', closed_at: daysAgo(17), updated_at: daysAgo(17) })
    await signIn(page)
    await addWebhook(page)
    await makeRule(page)
    await tellTickets('new', { status: 'open' })

    const suspended = await findAtRisk(page)
    await suspendAndReinstate(page, suspended)
    const retried = await retryBuild(page)
    await seeItFire(page)

    await tellTickets('new', { status: 'solved', closed_at: daysAgo(0), updated_at: daysAgo(0) })
    await recalculate(page)
    await readTraces(page, suspended, retried)
    await seeItEnd(page)
    await readNotices()
    expect(problems).toEqual([])
    await context.close()
  }, 420_000)
})
