import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askHref } from '../../src/actions/paths.ts'
import { nobody, type Product, product } from '../actions-kit.ts'
import { withoutBrowser } from '../helpers/needs.ts'
import { enter, LOOKS, openBrowser, overflow, violations } from './opened.ts'

let p: Product
let url: string
let cookie: string
let browser: Browser

beforeAll(async () => {
  if (withoutBrowser) return
  p = await product()
  url = await p.t.listen()
  cookie = await p.t.admin('owner')
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await p?.close()
})

async function signedIn(look: keyof typeof LOOKS): Promise<BrowserContext> {
  return enter(await browser.newContext({ ...LOOKS[look], reducedMotion: 'reduce' }), cookie, url)
}

/** What is wrong with a page as it stands, by what it is called. */
async function expectFine(page: Page, name: string): Promise<void> {
  expect(await violations(page), name).toEqual([])
  expect(await overflow(page), name).toBeLessThanOrEqual(0)
}

/** Presses the button that acts, also where the browser itself would ask for what is missing. */
async function act(page: Page): Promise<void> {
  await page.locator('#action-form').evaluate((form) => {
    ;(form as HTMLFormElement).noValidate = true
  })
  await page.click('button[value=act]')
}

/** One of each kind of form: fields, choices and numbers, nobody who is there yet, a word to type. */
const ASKED = [
  ['u1', 'edit'],
  ['u1', 'limits'],
  ['', 'create'],
  ['u1', 'delete'],
] as const

const plan = () => (p.store.users.get('u1')?.plan === 'pro' ? 'free' : 'pro')

describe.skipIf(withoutBrowser)('the pages of actions', () => {
  describe.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])('%s', (look) => {
    it('ask before it is done: axe finds nothing, nothing is blocked, nothing scrolls sideways', async () => {
      const context = await signedIn(look)
      for (const [user, name] of ASKED) {
        const page = await context.newPage()
        const problems: string[] = []
        page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
        expect((await page.goto(url + askHref(user, name)))?.status(), name).toBe(200)
        await expectFine(page, name)
        expect(problems, name).toEqual([])
        await page.close()
      }
      await context.close()
    }, 300_000)

    it('show what would change as a field changes, then what became of it and its undo', async () => {
      const context = await signedIn(look)
      const page = await context.newPage()
      await page.goto(url + askHref('u1', 'change-plan'))
      expect(await page.locator('button[value=act]').isDisabled()).toBe(true)
      await page.selectOption('select', plan())
      await page.locator('.q-dry table').waitFor()
      await expectFine(page, 'with its dry run')
      await act(page)
      await page.waitForURL('**/dashboard/actions/*')
      await expectFine(page, 'done')
      await page.getByRole('link', { name: 'Undo: Change plan' }).click()
      await expectFine(page, 'asks before the undo')
      await context.close()
    }, 180_000)

    it('say at its field what is missing, and what did not get through', async () => {
      const context = await signedIn(look)
      const page = await context.newPage()
      await page.goto(url + askHref('u1', 'suspend'))
      await act(page)
      await page.getByText('Say why: it is kept in the audit log.').waitFor()
      await expectFine(page, 'without a reason')
      await page.fill('input[name=reason]', 'A chargeback')
      const { config } = p.t.deps
      const { mainAppUrl } = config
      Object.assign(config, { mainAppUrl: await nobody() })
      try {
        await act(page)
        await page.waitForURL('**/dashboard/actions/*')
      } finally {
        Object.assign(config, { mainAppUrl })
      }
      expect(await page.title()).toContain('Suspend')
      await expectFine(page, 'not done')
      await context.close()
    }, 180_000)
  })
})
