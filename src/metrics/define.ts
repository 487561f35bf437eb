import type {
  About,
  Asking,
  DerivedMetric,
  DimOf,
  Expr,
  History,
  LiveMetric,
  Metric,
  Numbers,
  Part,
  RollupKind,
  RollupMetric,
  Through,
} from './metric.ts'
import type { RollupName } from './rollups.ts'

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
