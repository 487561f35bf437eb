import type { Metric } from '../metrics/metric.ts'
import { kindOf, looksDown } from './conditions/index.ts'
import type { Answer, Held, Request } from './read.ts'
import type { Rule } from './rule.ts'

/** So many values of a dimension have an alert of their own. */
export const MAX_SUBJECTS = 50

/** How much there is of a value: of a share, of how many. */
const size = ({ value, of }: Held): number => Math.abs(of ?? value ?? 0)

/**
 * How bad a window is to a rule with a limit: a small amount where small is bad. Shares are watched by what they are of
 * (one of one that failed is not worse than a thousand of two thousand), and so is by its size what is compared.
 */
export function worstOf(rule: Pick<Rule, 'when'>, metric: Metric): Pick<Request, 'worst'> {
  if (!watchesSmallest(rule, metric)) return {}
  return { worst: ({ value }) => (value === null ? Number.NEGATIVE_INFINITY : -value) }
}

/** Whether of too many values the smallest are watched, instead of the largest. */
export const watchesSmallest = ({ when }: Pick<Rule, 'when'>, { kind }: Metric): boolean =>
  kind !== 'ratio' && !kindOf(when).compares && looksDown(when)

/**
 * The values that are watched: the worst ones, by the worst of their windows (of a long past the first one tells nothing),
 * and those that are asked for in any case, of which there may be no rows.
 */
export function watched(
  values: readonly (readonly [string, Held[]])[],
  { worst = size, always = [] }: Pick<Request, 'worst' | 'always'>,
  ofAbsent: (subject: string) => Held[] = () => [],
): Answer {
  const most = (held: readonly Held[], of: (held: Held) => number) =>
    held.reduce((n, one) => Math.max(n, of(one)), Number.NEGATIVE_INFINITY)
  const places = values
    .map(([subject, held]) => ({ subject, held, worst: most(held, worst), size: most(held, size) }))
    .sort((a, b) => b.worst - a.worst || b.size - a.size || 0)
  const answer: Answer = new Map(places.slice(0, MAX_SUBJECTS).map(({ subject, held }) => [subject, held]))
  const known = new Map(values)
  for (const subject of always) answer.set(subject, known.get(subject) ?? ofAbsent(subject))
  return Object.assign(answer, {
    absent: new Set(always.filter((subject) => !known.has(subject))),
    ...(values.length > MAX_SUBJECTS && { found: values.length }),
  })
}
