import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import type { Db } from '../src/db/connect.ts'
import type { KeyWho } from '../src/env.ts'
import { createLog } from '../src/lib/log.ts'
import { StateBook } from '../src/lib/state-book.ts'
import type { Look } from '../src/metrics/asks.ts'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { honours } from '../src/metrics/honours.ts'
import { manySeries, series, summary } from '../src/metrics/query.ts'
import type { Rule } from '../src/segments/rule.ts'
import { createSegment } from '../src/segments/store.ts'
import { testDb } from './helpers/db.ts'
import { all, any, fillPeople, fillTotals, NOW } from './segments-fixture.ts'

const RANGE = { scope: '*', from: '2026-11-17', to: '2026-11-20' }
const key: KeyWho = { kind: 'key', id: 'k', name: 'test', scopes: ['act'], tenants: null }

let db: Db
let deps: Deps
beforeAll(async () => {
  db = await testDb()
  deps = { db, config: loadConfig({}), now: () => NOW, book: new StateBook(createLog('silent')) } as Deps
  await fillPeople(db.sql)
  await fillTotals(db.sql)
  const make = (name: string, rule: Rule) => createSegment(deps, key, { name, rule, shared: true })
  await make('Everybody', all({ kind: 'signed_up', op: 'before', to: '2030-01-01' }))
  await make('German', all({ kind: 'country', op: 'is', values: ['DE'] }))
  await make('Bob', all({ kind: 'provider', op: 'is', values: ['github'] }))
  await make('Nobody', all({ kind: 'country', op: 'is', values: ['XX'] }))
  await make(
    'Either',
    any({ kind: 'class', op: 'is', values: ['paid'] }, { kind: 'country', op: 'is', values: ['TR'] }),
  )
})
afterAll(() => db.close())

type People = { plan?: string; segment?: string }
const days = async (key: MetricKey, people: People, more = {}) =>
  (await series(deps, key, { ...RANGE, ...people, ...more })).points.map(({ value }) => value)
const total = async (key: MetricKey, people: People, more = {}) =>
  (await series(deps, key, { ...RANGE, ...people, ...more })).total
const value = async (key: MetricKey, people: People) =>
  (await summary(deps, [key], { ...RANGE, ...people, compare: 'none' }))[key].value

describe('by plan', () => {
  it('users count on the days on which they were on it', async () => {
    // ann goes from free to pro on the 18th and is there on the 17th, 18th and 20th; bob tries pro, and comes on the 20th.
    expect(await days('users.dau', { plan: 'pro' })).toEqual([0, 1, 0, 2])
    expect(await days('users.dau', { plan: 'free' })).toEqual([1, 0, 0, 0])
    expect(await total('users.dau', { plan: 'pro' })).toBe(2)
    expect(await total('users.dau', { plan: 'free' })).toBe(1)
    expect(await total('users.dau', { plan: 'team' })).toBe(0)
    expect(await days('users.mau', { plan: 'pro' })).toEqual([0, 1, 1, 2])
    expect(await days('users.mau', { plan: 'free' })).toEqual([1, 0, 0, 0])
    expect(await days('users.sessions', { plan: 'pro' })).toEqual([0, 0, 0, 2])
    expect(await days('users.sessions', { plan: 'free' })).toEqual([1, 0, 0, 0])
  })

  it('a stock is who is on it at the end of the day; an expired trial is the free plan again', async () => {
    expect(await days('users.total', {})).toEqual([4, 4, 4, 5])
    expect(await days('users.total', { plan: 'pro' })).toEqual([1, 2, 2, 2])
    expect(await days('users.total', { plan: 'free' })).toEqual([3, 2, 2, 3])
    const october = { from: '2026-10-14', to: '2026-10-16' }
    expect(await days('users.total', { plan: 'team' }, october)).toEqual([1, 0, 0])
    expect(await days('users.total', { plan: 'free' }, october)).toEqual([2, 3, 3])
    expect(await total('users.new', { plan: 'pro' }, { from: '2026-11-01' })).toBe(1)
    expect(await total('users.new', { plan: 'free' }, { from: '2026-11-01' })).toBe(1)
    expect(await value('users.paid', { plan: 'pro' })).toBe(1)
    expect(await value('users.paid_ratio', { plan: 'pro' })).toBe(50)
    expect(await value('revenue.mrr', { plan: 'pro' })).toBe(50)
    expect(await value('revenue.mrr', { plan: 'team' })).toBe(20)
  })

  it('all plans together are everybody', async () => {
    for (const metric of ['users.total', 'users.mau', 'users.sessions', 'revenue.mrr'] as const) {
      const parts = await Promise.all(['free', 'pro', 'team'].map((plan) => days(metric, { plan })))
      const sum = parts[0]?.map((_, day) => parts.reduce((all, one) => all + (one[day] ?? 0), 0) || null)
      expect(sum, metric).toEqual((await days(metric, {})).map((one) => one || null))
    }
  })
})

describe('by segment', () => {
  it('users of it count, as who they are now', async () => {
    expect(await days('users.dau', { segment: 'german' })).toEqual([1, 1, 0, 2])
    expect(await total('users.dau', { segment: 'german' })).toBe(2)
    expect(await days('users.dau', { segment: 'bob' })).toEqual([0, 0, 0, 1])
    expect(await days('users.dau', { segment: 'either' })).toEqual([1, 1, 0, 1])
    expect(await days('users.wau', { segment: 'bob' })).toEqual([0, 0, 0, 1])
    expect(await total('users.dau', { segment: 'nobody' })).toBe(0)
    expect(await days('users.total', { segment: 'german' })).toEqual([2, 2, 2, 2])
    expect(await days('users.paid', { segment: 'german' })).toEqual([0, 1, 1, 1])
    expect(await days('users.trial', { segment: 'german' })).toEqual([1, 1, 1, 1])
    expect(await total('users.new', { segment: 'german' }, { from: '2026-11-01' })).toBe(1)
  })

  it('what is kept by call, event or job is told through the days of its users', async () => {
    expect(await days('ai.requests', {})).toEqual([2, 0, 0, 12])
    expect(await days('ai.requests', { segment: 'german' })).toEqual([1, 0, 0, 5])
    expect(await value('ai.calls', { segment: 'german' })).toBe(2 + 5 + 1)
    expect(await value('api.calls', { segment: 'german' })).toBe(4 + 6 + 1)
    expect(await value('api.error_rate', { segment: 'german' })).toBeCloseTo((100 * 2) / 11)
    expect(await value('ai.cost', { segment: 'german' })).toBe(1.75)
    // bob's one call cost nothing, or nobody knows what: his days do not tell which.
    expect(await value('ai.cost', { segment: 'bob' })).toBe(null)
    expect(await value('events.total', { segment: 'german' })).toBe(3 + 1 + 2 + 5)
    expect(await value('jobs.total', { segment: 'german' })).toBe(3)
    expect(await value('ai.cost_per_active_user', { segment: 'german' })).toBeCloseTo(1.75 / 2)
    expect(await value('ai.requests', { segment: 'german', plan: 'free' })).toBe(1)
    expect(await value('ai.requests', { segment: 'bob', plan: 'pro' })).toBe(1)
    expect(await value('users.paid', { segment: 'german', plan: 'pro' })).toBe(1)
    expect(await value('users.trial', { segment: 'bob', plan: 'pro' })).toBe(1)
  })

  it('within a tenant it is of what was done there', async () => {
    const acme = { scope: 'acme' }
    expect(await days('users.dau', { segment: 'german' }, acme)).toEqual([1, 1, 0, 2])
    expect(await days('users.dau', { segment: 'german' }, { scope: 'bolt' })).toEqual([0, 0, 0, 0])
    expect(await total('users.total', { segment: 'either' }, { scope: 'bolt' })).toBe(1)
  })
})

describe('a filter', () => {
  it('that is everybody changes no number of people', async () => {
    const keys = metricKeys.filter((one) => {
      const metric = metricOf(one)
      return (
        metric.kind !== 'derived' &&
        metric.kind !== 'live' &&
        !metric.through &&
        honours(metricOf as Look, one, 'segment')
      )
    })
    expect(keys.length).toBeGreaterThan(15)
    const options = { ...RANGE, from: '2026-10-01' }
    const plain = await manySeries(deps, keys, options)
    const everybody = await manySeries(deps, keys, { ...options, segment: 'everybody' })
    for (const [i, one] of everybody.entries()) {
      expect(one.ignored, one.key).toBeUndefined()
      expect([one.key, one.total, one.points]).toEqual([plain[i]?.key, plain[i]?.total, plain[i]?.points])
    }
  })

  it('that a metric is not kept by is told, and the number is of all', async () => {
    const asked = { ...RANGE, plan: 'pro', segment: 'german', compare: 'previous' as const }
    const keys = ['users.dau', 'revenue.mrr', 'api.latency_p95', 'revenue.arr', 'jobs.failed'] as const
    const found = await summary(deps, keys, asked)
    expect(keys.map((one) => found[one].ignored)).toEqual([
      undefined,
      ['segment'],
      ['plan', 'segment'],
      ['segment'],
      ['plan', 'segment'],
    ])
    expect(found['revenue.mrr'].value).toBe(50)
    const alone = await summary(deps, ['revenue.mrr'], { ...asked, plan: undefined })
    expect([alone['revenue.mrr'].value, alone['revenue.mrr'].ignored]).toEqual([70, ['segment']])
  })

  it('counts for a breakdown only where the dimension is kept by person', async () => {
    const by = async (metric: MetricKey, dimension: string) => {
      const found = await series(deps, metric, { ...RANGE, segment: 'german', by: dimension })
      return [found.ignored, Object.fromEntries(found.groups?.map((one) => [one.key, one.total]) ?? [])]
    }
    expect(await by('users.dau', 'class')).toEqual([undefined, { free: 1, paid: 1, trial: 1 }])
    expect(await by('ai.requests', 'model')).toEqual([['segment'], { m1: 14 }])
  })

  it('is no part of what is stored: nothing is read of snapshots, and nothing written', async () => {
    await db.sql`insert into metric_days (scope, day, v, computed_at) values ('*', '2026-11-18', ${[1, 2, 3]}, ${NOW})`
    expect(await days('users.dau', { segment: 'german' })).toEqual([1, 1, 0, 2])
    expect((await db.sql`select 1 from metric_days`).length).toBe(1)
    await db.sql`delete from metric_days`
  })

  it('names a segment that is there', async () => {
    await expect(total('users.dau', { segment: 'gone' })).rejects.toThrow('There is no segment “gone”.')
  })

  it('shows the people in the statement', async () => {
    const { sql } = await series(deps, 'users.dau', { ...RANGE, segment: 'german', plan: 'pro' })
    expect(sql).toContain('people as materialized')
    expect(sql).toContain("plan = 'pro'")
  })
})
