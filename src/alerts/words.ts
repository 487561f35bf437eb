import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { dayLabel, momentText } from '../lib/dates.ts'
import { addDays, dayOf } from '../lib/time.ts'
import { formatValue } from '../metrics/format.ts'
import { valueName } from '../metrics/value-name.ts'
import { awayWords } from '../sources/names.ts'
import type { Wording } from './conditions/define.ts'
import { kindOf } from './conditions/index.ts'
import { countsPoints, type Finding } from './readings.ts'
import { metricOfRule, type Rule, type StoredRule } from './rule.ts'
import { rangeOf, WINDOWS } from './windows.ts'

type WordDeps = Pick<Deps, 'db' | 'config' | 'now'>

/** Values of a rule as its metric is written. */
export function wordingOf(deps: WordDeps, rule: Rule, at = deps.now()): Wording {
  const metric = metricOfRule(catalogueOf(deps), rule)
  const today = dayOf(at, deps.config.timeZone)
  return {
    value: (value) => (metric ? formatValue(value, metric.unit, 'tile', deps.config.currency) : String(value ?? '—')),
    points: metric !== undefined && countsPoints(metric),
    day: (ahead) => dayLabel(addDays(rangeOf(rule.window, 0, today).to, ahead), today),
  }
}

/** "Preview queue is 23, limit 10" */
export function titleOf(deps: WordDeps, rule: Rule, finding: Finding, at: Date): string {
  const { when } = rule
  if (when.kind === 'source') return awayWords(finding.subject)
  const label = metricOfRule(catalogueOf(deps), rule)?.label ?? rule.metric
  const whose = finding.subject !== '' || rule.by ? `, ${valueName(rule.by ?? '', finding.subject)},` : ''
  const period = isSaid(rule) ? ` (${WINDOWS[rule.window].label})` : ''
  return `${label}${whose} ${kindOf(when).title(when, finding, wordingOf(deps, rule, at))}${period}`
}

/** "AI queue, now, is above 10 for 5 min": what a rule watches for. */
export function ruleWords(deps: WordDeps, rule: Rule): string {
  const { when, window, by, scope, least } = rule
  const lasting = rule.for > 0 ? ` for ${minutesText(rule.for)}` : ''
  if (when.kind === 'source') return `${when.source === '' ? 'Any source' : when.source} is away${lasting}`
  const label = metricOfRule(catalogueOf(deps), rule)?.label ?? rule.metric
  const parts = [
    label,
    by ? `by ${by}` : '',
    isSaid(rule) ? WINDOWS[window].label : '',
    scope === '*' ? '' : `of ${scope}`,
  ].filter(Boolean)
  const few = least ? `, of at least ${least.toLocaleString('en-US')}` : ''
  return `${parts.join(', ')} ${kindOf(when).words(when, wordingOf(deps, rule))}${few}${lasting}`
}

/** "Could not be read since 14:03: …"; undefined where it can. */
export function unreadWords(
  deps: WordDeps,
  { unreadSince, unreadWhy }: Pick<StoredRule, 'unreadSince' | 'unreadWhy'>,
): string | undefined {
  if (!unreadSince) return undefined
  const { timeZone } = deps.config
  return `Could not be read since ${momentText(unreadSince, dayOf(deps.now(), timeZone), timeZone)}: ${unreadWhy ?? 'nobody knows why'}`
}

/** What is of now has no window to be told, and what looks at days one after the other none of its own. */
const isSaid = ({ when, window }: Rule): boolean => WINDOWS[window].of !== 'now' && !kindOf(when).daily

/** "5 min", "2 h", "1 d" */
export function minutesText(minutes: number): string {
  if (minutes % 1_440 === 0 && minutes > 0) return `${minutes / 1_440} d`
  return minutes % 60 === 0 && minutes > 0 ? `${minutes / 60} h` : `${minutes} min`
}

/** "58 min", "1 h 52 m": how long something lasted. */
export const lastedText = (ms: number): string =>
  ms < 3_600_000 ? `${Math.max(1, Math.round(ms / 60_000))} min` : formatValue(ms, 'ms', 'table')
