import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdmin } from '../../src/auth/admins.ts'
import { TEST_PASSWORD, type TestApp } from '../helpers/app.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { openProduct } from './opened.ts'

const EMAIL = 'ada@admin.example'

let browser: Browser
let t: TestApp
let url: string
beforeAll(async () => {
  if (withoutBrowser) return
  ;({ t, url, browser } = await openProduct())
  await createAdmin(t.sql, { email: EMAIL, role: 'operator', password: TEST_PASSWORD })
})
afterAll(async () => {
  await browser?.close()
  await t?.close()
})

/** The only address that is typed is that of the product itself. */
async function signIn(page: Page): Promise<void> {
  await page.goto(url)
  await page.getByLabel('E-mail').fill(EMAIL)
  await page.getByLabel('Password').fill(TEST_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.locator('.q-account').click()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
}

/** By the rail: the group is opened where it is closed. */
async function go(page: Page, group: string, title: string): Promise<void> {
  const nav = page.getByRole('navigation', { name: 'Pages' })
  const link = nav.getByRole('link', { name: title, exact: true })
  if (!(await link.isVisible())) await nav.locator('summary').filter({ hasText: group }).click()
  await link.click()
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
}

/** Of a menu of the filter bar. */
async function choose(page: Page, menu: string, option: string): Promise<void> {
  await page.locator(`#menu-${menu} summary`).click()
  await page.locator(`#menu-${menu}`).getByRole('link', { name: option }).click()
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()

/** Tenant acme, more than 5 days here: of u1, u3, u5 and u7, who came 8, 6, 4 and 2 days ago, the first two. */
async function makeSegment(page: Page): Promise<void> {
  await go(page, 'People', 'Segments')
  await page.getByRole('link', { name: 'New segment' }).click()
  await page.getByRole('textbox', { name: 'Name of the segment' }).fill('Early at Acme')
  const kind = page.getByLabel('Condition', { exact: true })
  await kind.selectOption({ label: 'Tenant' })
  await page.getByLabel('Values, separated by commas').fill('acme')
  await page.getByLabel('Values, separated by commas').blur()
  await page.getByText('Matches 4 users').waitFor()
  await page.getByRole('button', { name: 'Add a condition' }).click()
  await kind.nth(1).selectOption({ label: 'Signed up' })
  await page.getByLabel('Comparison').nth(1).selectOption({ label: 'more than … days ago' })
  await page.getByLabel('Days').fill('5')
  await page.getByRole('button', { name: 'Count again' }).click()
  await page.getByText('Matches 2 users').waitFor()
  await page.getByRole('button', { name: 'Save segment' }).click()
  await heading(page, 'Early at Acme')
  await page.getByText('2 users', { exact: true }).waitFor()
}

/** The cost of a job; a mistyped key is said while it is typed. */
async function makeMetric(page: Page): Promise<void> {
  await go(page, 'Work', 'Metrics')
  await page.getByRole('link', { name: 'New metric' }).click()
  const formula = page.getByRole('combobox', { name: 'Formula' })
  await formula.pressSequentially('ai.cots / jobs.total')
  await page.getByText('There is no metric').waitFor()
  await formula.fill('')
  await formula.pressSequentially('ai.cost / jobs.total')
  await page.locator('#formula-check').getByText('$0.20').first().waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Cost per job')
  await page.getByLabel('Definition').fill('What the AI costs for each job.')
  await page.getByRole('button', { name: 'Save metric' }).click()
  await heading(page, 'Cost per job')
}

/** By the search of the list of metrics. */
async function openMetric(page: Page, label: string): Promise<void> {
  await go(page, 'Work', 'Metrics')
  await page.locator('#main').getByRole('searchbox').fill(label)
  await page.locator('#main').getByRole('searchbox').press('Enter')
  await page.waitForURL(/[?&]q=/)
  // A name, then its key.
  await page
    .locator('#main')
    .getByRole('link', { name: new RegExp(`^${label} [a-z]+\\.`) })
    .first()
    .click()
  await heading(page, label)
}

async function annotate(page: Page): Promise<void> {
  await openMetric(page, 'AI cost')
  await page.getByRole('link', { name: 'Annotate' }).click()
  const drawer = page.getByRole('dialog', { name: 'Annotate' })
  await drawer.getByLabel('What happened').fill('A new model for drafts')
  await drawer.getByLabel('Kind').selectOption({ label: 'Note' })
  await drawer.getByRole('button', { name: 'Annotate' }).click()
  await page.locator('#chart-metric figcaption').getByText('A new model for drafts').waitFor()
}

async function saveView(page: Page): Promise<void> {
  await go(page, 'Now', 'Overview')
  await choose(page, 'range', 'Last 7 days')
  await choose(page, 'segment', 'Early at Acme')
  await page.locator('#menu-views summary').click()
  await page.locator('#menu-views').getByLabel('Keep this view as').fill('The week of the early')
  await page.locator('#menu-views').getByRole('button', { name: 'Save view' }).click()
  await page.waitForURL(/segment=/)
}

interface BoardCard {
  kind: string
  /** Of the metric, and of the card. */
  label: string
  /** Where the card says its number, and what that is. */
  at: string
  value: string
}

/** 8 users made 80 calls of 2 cents, two of them failed; 8 jobs ran, one failed. */
const CARDS: BoardCard[] = [
  { kind: 'Number', label: 'AI cost', at: '.q-tile-value', value: '$1.60' },
  { kind: 'Number', label: 'Cost per job', at: '.q-tile-value', value: '$0.20' },
  { kind: 'Chart', label: 'AI calls', at: '.q-board-value b', value: '80' },
  { kind: 'Breakdown', label: 'Tokens in', at: '.q-donut-total', value: '80,000' },
  { kind: 'Gauge', label: 'Job success', at: '.q-gauge-number', value: '87.5%' },
  { kind: 'Table', label: 'AI errors', at: 'tfoot td:last-child', value: '2' },
]

async function makeBoard(page: Page): Promise<void> {
  await go(page, 'Work', 'Boards')
  await page.getByLabel('Name of the new board').fill('What AI costs us')
  await page.getByRole('button', { name: 'New board' }).click()
  await heading(page, 'What AI costs us')
  for (const { kind, label } of CARDS) {
    await page.getByRole('link', { name: 'Add card' }).first().click()
    await page.getByRole('searchbox', { name: 'Search metrics and saved queries' }).pressSequentially(label)
    await page.getByRole('link', { name: `${kind}: ${label}`, exact: true }).click()
    if (kind === 'Breakdown') await page.getByLabel('Drawn as').selectOption({ label: 'Donut' })
    if (kind === 'Table') await page.getByLabel('Rows', { exact: true }).selectOption({ label: 'Day' })
    await page.getByRole('button', { name: 'Add card' }).click()
    await heading(page, 'What AI costs us')
  }
  await page.getByRole('link', { name: 'Done' }).click()
  await page.getByText('Yours, seen by nobody else').waitFor()
}

async function findSegment(page: Page): Promise<void> {
  await go(page, 'Now', 'Overview')
  await choose(page, 'segment', 'Early at Acme')
  await page.locator('#menu-segment summary').getByText('Early at Acme').waitFor()
  // Both were active today.
  expect(await page.locator('#tile-users-mau .q-tile-value').textContent()).toBe('2')
  await page.getByRole('link', { name: 'Clear' }).click()
}

async function findView(page: Page): Promise<void> {
  await go(page, 'Now', 'Overview')
  await page.locator('#menu-views summary').click()
  await page.locator('#menu-views').getByRole('link', { name: 'The week of the early' }).click()
  await page.locator('#menu-range summary').getByText('Last 7 days').waitFor()
  await page.locator('#menu-segment summary').getByText('Early at Acme').waitFor()
  // The pages that follow keep what is set.
  await page.getByRole('link', { name: 'Clear' }).click()
  await choose(page, 'range', 'Last 30 days')
}

/** Each card's number is that of its metric's own page. */
async function findBoard(page: Page): Promise<void> {
  const open = async () => {
    await go(page, 'Work', 'Boards')
    await page.getByRole('link', { name: 'What AI costs us' }).click()
    await heading(page, 'What AI costs us')
  }
  await open()
  expect(await page.locator('.q-board > *').count()).toBe(6)
  for (const [place, { at, value }] of CARDS.entries())
    expect(await page.locator('.q-board > *').nth(place).locator(at).textContent(), CARDS[place]?.label).toBe(value)
  for (const { label, value } of CARDS) {
    await openMetric(page, label)
    expect(await page.locator('.q-hero-value').textContent(), label).toContain(value)
  }
}

async function findAnnotation(page: Page): Promise<void> {
  await openMetric(page, 'AI calls')
  await page.locator('#chart-metric figcaption').getByText('A new model for drafts').waitFor()
  await go(page, 'Work', 'Metrics')
  await page.getByRole('link', { name: 'Annotations' }).click()
  await page.getByRole('row').filter({ hasText: 'A new model for drafts' }).waitFor()
}

describe.skipIf(withoutBrowser)('an admin who builds things of their own', () => {
  it('finds the segment, the view, the board, the metric and the annotation after signing in anew', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    await signIn(page)
    await makeSegment(page)
    await makeMetric(page)
    await annotate(page)
    await saveView(page)
    await makeBoard(page)
    await signOut(page)
    await context.clearCookies()

    await signIn(page)
    await findSegment(page)
    await findView(page)
    await findBoard(page)
    await findAnnotation(page)
    expect(problems).toEqual([])
    await context.close()
  }, 300_000)
})
