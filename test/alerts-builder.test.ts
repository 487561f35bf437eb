import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONDITION_NAMES } from '../src/alerts/conditions/index.ts'
import { seedRules } from '../src/alerts/seed.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const ORIGIN = 'http://localhost'
let t: TestApp
let cookie: string
beforeAll(async () => {
  t = await testApp({
    now: new Date('2026-11-20T12:00:00Z'),
    config: { timeZone: 'UTC', redisUrl: 'redis://127.0.0.1:1' },
  })
  cookie = await t.admin('operator')
  await seedRules(t.deps)
})
afterAll(() => t.close())

const unescaped = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
const attribute = (tag: string, name: string) => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

/** What a browser would send of the builder's form: its fields as they stand. */
function formOf(html: string): Map<string, string> {
  const form = /<form id="alert-editor"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const fields = new Map<string, string>()
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const [name, type] = [attribute(tag, 'name'), attribute(tag, 'type')]
    if (name !== '' && (!['checkbox', 'radio'].includes(type) || / checked/.test(tag)))
      fields.set(name, attribute(tag, 'value'))
  }
  for (const [, tag = '', options = ''] of form.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option[^>]*>/g)].map(([option]) => option)
    fields.set(attribute(tag, 'name'), attribute(all.find((one) => / selected/.test(one)) ?? all[0] ?? '', 'value'))
  }
  return fields
}

const get = async (path: string) => (await t.request(path, { headers: { cookie, accept: 'text/html' } })).text()
const post = (path: string, fields: Map<string, string>) => {
  const body = new FormData()
  for (const [name, value] of fields) body.append(name, value)
  return t.request(path, { method: 'POST', headers: { cookie, origin: ORIGIN }, body })
}

describe('the builder', () => {
  it.each(CONDITION_NAMES)('has a whole rule when one has chosen the kind %s and given a limit', async (kind) => {
    const first = formOf(await get('/dashboard/alerts/rules/new?metric=users.dau'))
    const drawn = formOf(await (await post('/dashboard/alerts/rules/form', first.set('kind', kind))).text())
    expect(drawn.get('kind')).toBe(kind)
    if (drawn.has('limit')) drawn.set('limit', '5')
    drawn.set('name', `A rule of ${kind}`)
    const saved = await post('/dashboard/alerts/rules', drawn)
    expect([saved.status, saved.status === 303 ? '' : await saved.text()]).toEqual([303, ''])
  })

  it('saves each rule that comes with Quarterdeck as it stands', async () => {
    const rules = await t.sql<{ slug: string }[]>`select slug from alert_rules where preset is not null`
    expect(rules.length).toBeGreaterThan(10)
    for (const { slug } of rules) {
      const saved = await post('/dashboard/alerts/rules', formOf(await get(`/dashboard/alerts/rules/${slug}`)))
      expect([slug, saved.status]).toEqual([slug, 303])
    }
  })
})
