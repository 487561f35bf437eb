import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeDays, titleOf, describe as words } from '../src/activity/describe.ts'
import { type Activity, activityPage, activityRows, isCursor } from '../src/activity/feed.ts'
import { ALL_KINDS, parseKinds } from '../src/activity/kinds.ts'
import { addDays, today } from '../src/lib/time.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillProduct } from './pages-fixture.ts'

const NOW = new Date('2026-11-20T15:00:00Z')
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillProduct(t)
})
afterAll(() => t?.close())

const sentence = (row: Activity) => {
  const { title, detail } = words(row, { today: '2026-11-20', timeZone: 'UTC' })
  return `${title} ${detail}`
}

async function everything(query: Parameters<typeof activityPage>[1]): Promise<Activity[]> {
  const rows: Activity[] = []
  let before: string | undefined
  do {
    const page = await activityPage(t.deps, { ...query, before })
    rows.push(...page.rows)
    before = page.next
  } while (before)
  return rows
}

describe('the feed', () => {
  it('tells what happened in words', async () => {
    const rows = await everything({ scope: '*', limit: 100 })
    const told = rows.map(sentence)
    expect(told).toContain('Subscribed to Pro user1@acme.example, +$49.00 a month')
    expect(told).toContain('Payment $49.00 user1@acme.example, stripe')
    expect(told).toContain('Payment failed, $49.00 user2@mirai.example, insufficient funds')
    expect(told).toContain('Build failed user3@acme.example, npm: out of memory')
    expect(told).toContain('Deployed user7@acme.example, 1 m 0 s')
    expect(told).toContain('Project created user1@acme.example, Site <b>')
    expect(told).toContain('Redis is away Redis does not answer')
    expect(told).toContain('Redis is back after 2 m 0 s ')
    expect(told).toContain('AI errors openai, timeout: no answer, 12 times')
    expect(told).toContain('Call failed user0@mirai.example, gpt-5-mini, timed out, 400 ms')
    expect(told.filter((text) => text.startsWith('Joined'))).toHaveLength(8)
    expect(told.filter((text) => text.startsWith('Site Saved'))).toHaveLength(80)
    expect(told.filter((text) => text.startsWith('Build started'))).toHaveLength(7)
  })

  it('tells errors of the product itself, and pages and forms of the browser script, by what they were', async () => {
    const own = await testApp({ now: NOW })
    try {
      const ts = '2026-11-20T14:00:00Z'
      const event = (name: string, type: string, properties: object) => ({ name, type, user_id: 'u1', ts, properties })
      const facts = [
        { kind: 'events', row: event('page', 'page', { path: '/pricing' }) },
        { kind: 'events', row: event('form_submitted', 'track', { form: 'signup' }) },
        { kind: 'events', row: event('$exception', 'track', {}) },
        {
          kind: 'app_errors',
          row: { source: 'client', kind: 'TypeError', message: 'x is undefined', user_id: 'u1', ts },
        },
        { kind: 'app_errors', row: { source: 'server', kind: 'OutOfMemory', message: 'heap', user_id: 'u1', ts } },
      ] as const
      const sent = facts.map((fact, index) => ({ ...fact, index }))
      const { rejected } = await own.deps.writer.write(sent, { source: 'typed', receivedAt: NOW })
      expect(rejected).toEqual([])
      const { rows } = await activityPage(own.deps, { scope: '*', limit: 50 })
      expect(rows.map(sentence).sort()).toEqual([
        'Browser error u1, TypeError: x is undefined',
        'Form submitted u1, signup',
        'Server error u1, OutOfMemory: heap',
        'Viewed /pricing u1',
      ])
    } finally {
      await own.close()
    }
  })

  it('is newest first, and pages of any size give the same rows, each once', async () => {
    const whole = await everything({ scope: '*', limit: 1_000 })
    const instants = whole.map((row) => row.ts.getTime())
    expect(instants).toEqual([...instants].sort((a, b) => b - a))
    for (const limit of [1, 7, 50]) {
      const paged = await everything({ scope: '*', limit })
      expect(paged.map(({ id }) => id)).toEqual(whole.map(({ id }) => id))
    }
  })

  it('keeps rows of one instant apart by their id', async () => {
    const same = Array.from({ length: 25 }, (_, index) => ({
      kind: 'events' as const,
      index,
      row: { name: 'Bulk', user_id: 'bulk', tenant_id: 'bulk', ts: '2026-11-19T10:00:00Z' },
    }))
    await t.deps.writer.write(same, { source: 'typed', receivedAt: NOW })
    const rows = await everything({ scope: 'bulk', kinds: ['event'], limit: 4 })
    expect(new Set(rows.map(({ id }) => id)).size).toBe(25)
    expect(rows).toHaveLength(25)
  })

  it('filters by tenant and by kind', async () => {
    const at = new Date(NOW.getTime() - 60_000)
    await t.sql`
      with r as (
        insert into alert_rules (slug, name, enabled, severity, scope, rule, created_by, updated_by)
        values ('queue', 'Queue', true, 'info', '*', '{}', 'system', 'system') returning id
      ),
      a as (
        insert into alerts (rule_id, scope, state, severity, title, pending_since, fired_at, seen_at)
        select id, '*', 'firing', 'info', 'Queue is 23, limit 10', ${at}, ${at}, ${at} from r returning id
      )
      insert into alert_events (alert_id, at, kind) select id, ${at}, 'fired' from a`
    const acme = await everything({ scope: 'acme', limit: 30 })
    expect(new Set(acme.map(({ tenantId }) => tenantId))).toEqual(new Set(['acme']))
    for (const kind of ALL_KINDS) {
      const rows = await everything({ scope: '*', kinds: [kind], limit: 30 })
      expect(rows.length, kind).toBeGreaterThan(0)
      expect(new Set(rows.map((row) => row.kind)), kind).toEqual(new Set([kind]))
    }
    expect((await everything({ scope: 'nobody', limit: 30 })).length).toBe(0)
  })

  it('shows on the Overview what is notable: no single event, call or start', async () => {
    const rows = await everything({ scope: '*', notable: true, limit: 50 })
    expect(rows.some(({ kind }) => kind === 'event' || kind === 'error')).toBe(false)
    expect(rows.some(({ verb }) => verb === 'started')).toBe(false)
    expect(rows.filter(({ kind }) => kind === 'build').map(({ verb }) => verb)).toEqual(['failed'])
  })

  it('hides in privacy mode strict who it was, and what they wrote', async () => {
    const strict = { ...t.deps, config: { ...t.deps.config, privacy: 'strict' as const } }
    const { rows } = await activityPage(strict, { scope: '*', limit: 500 })
    const text = JSON.stringify(rows)
    expect(text).not.toContain('@')
    expect(text).not.toContain('out of memory')
    expect(text).not.toContain('Site <b>')
    expect(sentence(rows.find(({ kind }) => kind === 'joined') as Activity)).toMatch(/^Joined u\d/)
  })

  it('tells a change of plan once, though the ledger has two rows', async () => {
    const state = { id: 's1', status: 'active', user_id: 'u1', tenant_id: 'acme', currency: 'USD', interval: 'month' }
    const row = {
      ...state,
      plan: 'team',
      amount: 9900,
      started_at: '2026-11-15T15:00:00Z',
      updated_at: '2026-11-18T12:00:00Z',
    }
    await t.deps.writer.write([{ kind: 'subscriptions', index: 0, row }], { source: 'typed', receivedAt: NOW })
    const rows = await everything({ scope: '*', kinds: ['plan'], limit: 1 })
    const told = rows.map(sentence)
    expect(told.filter((text) => text.startsWith('Upgraded to Team'))).toEqual([
      'Upgraded to Team user1@acme.example, +$50.00 a month',
    ])
  })
})

describe('a tracked event', () => {
  const row = (subject: string): Activity => ({
    id: `e:${subject}`,
    ts: NOW,
    kind: 'event',
    verb: 'tracked',
    userId: 'u1',
    tenantId: 'acme',
    subject,
    note: null,
    amount: null,
    currency: null,
    who: null,
    tenant: null,
    cursor: '',
  })
  const show = (subject: string) => words(row(subject), { today: '2026-11-20', timeZone: 'UTC' })

  it('reads as words, and keeps the name it was sent with in the CSV', () => {
    expect(show('site_deployed').title).toBe('Site deployed')
    expect(show('siteDeployed').title).toBe('Site deployed')
    expect(show('Site Saved').title).toBe('Site Saved')
    expect(titleOf(row('site_deployed'))).toBe('site_deployed')
  })

  it('that tells of a failure has the critical glyph', () => {
    expect(show('deploy_failed')).toMatchObject({ icon: 'circle-x', tone: 'crit' })
    expect(show('login').tone).toBeUndefined()
  })
})

describe('the feed by day', () => {
  it('says each day once, newest first, with user, tenant and detail apart', async () => {
    const { rows } = await activityPage(t.deps, { scope: '*', limit: 1_000 })
    const days = describeDays(rows, { today: '2026-11-20', timeZone: 'UTC' })
    expect(days[0]?.title).toBe('Today, Fri 20 Nov')
    expect(days[1]?.title).toBe('Yesterday, Thu 19 Nov')
    expect(new Set(days.map(({ title }) => title)).size).toBe(days.length)
    expect(days.flatMap((day) => day.rows)).toHaveLength(rows.length)
    const payment = days.flatMap((day) => day.rows).find(({ title }) => title === 'Payment $49.00')
    expect(payment).toMatchObject({ user: 'user1@acme.example', tenant: 'Acme Ltd', note: 'stripe' })
    expect(payment?.time).toMatch(/^\d\d:\d\d:\d\d$/)
  })
})

describe('the export of activity', () => {
  it('gives the rows of the days, as the feed has them', async () => {
    const to = today(NOW, 'UTC')
    const rows: Activity[] = []
    for await (const row of activityRows(t.deps, { scope: '*', from: addDays(to, -3), to })) rows.push(row)
    const floor = Date.parse(addDays(to, -3))
    const feed = (await everything({ scope: '*', limit: 200 })).filter(({ ts }) => ts.getTime() >= floor)
    const until = rows.filter(({ ts }) => ts <= NOW)
    expect(until.map(({ id }) => id)).toEqual(feed.map(({ id }) => id))
  })
})

describe('what comes from the address', () => {
  it('is a cursor or is not', () => {
    expect(isCursor('2026-11-20T14:00:00.123456Z~e:1')).toBe(true)
    for (const text of [
      '',
      'x',
      '2026-13-40T99:00:00.123456Z~e',
      "2026-11-20T14:00:00.123456Z'~e",
      '2026-11-20T14:00:00.123456Z~\0',
    ])
      expect(isCursor(text), text).toBe(false)
  })

  it('is a kind or is not', () => {
    expect(parseKinds('build,deploy,build,bogus')).toEqual({ kinds: ['build', 'deploy'], unknown: ['bogus'] })
    expect(parseKinds('constructor,__proto__').kinds).toEqual([])
  })
})
