import type { PendingQuery, Row } from 'postgres'
import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import type { MrrPolicy } from '../facts/mrr.ts'
import type { Day } from '../lib/time.ts'
import type { People } from './people.ts'
import type { RollupName, rollups } from './rollups.ts'

/** A piece of SQL which becomes part of a statement. */
export type Fragment = PendingQuery<Row[]>

/** What SQL needs to know beside the roll-ups. */
export interface SqlContext {
  sql: Tag
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
