import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { createAdmin } from '../src/auth/admins.ts'
import { settings as environment, loadConfig } from '../src/config.ts'
import { catalogueOf, freshCatalogue } from '../src/custom-metrics/catalogue.ts'
import { connect } from '../src/db/connect.ts'
import { summary } from '../src/metrics/query.ts'
import { changeSettings } from '../src/settings/change.ts'
import { environmentOf } from '../src/settings/environment.ts'
import { limitsProblem } from '../src/settings/limits.ts'
import { settingsOf } from '../src/settings/store.ts'
import { previewOf, previewText } from '../src/settings/threshold-view.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let owner: string
const ORIGIN = 'http://localhost'
const cli = { kind: 'key', id: 'k', name: 'test', scopes: ['act'], tenants: null } as const

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  owner = await t.admin('owner')
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`delete from settings`
  await changeSettings(t.deps, { ...cli, scopes: [...cli.scopes] }, { settings: { environment: 'x' } })
  await changeSettings(t.deps, { ...cli, scopes: [...cli.scopes] }, { settings: { environment: null } })
  await t.sql`delete from audit_log`
})

const form = (path: string, fields: Record<string, string>, cookie = owner, app = t.app) =>
  app.request(new URL(path, ORIGIN), {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const page = async (path: string, cookie = owner) => {
  const response = await t.request(path, { headers: { cookie, accept: 'text/html' } })
  expect(response.status, path).toBe(200)
  return response.text()
}
const stateOfDau = async () => {
  const span = { scope: '*', from: '2026-11-20', to: '2026-11-20', compare: 'none' } as const
  return (await summary(t.deps, ['users.dau'], span))['users.dau'].state
}
const DAU = '/dashboard/metrics/users.dau/thresholds'

describe('thresholds', () => {
  it('are changed, hold at once for pages and API, are audited with the value before, and go back', async () => {
    // 2 users on the day.
    expect(await stateOfDau()).toBe('ok')
    const saved = await form(DAU, { warn: '3', crit: '' })
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `${DAU}?saved=users.dau`])
    expect(await stateOfDau()).toBe('warn')
    await form(DAU, { warn: '5', crit: '3' })
    expect(await stateOfDau()).toBe('crit')
    const html = await page('/dashboard/metrics/users.dau')
    expect(html).toContain('Yellow under 5, red under 3.')
    expect(html).toContain(
      '"limits":[{"value":5,"text":"yellow under 5","tone":"warn"},{"value":3,"text":"red under 3"',
    )
    await form(DAU, { warn: '5', crit: '3', reset: '1' })
    expect(await stateOfDau()).toBe('ok')
    expect(await t.sql`select key from settings where key like 'threshold:%'`).toEqual([])
    const log =
      await t.sql`select actor, action, target, detail from audit_log where action = 'settings.change' order by id`
    expect(log.map(({ detail }) => detail)).toEqual([
      { before: { warn: null, crit: null }, after: { warn: 3, crit: null } },
      { before: { warn: 3, crit: null }, after: { warn: 5, crit: 3 } },
      { before: { warn: 5, crit: 3 }, after: { warn: null, crit: null }, default: true },
    ])
    expect(log[0]).toMatchObject({ actor: expect.stringMatching(/^admin:/), target: 'threshold:users.dau' })
  })

  it('of a metric that has some by definition can be taken away', async () => {
    expect(catalogueOf(t.deps).of('users.stickiness').warn).toBeGreaterThan(0)
    await form('/dashboard/metrics/users.stickiness/thresholds', { warn: '', crit: '' })
    expect(catalogueOf(t.deps).of('users.stickiness').warn).toBeUndefined()
    expect(await page('/dashboard/metrics/users.stickiness')).toContain('None: this metric is never coloured.')
  })

  it('that cannot be are shown again beside the reason, and nothing is changed', async () => {
    for (const [fields, reason] of [
      [{ warn: '3', crit: '5' }, 'More is better here: red must not be above yellow.'],
      [{ warn: 'many', crit: '' }, 'This is not a value such as 12, 1,200 or 1.5M.'],
      [{ warn: '-1', crit: '' }, 'A number of users is never less than zero.'],
    ] as const) {
      const answer = await form(DAU, fields)
      expect(answer.status).toBe(303)
      const html = await page(answer.headers.get('location') ?? '')
      expect(html).toContain(reason)
      expect(html).toContain(`value="${fields.warn}"`)
    }
    expect(await t.sql`select from settings where key like 'threshold:%'`).toEqual([])
    expect((await form('/dashboard/metrics/users.nope/thresholds', { warn: '1' })).status).toBe(404)
  })

  it('keep their order by what is good', () => {
    const problem = (good: 'up' | 'down' | 'neutral', warn: number | null, crit: number | null) =>
      limitsProblem({ good, unit: 'percent' }, { warn, crit })?.field
    expect(problem('up', 10, 5)).toBeUndefined()
    expect(problem('up', 5, 10)).toBe('crit')
    expect(problem('down', 5, 10)).toBeUndefined()
    expect(problem('down', 10, 5)).toBe('crit')
    expect(problem('neutral', 10, 5)).toBe('crit')
    expect(problem('down', null, 5)).toBeUndefined()
    expect(limitsProblem({ good: 'up', unit: 'score' }, { warn: 101, crit: null })?.field).toBe('warn')
    expect(limitsProblem({ good: 'up', unit: 'money' }, { warn: -5, crit: null })).toBeUndefined()
  })

  it('are tried on the last days before they are saved', async () => {
    const days = [1, 2, 3, 4, null].map((value, i) => ({ day: `2026-11-1${i}`, value }))
    const preview = previewOf(days, catalogueOf(t.deps).of('users.dau'), { warn: 4, crit: 2 })
    expect(preview.days.map(({ state }) => state)).toEqual(['crit', 'warn', 'warn', 'ok', 'unknown'])
    expect(previewText(preview)).toBe(
      'It would have been yellow on 2 and red on 1 of the last 5 days; it is not known on 1 of them.',
    )
    // 1, 2 and 2 users on the last three days, none on the others that are known.
    const html = await page(`${DAU}?warn=2&crit=`)
    expect(html).toMatch(/It would have been yellow on \d+ and red on 0 of the last 30 days/)
    expect(html).toContain('Fri 20 Nov: green')
    expect(html).toContain('Wed 18 Nov: yellow')
  })

  it('are typed and shown in the units that people use, and stored in those of the metric', async () => {
    const path = '/dashboard/metrics/support.first_response/thresholds'
    const stored = async () =>
      (await t.sql`select value from settings where key = 'threshold:support.first_response'`)[0]?.value
    expect(await page(path)).toContain('value="4 h"')
    await form(path, { warn: '90 min', crit: '2 days' })
    expect(await stored()).toEqual({ warn: 5_400_000, crit: 172_800_000 })
    const html = await page(path)
    expect(html).toContain('value="1 h 30 m"')
    expect(html).toContain('Yellow over 1 h 30 m, red over 2 d.')
    expect(html).toContain('By definition: Yellow over 4 h, red over 1 d.')
    const refused = await form(path, { warn: '1,5 h', crit: '3' })
    const again = await page(refused.headers.get('location') ?? '')
    expect(again).toContain('Is 1,5 meant as 1.5?')
    expect(again).toContain('value="1,5 h"')
    expect(await stored()).toEqual({ warn: 5_400_000, crit: 172_800_000 })
    const listed = await page('/dashboard/settings?show=changed')
    expect(listed).toContain('value="1 h 30 m"')
    expect(listed).toContain('By definition: Yellow over 4 h, red over 1 d.')
    // Who changed it stands beside it, and in the changes.
    expect(listed).toMatch(/owner\d+@admin\.example, .*By definition/)
    const changes = /id="card-changes"[\s\S]*?<\/section>/.exec(listed)?.[0] ?? ''
    expect(changes).toContain('yellow over 4 h, red over 1 d')
    expect(changes).toContain('yellow over 1 h 30 m, red over 2 d')
  })

  it('are listed on the settings page: found, told apart from the definition, changed in their row', async () => {
    const row = (html: string) => /<tr id="limit-users-dau">[\s\S]*?<\/tr>/.exec(html)?.[0]
    expect(row(await page('/dashboard/settings'))).toBeUndefined()
    const back = '/dashboard/settings?q=users.dau'
    expect(row(await page(back))).toContain('definition')
    const saved = await form(DAU, { warn: '3', crit: '1', back })
    expect(saved.headers.get('location')).toBe('/dashboard/settings?q=users.dau&saved=users.dau')
    expect(row(await page('/dashboard/settings?show=changed'))).toContain('changed')
    const refused = await form(DAU, { warn: '1', crit: '3', back })
    expect(row(await page(refused.headers.get('location') ?? ''))).toContain('red must not be above yellow')
    expect((await form(DAU, { warn: '3', back: '//evil.example' })).headers.get('location')).toMatch(/^\/dashboard\?/)
  })
})

describe('settings', () => {
  it('are stored, stand in the frame, and go back to the default when emptied', async () => {
    expect(await page('/dashboard/settings')).toContain('<small>localhost</small>')
    await form('/dashboard/settings/general', { product_name: ' Acme <b> ', environment: 'staging' })
    expect(await page('/dashboard/settings?saved=general')).toContain('<small>Acme &lt;b&gt;, staging</small>')
    await form('/dashboard/settings/general', { product_name: '', environment: '' })
    expect(settingsOf(t.deps)).toMatchObject({ product_name: 'localhost', environment: '' })
    const long = await form('/dashboard/settings/general', { product_name: 'x'.repeat(61) })
    const html = await page(long.headers.get('location') ?? '')
    expect(html).toContain('It must have at most 60 characters.')
    expect(html).toContain(`value="${'x'.repeat(61)}"`)
  })

  it('tell their default, who changed them and when, and go back one by one', async () => {
    const first = await page('/dashboard/settings')
    expect(first).toContain('Default: localhost.')
    expect(first).not.toContain('name="reset" value="product_name"')
    await form('/dashboard/settings/general', { product_name: 'Acme', environment: 'staging' })
    const html = await page('/dashboard/settings')
    expect(html).toMatch(/Default: localhost\. Changed [^.]* by owner\d+@admin\.example\./)
    // What is typed beside it is not saved by that button.
    await form('/dashboard/settings/general', { product_name: 'Other', environment: 'test', reset: 'product_name' })
    expect(settingsOf(t.deps)).toMatchObject({ product_name: 'localhost', environment: 'staging' })
    expect(await page('/dashboard/settings', await t.admin('viewer'))).not.toContain('card-changes')
  })

  it('that the environment fixes win over what is stored, and cannot be changed', async () => {
    await form('/dashboard/settings/general', { product_name: 'Stored' })
    const deps = { ...t.deps, config: { ...t.deps.config, productName: 'Fixed' } }
    expect(settingsOf(deps).product_name).toBe('Fixed')
    const answer = await form('/dashboard/settings/general', { product_name: 'Other' }, owner, createApp(deps))
    expect(new URL(answer.headers.get('location') ?? '', ORIGIN).searchParams.get('why')).toContain('PRODUCT_NAME')
    expect(settingsOf(t.deps).product_name).toBe('Stored')
    expect(loadConfig({ PRODUCT_NAME: 'Fixed' }).productName).toBe('Fixed')
  })

  it('reach other processes within seconds', async () => {
    const db = connect(t.db.url)
    const other = { ...t.deps, db }
    await freshCatalogue(other)
    await form(DAU, { warn: '7', crit: '' })
    await expect
      .poll(async () => (await freshCatalogue(other)).of('users.dau').warn, { timeout: 10_000, interval: 200 })
      .toBe(7)
    await db.close()
  })

  it('are changed by owners of all tenants only, and by nobody with READ_ONLY', async () => {
    await createAdmin(t.sql, { email: 'b@x.example', role: 'owner', password: TEST_PASSWORD, tenants: ['t1'] })
    const login = await form('/login', { email: 'b@x.example', password: TEST_PASSWORD }, '')
    const bound = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const cast = { viewer: await t.admin('viewer'), operator: await t.admin('operator'), bound }
    for (const [name, cookie] of Object.entries(cast)) {
      for (const path of [DAU, '/dashboard/settings/general']) {
        const answer = await form(path, { warn: '9', product_name: 'X' }, cookie)
        expect([name, answer.status]).toEqual([name, 403])
      }
      expect(await page('/dashboard/settings', cookie)).not.toContain('card-environment')
      expect(await page(DAU, cookie)).toContain('disabled')
    }
    expect((await form(DAU, { warn: '9' }, '')).headers.get('location')).toMatch(/^\/login/)
    const locked = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    expect((await form(DAU, { warn: '9' }, owner, locked)).status).toBe(403)
    expect(await t.sql`select from settings where key like 'threshold:%'`).toEqual([])
  })

  it('of the environment are shown to owners, secrets only as being there', async () => {
    const html = await page('/dashboard/settings')
    expect(html).toContain('SECRET_KEY')
    expect(html).toContain('set, not shown')
    expect(html).not.toContain('s'.repeat(40))
    // In groups, in words, with what differs from the default.
    const found = environmentOf({ ...t.deps.config, targetP95Ms: 12_000, ingestBodyLimitBytes: 5 * 1024 ** 2 })
    const all = found.flatMap(({ variables }) => variables)
    expect(all.map(({ name }) => name).sort()).toEqual(Object.keys(environment).sort())
    expect(all.find(({ name }) => name === 'TARGET_P95_MS')).toMatchObject({ value: '12 s', changed: true })
    expect(all.find(({ name }) => name === 'INGEST_BODY_LIMIT')).toMatchObject({ value: '5 MB', changed: false })
  })
})
