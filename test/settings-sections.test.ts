import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { authOf } from '../src/auth/auth.ts'
import { pages } from '../src/pages.ts'
import { createPriceBook } from '../src/prices/book.ts'
import { PRICES_PATH } from '../src/prices/paths.ts'
import { seedPrices } from '../src/prices/seed.ts'
import { whatIsKept } from '../src/settings/kept.ts'
import { isSettingsPage, PRIVACY_PATH, sectionOf, settingsSections } from '../src/settings/sections.ts'
import { form } from './actions-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let owner: string
let viewer: string
const NOW = new Date('2026-11-20T12:00:00Z')

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await seedPrices(t.sql)
  owner = await t.admin('owner')
  viewer = await t.admin('viewer')
})
afterAll(() => t?.close())

const page = async (path: string, cookie = owner, app = t.app) => {
  const response = await app.request(new URL(path, 'http://localhost'), { headers: { cookie, accept: 'text/html' } })
  expect(response.status, path).toBe(200)
  return response.text()
}
const listOf = (html: string): [href: string, label: string][] => {
  const nav = /<nav class="q-sections" [\s\S]*?<\/nav>/.exec(html)?.[0] ?? ''
  return [...nav.matchAll(/<a href="([^"]+)"[^>]*>([^<]+)<\/a>/g)].map(([, href, label]) => [href ?? '', label ?? ''])
}

describe('the sections of the settings', () => {
  it('all lead somewhere, to a card where one is named, and none is missing', async () => {
    const html = await page('/dashboard/settings')
    const links = listOf(html)
    expect(links).toHaveLength(Object.values(settingsSections).flat().length)
    for (const [href] of links) {
      const [path = '', id] = href.split('#')
      const there = await page(path)
      if (id) expect(there, href).toContain(`id="${id}"`)
    }
    const linked = links.map(([href]) => href)
    const tops = pages.filter((one) => isSettingsPage(one) && !/:|\/new$/.test(one.path)).map(({ path }) => path)
    expect(tops.filter((path) => !linked.includes(path))).toEqual([])
  })

  it('stand beside each page of the settings, with its own marked, and beside no other', async () => {
    for (const { path } of pages.filter((one) => isSettingsPage(one) && !one.path.includes(':'))) {
      const html = await page(path)
      const marked = /<a href="([^"]+)" aria-current="page">/.exec(html.slice(html.indexOf('q-sections')))?.[1]
      expect(marked, path).toBe(sectionOf(path)?.href)
      expect(marked, path).toBeDefined()
    }
    expect(listOf(await page('/dashboard/metrics'))).toEqual([])
  })

  it('show nobody what they may not open', async () => {
    const shown = listOf(await page('/dashboard/settings', viewer)).map(([, label]) => label)
    expect(shown).toEqual([
      'General',
      'Health score',
      'Thresholds',
      'Channels',
      'Schedules',
      'Model prices',
      'Exchange rates',
      'Account and sessions',
      'Privacy and retention',
    ])
    const cookie = await t.admin('owner')
    await t.sql`
      update admins set tenants = array['acme']
      where id = (select id from admins where role = 'owner' order by created_at desc limit 1)`
    authOf(t.deps).sessions.forgetAll()
    const bound = listOf(await page('/dashboard/settings', cookie)).map(([, label]) => label)
    expect(bound).toEqual(shown.filter((label) => !['Channels', 'Schedules'].includes(label)))
  })
})

describe('privacy and retention', () => {
  it('says what is set, what it means and what is deleted when', async () => {
    const html = await page(PRIVACY_PATH, viewer)
    expect(html).toContain('Standard (now)')
    expect(html).toContain('400 days')
    expect(html).toContain('The text is dropped at the door')
    const config = { ...t.deps.config, privacy: 'strict' as const, retentionDays: 90, storeContent: true }
    const strict = await page(PRIVACY_PATH, viewer, createApp({ ...t.deps, config }))
    expect(strict).toContain('Strict (now)')
    expect(strict).toContain('90 days')
    expect(strict).toContain('The text is kept with its fact')
    expect(whatIsKept({ retentionDays: 90 }).filter(({ by }) => by === 'RETENTION_DAYS')).toHaveLength(3)
  })
})

describe('the allow-list of other origins', () => {
  it('is shown beside the keys, empty or not', async () => {
    expect(await page('/dashboard/settings/keys')).toContain('None: no page of another origin can read')
    const config = { ...t.deps.config, corsOrigins: ['https://tools.example.com'] }
    const html = await page('/dashboard/settings/keys', owner, createApp({ ...t.deps, config }))
    expect(html).toContain('<code class="q-code">https://tools.example.com</code>')
  })
})

describe('prices of models', () => {
  const TYPED = { model: 'GPT-5', provider: 'OpenAI', since: '2026-12-01', input_per_mtok: '1', output_per_mtok: '8.5' }
  const enter = (fields: Record<string, string>, cookie = owner) => t.request(PRICES_PATH, form(fields, cookie))

  it('are listed with their day and source, and which one holds', async () => {
    const html = await page(PRICES_PATH, viewer)
    expect(html).toContain('gpt-4o-mini')
    expect(html).toContain('list price')
    expect(html.match(/holds now/g)?.length).toBeLessThan(html.match(/list price/g)?.length ?? 0)
    expect(html).toContain('This needs the role owner; yours is viewer.')
  })

  it('are entered by an owner, hold from their day on, and leave a line in the audit log', async () => {
    const answer = await enter(TYPED)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${PRICES_PATH}?saved=entered`])
    expect(await page(PRICES_PATH)).toContain('still to come')
    const book = createPriceBook(t.sql, 'USD')
    await book.load()
    expect(book.price('openai', 'gpt-5', new Date('2026-11-30T23:59:59Z'))?.inputPerMtok).toBe(1.25)
    expect(book.price('openai', 'gpt-5', new Date('2026-12-01T00:00:00Z'))).toMatchObject({
      inputPerMtok: 1,
      outputPerMtok: 8.5,
      cachedInputPerMtok: null,
    })
    const replaced = await enter({ ...TYPED, input_per_mtok: '0.9', note: 'contract' })
    expect(replaced.headers.get('location')).toBe(`${PRICES_PATH}?saved=replaced`)
    const log = await t.sql`select target, detail from audit_log where action = 'price.enter' order by id`
    expect(log).toHaveLength(2)
    expect(log[1]).toMatchObject({
      target: 'model:gpt-5',
      detail: {
        before: { input_per_mtok: 1 },
        after: { input_per_mtok: 0.9 },
        provider: 'openai',
        since: '2026-12-01',
      },
    })
  })

  it.each([
    ['model', { model: '' }, 'The name of the model, as calls have it.'],
    ['since', { since: 'soon' }, 'A day such as 2026-12-01.'],
    ['since', { since: '2028-01-01' }, 'The day is more than a year ahead.'],
    ['output_per_mtok', { output_per_mtok: '-1' }, 'An amount such as 2.50.'],
    ['input_per_mtok', { input_per_mtok: '' }, 'A price is of a million tokens in, or of an hour.'],
  ])('that cannot be are shown again beside the reason: %s', async (name, wrong, why) => {
    const before = await t.sql`select * from model_prices`
    const answer = await enter({ ...TYPED, since: '2026-12-05', ...wrong })
    const html = await page(answer.headers.get('location') ?? '')
    expect(html).toMatch(new RegExp(`id="error-price-${name}"[\\s\\S]*${why.replaceAll('.', '\\.')}`))
    expect(html).toContain('value="OpenAI"')
    expect(await t.sql`select * from model_prices`).toHaveLength(before.length)
  })

  it('are told and entered by API, by who may', async () => {
    const send = async (method: string, headers: Record<string, string>, body?: object) =>
      t.request('/api/model-prices', { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const as = async (...args: Parameters<typeof t.key>) => ({ authorization: `Bearer ${await t.key(...args)}` })
    const body = { model: 'own-llm', since: '2026-11-01', per_hour: 2.5, note: 'rack 4' }
    const entered = await send('POST', await as(['act']), body)
    expect([entered.status, await entered.json()]).toEqual([200, { replaced: false }])
    const { currency, prices } = await (await send('GET', await as(['read']))).json()
    expect(currency).toBe('USD')
    expect(prices).toContainEqual({
      provider: '',
      model: 'own-llm',
      since: '2026-11-01',
      input_per_mtok: null,
      output_per_mtok: null,
      cached_input_per_mtok: null,
      per_hour: 2.5,
      currency: 'USD',
      note: 'rack 4',
    })
    const statuses = {
      read: (await send('POST', await as(['read']), body)).status,
      bound: (await send('POST', await as(['act'], ['acme']), body)).status,
      none: (await send('POST', await as(['act']), { model: 'x', since: '2026-11-01' })).status,
      viewer: (await enter(TYPED, viewer)).status,
    }
    expect(statuses).toEqual({ read: 403, bound: 403, none: 422, viewer: 403 })
    const readOnly = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const blocked = await readOnly.request(new URL(PRICES_PATH, 'http://localhost'), form(TYPED, owner))
    expect(blocked.status).toBe(403)
    expect(await page(PRICES_PATH, owner, readOnly)).toContain('Quarterdeck runs with READ_ONLY=1.')
  })

  it('in another currency than costs are marked as what they count for', async () => {
    await t.sql`insert into model_prices (provider, model, since, input_per_mtok, currency)
      values ('mistral', 'in-euros', '2026-01-01', 2, 'EUR')`
    await enter({ ...TYPED, model: 'another' })
    expect(await page(PRICES_PATH)).toContain('not in USD: unknown')
  })
})
