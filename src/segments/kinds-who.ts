import { z } from 'zod'
import { addDays, startOfDay } from '../lib/time.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { planOf } from '../metrics/plan-of.ts'
import { choiceOf, day, longDays, name, opOf, values } from './fields.ts'
import { type ConditionKind, type Given, kind } from './kinds-types.ts'
import { without } from './sets.ts'
import { anyOf } from './words.ts'

const IS = { is: 'is', is_not: 'is not' } as const

export const CLASSES = { paid: 'paying', trial: 'in trial', trial_expired: 'past a trial', free: 'free' } as const

/** By the plan or class of now; who never had another is on the free one. */
function holdsNow(q: SqlContext, { op, values = [] }: Given, what: Fragment): Fragment {
  const { sql, now } = q
  const free = values.includes('free')
  const named = sql`${what} = any(${values}::text[])`
  // Those whom it does not name are looked for where "free" is named: everybody else is on it.
  const found = sql`
        select user_id from (
          select distinct on (user_id) user_id, class, plan from user_plans where since <= ${now}
          order by user_id desc, since desc
        ) p where ${free ? sql`not ${named}` : named}`
  return free === (op === 'is') ? without(sql, found) : sql`u.user_id in (${found})`
}

const COLUMNS = {
  country: ({ sql }: SqlContext) => sql`u.country`,
  provider: ({ sql }: SqlContext) => sql`u.provider`,
  referrer: ({ sql }: SqlContext) => sql`referral_source(u.referrer)`,
  tenant: ({ sql }: SqlContext) => sql`u.tenant_id`,
} as const

const SAME = { is: 'is any of', is_not: 'is none of' } as const

function attribute<K extends keyof typeof COLUMNS>(
  name: K,
  label: string,
  { personal, verb, before }: { personal?: true; verb: string; before: string },
) {
  return kind({
    label,
    group: 'Who they are',
    ops: SAME,
    fields: () => ['values'],
    ...(personal && { personal }),
    schema: z.strictObject({ kind: z.literal(name), op: opOf(SAME), values }),
    holds: (q, { op, values = [] }) => {
      const same = q.sql`coalesce(${COLUMNS[name](q)}, '') = any(${values}::text[])`
      return op === 'is' ? same : q.sql`not ${same}`
    },
    say: ({ op, values = [] }) =>
      op === 'is' ? `${verb} ${before} ${anyOf(values)}` : `${negated(verb)} ${before} ${anyOf(values)}`,
  })
}

const negated = (verb: string): string =>
  ({ are: 'are not', belong: 'do not belong', came: 'did not come', 'signed up': 'did not sign up' })[verb] ??
  `not ${verb}`

const TRAIT = { is: 'is any of', is_not: 'is none of', set: 'is known', not_set: 'is not known' } as const

function property() {
  return kind({
    label: 'Property',
    group: 'Who they are',
    ops: TRAIT,
    fields: (op) => (op === 'set' || op === 'not_set' ? ['name'] : ['name', 'values']),
    personal: true,
    schema: z.strictObject({ kind: z.literal('property'), op: opOf(TRAIT), name, values: values.optional() }),
    holds: ({ sql }, { op, name = '', values = [] }) => {
      const told = sql`u.traits ->> ${name}::text`
      if (op === 'set') return sql`${told} is not null`
      if (op === 'not_set') return sql`${told} is null`
      const same = sql`coalesce(${told}, '') = any(${values}::text[])`
      return op === 'is' ? same : sql`not ${same}`
    },
    say: ({ op, name, values = [] }) =>
      op === 'set'
        ? `have the property ${name}`
        : op === 'not_set'
          ? `do not have the property ${name}`
          : `have ${op === 'is' ? '' : 'not '}${anyOf(values)} as their ${name}`,
  })
}

const WHEN = {
  in_last: 'in the last … days',
  not_in_last: 'more than … days ago',
  between: 'between two days',
  since: 'on a day or later',
  before: 'before a day',
} as const

function signedUp(): ConditionKind {
  return kind({
    label: 'Signed up',
    group: 'Who they are',
    ops: WHEN,
    fields: (op) =>
      op === 'in_last' || op === 'not_in_last'
        ? ['days']
        : op === 'between'
          ? ['from', 'to']
          : op === 'since'
            ? ['from']
            : ['to'],
    schema: z.strictObject({
      kind: z.literal('signed_up'),
      op: opOf(WHEN),
      days: longDays.optional(),
      from: day.optional(),
      to: day.optional(),
    }),
    holds: ({ sql, today, zone }, { op, days = 0, from = '', to = '' }) => {
      const since = (first: string) => sql`u.created_at >= ${startOfDay(first, zone)}`
      const until = (end: string) => sql`u.created_at < ${startOfDay(end, zone)}`
      if (op === 'in_last') return sql`${since(addDays(today, 1 - days))} and ${until(addDays(today, 1))}`
      if (op === 'not_in_last') return until(addDays(today, 1 - days))
      if (op === 'between') return sql`${since(from)} and ${until(addDays(to, 1))}`
      return op === 'since' ? since(from) : until(to)
    },
    say: ({ op, days, from, to }) =>
      ({
        in_last: `signed up in the last ${days === 1 ? 'day' : `${days} days`}`,
        not_in_last: `signed up more than ${days} ${days === 1 ? 'day' : 'days'} ago`,
        between: `signed up between ${from} and ${to}`,
        since: `signed up on ${from} or later`,
        before: `signed up before ${to}`,
      })[op] ?? 'signed up',
  }) as unknown as ConditionKind
}

/** What somebody is, by their account. */
export const who = {
  plan: kind({
    label: 'Plan',
    group: 'Who they are',
    ops: IS,
    fields: () => ['values'],
    schema: z.strictObject({ kind: z.literal('plan'), op: opOf(IS), values }),
    holds: (q, given) => holdsNow(q, given, planOf(q, 'p')),
    say: ({ op, values = [] }) => `are ${op === 'is' ? '' : 'not '}on the plan ${anyOf(values)}`,
  }),
  class: kind({
    label: 'Class',
    group: 'Who they are',
    ops: IS,
    fields: () => ['values'],
    choices: CLASSES,
    schema: z.strictObject({
      kind: z.literal('class'),
      op: opOf(IS),
      values: choiceOf(['paid', 'trial', 'trial_expired', 'free']),
    }),
    holds: (q, given) => holdsNow(q, given, q.sql`p.class`),
    say: ({ op, values = [] }) =>
      `are ${op === 'is' ? '' : 'not '}${anyOf(values.map((one) => CLASSES[one as keyof typeof CLASSES]))}`,
  }),
  signed_up: signedUp(),
  country: attribute('country', 'Country', { personal: true, verb: 'are', before: 'from' }),
  provider: attribute('provider', 'Sign-up provider', { personal: true, verb: 'signed up', before: 'with' }),
  referrer: attribute('referrer', 'Referral source', { personal: true, verb: 'came', before: 'from' }),
  tenant: attribute('tenant', 'Tenant', { verb: 'belong', before: 'to' }),
  property: property(),
}
