import type { PendingQuery, Row } from 'postgres'
import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { MrrPolicy } from '../facts/mrr.ts'
import type { Day } from '../lib/time.ts'
import type { People } from './people.ts'
import type { RollupName, rollups } from './rollups.ts'

/** A piece of SQL which becomes part of a statement. */
export type Fragment = PendingQuery<Row[]>

/** What SQL needs to know beside the roll-ups. */
export interface SqlContext {
  sql: Sql
  zone: string
  /** Money in other currencies is never converted silently: it is left out. */
  currency: string
  /** Of the two ledgers of MRR that are kept. */
  policy: MrrPolicy
  proPlans: string[]
  enterprisePlans: string[]
  /** What p95 latency should stay under. */
  targetP95Ms: number
  /** Names of events, and kinds of objects and jobs, that activate a user. */
  activationEvents: string[]
  /** Those whose adoption is counted. */
  keyFeatures: string[]
  /** Minor units in one major unit: 100 for USD, 1 for JPY. */
  minor: number
  now: Date
  today: Day
  /** The settings that roll-ups are folded with: see `foldedOf`. */
  folded: string
  /** Only their facts count; absent = everybody's. */
  people?: People
}

/** An aggregate over the rows `r` of a roll-up. */
export type Expr = (context: SqlContext) => Fragment

/** `percent` is 0-100, `money` major units, `ms` milliseconds, `bytes` bytes, `ratio` a plain quotient; all others are counts. */
export type Unit =
  | 'money'
  | 'percent'
  | 'ratio'
  | 'months'
  | 'ms'
  | 'score'
  | 'users'
  | 'customers'
  | 'sessions'
  | 'events'
  | 'requests'
  | 'calls'
  | 'tokens'
  | 'jobs'
  | 'payments'
  | 'subscriptions'
  | 'trials'
  | 'invoices'
  | 'projects'
  | 'objects'
  | 'hours'
  | 'invites'
  | 'responses'
  | 'contracts'
  | 'downloads'
  | 'views'
  | 'devices'
  | 'workers'
  | 'connections'
  | 'messages'
  | 'bytes'
  | 'rows'
  | 'queries'
  | 'pages'
  | 'clicks'
  | 'shift'
  | 'errors'
  | 'tickets'
  | 'prompts'
  | 'components'
  | 'facts'
  | 'hours'
  | 'deliveries'
export type Good = 'up' | 'down' | 'neutral'
export type RollupKind = 'sum' | 'last' | 'max' | 'distinct' | 'ratio' | 'percentile' | 'perUser'
export type Kind = RollupKind | 'derived' | 'live'

/** What a person is told about a metric. */
export interface About {
  label: string
  unit: Unit
  good: Good
  definition: string
  /** What to do when it is bad. */
  action: string
  formula?: string
  /** Beyond these (above if good is down, below if up) a value is yellow, red. */
  warn?: number
  crit?: number
}

/** One stored number of a metric's day; a ratio has two. `total` differs from `day` where a range is not its days. */
export interface Part {
  name: 'value' | 'num' | 'den'
  day: Expr
  total?: Expr
}

/** Another roll-up that tells the same number person by person: it answers where only some people count. */
export interface Through {
  from: RollupName
  parts: readonly Part[]
  /** The dimensions that it has itself. */
  by?: readonly string[]
}

export type DimOf<R extends RollupName> = keyof (typeof rollups)[R]['dims'] & string

export interface RollupMetric extends About {
  kind: RollupKind
  from: RollupName
  by: readonly string[]
  parts: readonly Part[]
  /** The value of a day is the sum of all days up to it (a stock). */
  running: boolean
  /** A change against so many days before, of a running sum. */
  lag?: { days: number; formula: (now: Numbers, before: Numbers) => number | null }
  /** The value of a ratio is scale × num ÷ den. */
  scale: number
  /** Without a row the value is 0, not unknown. */
  zero: boolean
  /** Plain "was active": a range can be counted from user_activity's bits. */
  bits: boolean
  /** What the samples are taken of, by its name among the sources; while it is away today's value is unknown. */
  source?: string
  through?: Through
  /** The roll-up that tells since when there is data, where it is not its own. */
  knownBy?: RollupName
}
export type Numbers = readonly number[]

export interface DerivedMetric<K extends string = string> extends About {
  kind: 'derived'
  by: readonly string[]
  of: readonly K[]
  /** Called with known values only. A method on purpose: its parameter is narrower than `Metric` knows. */
  compute(values: Record<K, number>): number | null
  /** `compute` is also called where some of the values are unknown: those are then absent. */
  fromUnknown?: true
}

export interface LiveMetric<H extends History = History> extends About {
  kind: 'live'
  by: readonly string[]
  /** One row of one column; absent where no SQL tells it. */
  read?: (context: SqlContext, scope: string) => Fragment
  /** What knows more than SQL: Redis, where one is configured; without `read` it is asked in any case. */
  ask?: Asking
  /** Its past days: the last sample of the gauge of the metric's name, or a formula. */
  history: H
}

/** null = unknown. @throws SourceUnavailable when the source is away */
export type Asking = (deps: Deps, scope: string) => Promise<number | null>

export type History = RollupMetric | DerivedMetric

export type Metric = RollupMetric | DerivedMetric | LiveMetric

type From<R extends RollupName> = About & { from: R; by?: readonly DimOf<R>[]; through?: Through }
type Plain<R extends RollupName> = From<R> & { value: Expr }

const value = (day: Expr, total?: Expr): Part[] => [total ? { name: 'value', day, total } : { name: 'value', day }]

function rollup<R extends RollupName>(
  kind: RollupKind,
  about: From<R>,
  parts: Part[],
  more: Partial<Pick<RollupMetric, 'running' | 'lag' | 'scale' | 'bits' | 'zero'>> = {},
): RollupMetric {
  const { label, unit, good, definition, action, formula, warn, crit, from, by = [], through } = about
  const texts = { label, unit, good, definition, action, ...optional({ formula, warn, crit, through }) }
  const zero = kind === 'sum' || kind === 'distinct' || (more.running ?? false)
  return { ...texts, kind, from, by, parts, running: false, scale: 1, bits: false, zero, ...more }
}

/** Adds over days. */
export const sum = <R extends RollupName>(about: Plain<R>) => rollup('sum', about, value(about.value))

/** The state at the end of a day; over a range that of its last day. `zero`: a day without rows is 0. */
export const last = <R extends RollupName>(about: Plain<R> & { zero?: boolean }) =>
  rollup('last', about, value(about.value), { zero: about.zero ?? false })

/** A stock kept as changes: the running sum of `value`. */
export const stock = <R extends RollupName>(about: Plain<R>) =>
  rollup('last', about, value(about.value), { running: true })

/** How running sums changed within the `days` before. */
export const trailing = <R extends RollupName>(
  about: From<R> & { values: readonly Expr[]; days: number; compute: (now: Numbers, before: Numbers) => number | null },
) =>
  rollup(
    'last',
    about,
    about.values.map((day) => ({ name: 'value', day })),
    { running: true, lag: { days: about.days, formula: about.compute } },
  )

/** The peak of a day. */
export const max = <R extends RollupName>(about: Plain<R>) => rollup('max', about, value(about.value))

/** Users of whom `who` holds: on a day, or on any day of a range, each counted once. */
export const distinct = (about: From<'users'> & { who: Expr; bits?: boolean }) =>
  rollup(
    'distinct',
    about,
    value(
      (q) => q.sql`count(*) filter (where ${about.who(q)})`,
      (q) => q.sql`count(distinct r.user_id) filter (where ${about.who(q)})`,
    ),
    { bits: about.bits ?? false },
  )

/** Different things among the rows: on a day, or in a range, where each counts once. `value` counts them. */
export const different = <R extends RollupName>(about: Plain<R>) =>
  rollup('distinct', about, value(about.value, about.value))

/** Σ numerator ÷ Σ denominator, never a mean of ratios. */
export const ratio = <R extends RollupName>(about: From<R> & { num: Expr; den: Expr }) =>
  rollup(
    'ratio',
    about,
    [
      { name: 'num', day: about.num },
      { name: 'den', day: about.den },
    ],
    { scale: about.unit === 'percent' ? 100 : 1 },
  )

/** What is asked of merged histograms: `value` over a range is the same expression over all its rows. */
export const percentile = <R extends RollupName>(about: Plain<R>) =>
  rollup('percentile', about, value(about.value, about.value))

/** The distribution of `each` over the user-days which have any. */
export const perUser = (about: From<'users'> & { each: Expr; stat: number | 'max' }) => {
  const expr: Expr = (q) =>
    about.stat === 'max'
      ? q.sql`nullif(max(${about.each(q)}), 0)`
      : q.sql`percentile_disc(${about.stat}::float8) within group (order by ${about.each(q)})
        filter (where ${about.each(q)} > 0)`
  return rollup('perUser', about, value(expr, expr))
}

/** The same number from the days of users; of a ratio its numerator and denominator. */
export const byPerson = (day: Expr, den?: Expr): Through => ({
  from: 'userDays',
  parts: den
    ? [
        { name: 'num', day },
        { name: 'den', day: den },
      ]
    : value(day),
  by: ['class'],
})

/** A formula of other metrics; unknown as soon as one of them is. */
export const derived = <const K extends string>(
  about: About & { of: readonly K[]; compute: (values: Record<K, number>) => number | null },
): DerivedMetric<K> => ({ ...about, kind: 'derived', by: [] })

type Reading = { read: NonNullable<LiveMetric['read']>; ask?: Asking } | { ask: Asking }

/** A reading now. */
export const live = <H extends History>(about: About & Reading & { history: H }): LiveMetric<H> => ({
  ...about,
  kind: 'live',
  by: [],
})

/** Keeps the keys of a domain literal. */
export const metrics = <T extends Record<string, Metric>>(all: T): T => all

/** Keys which a metric of T refers to. */
type Refs<M> = M extends { kind: 'live'; history: infer H }
  ? Refs<H>
  : M extends { kind: 'derived'; of: readonly (infer K)[] }
    ? K
    : never
type Unknown<T> = Exclude<Refs<T[keyof T]>, keyof T>

/** Does not compile where a formula names a metric that does not exist. */
export const checked = <T extends Record<string, Metric>>(
  all: T & ([Unknown<T>] extends [never] ? unknown : { 'no such metric': Unknown<T> }),
): T => all

function optional<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
