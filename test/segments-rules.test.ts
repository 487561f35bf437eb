import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import type { Db } from '../src/db/connect.ts'
import { type Condition, conditionKinds, KIND_NAMES } from '../src/segments/conditions.ts'
import { countUsers } from '../src/segments/count.ts'
import { type Group, type Rule, readRule } from '../src/segments/rule.ts'
import { sentenceOf } from '../src/segments/sentence.ts'
import { readUsers } from '../src/segments/users.ts'
import { testDb } from './helpers/db.ts'
import { all, any, fillPeople, NOW } from './segments-fixture.ts'

let db: Db
let deps: Deps
beforeAll(async () => {
  db = await testDb()
  deps = { db, config: loadConfig({}), now: () => NOW } as Deps
  await fillPeople(db.sql)
})
afterAll(() => db.close())

const who = async (rule: Rule, scope = '*', tenants: string[] | null = null) =>
  (await readUsers(deps, { rule, tenants }, scope, { limit: 100 })).map(({ user_id }) => user_id).join(' ')

const CASES: [Condition, string, string][] = [
  [{ kind: 'plan', op: 'is', values: ['pro'] }, 'ann bob', 'are on the plan pro'],
  [{ kind: 'plan', op: 'is', values: ['free', 'team'] }, 'cem dia eve', 'are on the plan free or team'],
  [{ kind: 'plan', op: 'is_not', values: ['pro'] }, 'cem dia eve', 'are not on the plan pro'],
  [{ kind: 'plan', op: 'is_not', values: ['free'] }, 'ann bob', 'are not on the plan free'],
  [{ kind: 'class', op: 'is', values: ['paid', 'trial_expired'] }, 'ann dia', 'are paying or past a trial'],
  [{ kind: 'class', op: 'is_not', values: ['free'] }, 'ann bob dia', 'are not free'],
  [{ kind: 'signed_up', op: 'in_last', days: 1 }, 'eve', 'signed up in the last day'],
  [{ kind: 'signed_up', op: 'in_last', days: 11 }, 'bob eve', 'signed up in the last 11 days'],
  [{ kind: 'signed_up', op: 'not_in_last', days: 30 }, 'ann cem dia', 'signed up more than 30 days ago'],
  [
    { kind: 'signed_up', op: 'between', from: '2026-05-01', to: '2026-05-31' },
    'ann cem',
    'signed up between 2026-05-01 and 2026-05-31',
  ],
  [{ kind: 'signed_up', op: 'since', from: '2026-11-10' }, 'bob eve', 'signed up on 2026-11-10 or later'],
  [{ kind: 'signed_up', op: 'before', to: '2026-06-01' }, 'ann cem', 'signed up before 2026-06-01'],
  [{ kind: 'country', op: 'is', values: ['DE', 'US'] }, 'ann bob eve', 'are from DE or US'],
  [{ kind: 'country', op: 'is_not', values: ['DE'] }, 'cem dia eve', 'are not from DE'],
  [{ kind: 'provider', op: 'is', values: ['google'] }, 'ann cem', 'signed up with google'],
  [{ kind: 'referrer', op: 'is', values: ['news.example'] }, 'ann', 'came from news.example'],
  [
    { kind: 'referrer', op: 'is_not', values: ['news.example', 'partner'] },
    'bob dia eve',
    'did not come from news.example or partner',
  ],
  [{ kind: 'tenant', op: 'is', values: ['bolt'] }, 'cem dia', 'belong to bolt'],
  [{ kind: 'property', op: 'is', name: 'role', values: ['cto'] }, 'ann', 'have cto as their role'],
  [{ kind: 'property', op: 'is', name: 'seats', values: ['5'] }, 'ann', 'have 5 as their seats'],
  [{ kind: 'property', op: 'is_not', name: 'role', values: ['cto'] }, 'bob cem dia eve', 'have not cto as their role'],
  [{ kind: 'property', op: 'set', name: 'role' }, 'ann bob', 'have the property role'],
  [{ kind: 'property', op: 'not_set', name: 'role' }, 'cem dia eve', 'do not have the property role'],
  [{ kind: 'active_days', op: 'more', n: 1, days: 30 }, 'ann', 'were active on more than 1 day of the last 30'],
  [{ kind: 'active_days', op: 'exactly', n: 0, days: 30 }, 'cem dia eve', 'were active on no days of the last 30'],
  [{ kind: 'active_days', op: 'exactly', n: 2, days: 3 }, 'ann', 'were active on exactly 2 days of the last 3'],
  [
    { kind: 'active_days', op: 'fewer', n: 3, days: 60 },
    'bob cem dia eve',
    'were active on fewer than 3 days of the last 60',
  ],
  [
    { kind: 'active_days', op: 'at_least', n: 0, days: 7 },
    'ann bob cem dia eve',
    'were active on at least 0 days of the last 7',
  ],
  [{ kind: 'events', op: 'at_least', n: 5, days: 30 }, 'ann bob', 'had at least 5 events in the last 30 days'],
  [{ kind: 'events', op: 'fewer', n: 2, days: 30 }, 'cem dia eve', 'had fewer than 2 events in the last 30 days'],
  [{ kind: 'api_calls', op: 'more', n: 6, days: 4 }, 'ann', 'had more than 6 API calls in the last 4 days'],
  [{ kind: 'ai_requests', op: 'exactly', n: 1, days: 1 }, 'bob', 'had exactly 1 AI request in the last day'],
  [{ kind: 'ai_calls', op: 'more', n: 0, days: 30 }, 'ann bob', 'had more than 0 AI calls in the last 30 days'],
  [{ kind: 'tokens', op: 'at_least', n: 500, days: 30 }, 'ann', 'had at least 500 tokens in the last 30 days'],
  [
    { kind: 'ai_cost', op: 'more', n: 1.5, days: 30 },
    'ann',
    'caused an AI cost of more than 1.5 USD in the last 30 days',
  ],
  [{ kind: 'errors', op: 'more', n: 0, days: 1 }, 'bob', 'had more than 0 failed API calls in the last day'],
  [
    { kind: 'jobs', op: 'more', name: 'build', n: 3, days: 30 },
    'ann',
    'had more than 3 build jobs in the last 30 days',
  ],
  [
    { kind: 'jobs', op: 'exactly', name: 'build', outcome: 'succeeded', n: 3, days: 30 },
    'ann',
    'had exactly 3 build jobs that succeeded in the last 30 days',
  ],
  [
    { kind: 'jobs', op: 'exactly', name: 'build', n: 0, days: 30 },
    'bob cem dia eve',
    'had no build jobs in the last 30 days',
  ],
  // acme pays 50 for both of its users; what cem paid is over, and what dia's euros are worth nobody knows.
  [{ kind: 'mrr', op: 'at_least', n: 50 }, 'ann bob', 'pay at least 50 USD a month (MRR)'],
  [{ kind: 'mrr', op: 'exactly', n: 0 }, 'cem eve', 'pay exactly 0 USD a month (MRR)'],
  [
    { kind: 'event_days', op: 'at_least', name: 'Export', n: 2, days: 30 },
    'ann',
    'did “Export” on at least 2 days of the last 30',
  ],
  [
    { kind: 'event_days', op: 'exactly', name: 'Export', n: 0, days: 30 },
    'bob cem dia eve',
    'did “Export” on no days of the last 30',
  ],
]

describe('a condition', () => {
  it.each(CASES.map(([condition, users, words]) => [words, condition, users] as const))(
    '%s',
    async (words, condition, users) => {
      expect(readRule(all(condition))).toEqual({ ok: true, rule: all(condition) })
      expect(await who(all(condition))).toBe(users)
      expect(await countUsers(deps, { rule: all(condition), tenants: null }, '*')).toBe(users.split(' ').length)
      expect(sentenceOf(all(condition), { currency: 'USD' })).toBe(`Users who ${words}.`)
    },
  )

  it('counts what is paid in another currency at the rate of today, as MRR does; without one it is not known', async () => {
    const pay = (op: string, n: number) => who(all({ kind: 'mrr', op, n }))
    expect([await pay('more', 0), await pay('fewer', 1)]).toEqual(['ann bob', 'cem eve'])
    await db.sql`
      insert into exchange_rates (base, currency, day, rate, per_minor, source, updated_at, updated_by)
      values ('USD', 'EUR', '2026-11-01', 1.1, 1.1, 'entered', ${NOW}, 'test'),
        ('USD', 'EUR', '2026-11-21', 9, 9, 'entered', ${NOW}, 'test')`
    // 700 EUR at 1.1; the rate of tomorrow does not hold yet.
    expect([await pay('more', 0), await pay('exactly', 770)]).toEqual(['ann bob dia', 'dia'])
    expect(await pay('exactly', 0)).toBe('cem eve')
    await db.sql`delete from exchange_rates where base = 'USD' and currency = 'EUR'`
  })

  it('of each kind is tried here, with every comparison but those that all numbers share', () => {
    expect(KIND_NAMES.filter((kind) => !CASES.some(([one]) => one.kind === kind))).toEqual([])
    for (const kind of ['plan', 'class', 'signed_up', 'country', 'property', 'active_days'] as const)
      expect(new Set(CASES.filter(([one]) => one.kind === kind).map(([{ op }]) => op)), kind).toEqual(
        new Set(Object.keys(conditionKinds[kind].ops)),
      )
  })
})

describe('a rule', () => {
  const paying: Condition = { kind: 'class', op: 'is', values: ['paid'] }
  const german: Condition = { kind: 'country', op: 'is', values: ['DE'] }
  const fresh: Condition = { kind: 'signed_up', op: 'in_last', days: 11 }
  const busy: Condition = { kind: 'events', op: 'more', n: 4, days: 30 }
  const group = (match: Group['match'], ...conditions: Condition[]): Group => ({ match, conditions })

  it.each([
    [all(german, fresh), 'bob', 'are from DE and signed up in the last 11 days'],
    [any(paying, fresh), 'ann bob eve', 'either are paying or signed up in the last 11 days'],
    [
      all(busy, group('any', paying, fresh)),
      'ann bob',
      'had more than 4 events in the last 30 days and (either are paying or signed up in the last 11 days)',
    ],
    [
      any(group('all', german, paying), fresh),
      'ann bob eve',
      'either (are from DE and are paying) or signed up in the last 11 days',
    ],
    [all(group('any', paying)), 'ann', 'are paying'],
  ])('joins its conditions: %#', async (rule, users, words) => {
    expect(await who(rule)).toBe(users)
    expect(sentenceOf(rule, { currency: 'USD' })).toBe(`Users who ${words}.`)
  })

  it('counts within a tenant what was done there, and of who is bound to tenants only their users', async () => {
    expect(await who(all(busy), 'acme')).toBe('ann bob')
    expect(await who(all(busy), 'bolt')).toBe('')
    expect(await who(all(german), 'bolt')).toBe('')
    const early: Condition = { kind: 'signed_up', op: 'before', to: '2026-11-01' }
    expect(await who(all(early), '*')).toBe('ann cem dia')
    expect(await who(all(early), '*', ['bolt'])).toBe('cem dia')
  })

  it.each([
    [{}, 'conditions: A list of conditions.'],
    [{ conditions: [] }, 'conditions: A segment needs a condition.'],
    [{ conditions: [{ kind: 'shoe size', op: 'is' }] }, 'conditions.0.kind: The kind is one of plan'],
    [{ conditions: [{ kind: 'plan', op: 'is' }] }, 'conditions.0.values: A list of values.'],
    [{ conditions: [{ kind: 'plan', op: 'like', values: ['x'] }] }, 'conditions.0.op: It is one of is, is_not.'],
    [{ conditions: [{ kind: 'class', op: 'is', values: ['rich'] }] }, 'conditions.0.values.0: Each is one of paid'],
    [{ conditions: [{ kind: 'property', op: 'is', name: 'role' }] }, 'conditions.0.values: Name at least one value.'],
    [
      { conditions: [{ kind: 'signed_up', op: 'between', from: '2026-05-31', to: '2026-05-01' }] },
      'conditions.0.to: It is before the first day.',
    ],
    [{ conditions: [{ kind: 'signed_up', op: 'before', to: '2026-02-30' }] }, 'conditions.0.to: A day such as'],
    [{ conditions: [{ kind: 'events', op: 'more', n: 1.5, days: 30 }] }, 'conditions.0.n: A whole number.'],
    [{ conditions: [{ kind: 'events', op: 'more', n: 1, days: 300 }] }, 'conditions.0.days: At most 120 days.'],
    [
      { conditions: [{ match: 'any', conditions: [{ kind: 'mrr', op: 'more', n: -1 }] }] },
      'conditions.0.conditions.0.n: Not below 0.',
    ],
    [{ match: 'none', conditions: [{ kind: 'mrr', op: 'more', n: 1 }] }, 'match: It is all or any.'],
    [{ conditions: Array.from({ length: 21 }, () => ({ kind: 'mrr', op: 'more', n: 1 })) }, ': At most 20 conditions.'],
  ])('that is wrong says where and what: %j', (given, words) => {
    const read = readRule(given)
    expect(read.ok ? [] : read.problems.map(({ path, message }) => `${path}: ${message}`)).toContainEqual(
      expect.stringContaining(words),
    )
  })
})
