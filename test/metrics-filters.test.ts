import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyWho } from '../src/env.ts'
import type { Look } from '../src/metrics/asks.ts'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { honours } from '../src/metrics/honours.ts'
import { manySeries, type Series } from '../src/metrics/query.ts'
import type { Rule } from '../src/segments/rule.ts'
import { createSegment } from '../src/segments/store.ts'
import { fillAll, NOW } from './metric-rows-fixture.ts'
import { type Core, openCore } from './quality-kit.ts'
import { all, any } from './segments-fixture.ts'

/** A product of everybody, with a segment of some; and another of those some alone, to which nobody else ever came. */
const RANGE = { from: '2026-03-10', to: '2026-04-03' }
const SETTINGS = { timeZone: 'Europe/Berlin', proPlans: ['pro'], enterprisePlans: ['team'] }
const key: KeyWho = { kind: 'key', id: 'k', name: 'test', scopes: ['act'], tenants: null }
const look = metricOf as Look
const told = metricKeys.filter((one) => honours(look, one, 'segment'))

let everybody: Core
let alone: Core
beforeAll(async () => {
  everybody = await openCore(() => NOW, SETTINGS)
  alone = await openCore(() => NOW, SETTINGS)
  const u70 = { id: 'u70', created_at: '2026-01-20T12:00:00Z', provider: 'google' }
  for (const core of [everybody, alone]) await core.send('users', u70)
  await fillAll(everybody)
  const make = (name: string, rule: Rule) => createSegment(everybody.deps, key, { name, rule, shared: true })
  await make('All', all({ kind: 'signed_up', op: 'before', to: '2030-01-01' }))
  await make(
    'Some',
    any({ kind: 'provider', op: 'is', values: ['google'] }, { kind: 'signed_up', op: 'before', to: '2026-03-24' }),
  )
  const rows = await everybody.sql<{ id: string }[]>`
    select user_id as id from users where provider = 'google' or created_at < '2026-03-24T00:00+01:00'`
  const some = new Set(rows.map(({ id }) => id))
  // A visitor is whoever they turn out to be.
  for (const { id, user } of await everybody.sql`select id, user_id as user from merged_ids`)
    if (some.has(user)) some.add(id)
  expect(some.size).toBeGreaterThan(4)
  await fillAll(alone, (row) => {
    const who = row.user_id ?? row.anonymous_id ?? (row.created_at && !row.kind ? row.id : undefined)
    return typeof who === 'string' && some.has(who)
  })
  // Which features and aims there are is a question of what anybody ever did.
  for (const { name, ts } of await everybody.sql`select name, min(ts) as ts from user_firsts group by 1`)
    await alone.sql`insert into user_firsts values ('somebody', ${name}, ${ts})`
})
afterAll(async () => {
  await everybody.close()
  await alone.close()
})

const read = (core: Core, keys: MetricKey[], more: Record<string, string> = {}) =>
  manySeries(core.deps, keys, { scope: '*', ...RANGE, ...more })
/** A gap beside a zero is a question of who else was there. */
const plain = ({ points, total }: Series) =>
  [total ?? 0, ...points.map(({ value }) => value ?? 0)].map((n) => Number(n.toFixed(6)))

describe('a segment', () => {
  it.each(['*', 'acme'])('has the numbers of a product without anybody else, in scope %s', async (scope) => {
    const [some, only] = [await read(everybody, told, { scope, segment: 'some' }), await read(alone, told, { scope })]
    const wrong = some.filter((one, i) => plain(one).join() !== plain(only[i]!).join()).map((one) => one.key)
    expect(wrong).toEqual([])
    // Of all tenants these few did nothing, so that nearly every number is compared with one that is there.
    const nothing = some.filter((one) => plain(one).every((n) => n === 0)).map((one) => one.key)
    if (scope === '*') expect(nothing).toEqual(['security.rate_limited', 'security.rate_limited_users'])
  })

  it('that a metric does not know changes nothing, and is said', async () => {
    const deaf = metricKeys.filter((one) => !told.includes(one))
    const [some, whole] = [await read(everybody, deaf, { segment: 'some' }), await read(everybody, deaf)]
    for (const [i, one] of some.entries()) {
      expect(one.ignored, one.key).toEqual(['segment'])
      expect([one.key, one.total, one.points]).toEqual([one.key, whole[i]?.total, whole[i]?.points])
    }
  })
})

describe('a plan', () => {
  const additive = metricKeys.filter((one) => {
    const metric = metricOf(one)
    if (metric.kind === 'live' || metric.kind === 'derived' || metric.lag) return false
    return (metric.kind === 'sum' || metric.running) && honours(look, one, 'plan')
  })

  it('and the others together are everybody', async () => {
    const plans = (await everybody.sql`select plan from user_plans union select 'free'`).map(({ plan }) => String(plan))
    expect(plans.sort()).toEqual(['free', 'pro', 'team'])
    expect(additive.length).toBeGreaterThan(30)
    const parts = await Promise.all(plans.map((plan) => read(everybody, additive, { plan })))
    const people = additive.filter((one) => told.includes(one))
    const whole = [
      ...(await read(everybody, people, { segment: 'all' })),
      ...(await read(
        everybody,
        additive.filter((one) => !told.includes(one)),
      )),
    ]
    for (const one of whole) {
      const sums = plain(one).map((_, i) =>
        parts.reduce((sum, part) => sum + plain(part.find((p) => p.key === one.key)!)[i]!, 0),
      )
      expect([one.key, ...sums.map((n) => Number(n.toFixed(4)))]).toEqual([
        one.key,
        ...plain(one).map((n) => Number(n.toFixed(4))),
      ])
    }
  })

  it('that a metric does not know changes nothing, and is said', async () => {
    const deaf = metricKeys.filter((one) => !honours(look, one, 'plan'))
    const [pro, whole] = [await read(everybody, deaf, { plan: 'pro' }), await read(everybody, deaf)]
    for (const [i, one] of pro.entries()) {
      expect(one.ignored, one.key).toEqual(['plan'])
      expect([one.key, one.total, one.points]).toEqual([one.key, whole[i]?.total, whole[i]?.points])
    }
  })
})
