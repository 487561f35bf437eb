import type { Context } from 'hono'
import { whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { addDays, type Day, daysBetween, today } from '../lib/time.ts'
import { isMetricKey, type MetricKey, metricOf, similarKeys } from '../metrics/catalogue.ts'
import { BadParameter } from './query.ts'

/** Ten years: more is a mistyped date. */
const MAX_DAYS = 3_660
const DEFAULT_DAYS = 30

/** What a query of days asks for. */
export interface Span {
  from: Day
  to: Day
  /** '*' or a tenant, as the asker may see. */
  scope: string
}

export interface AskedSpan {
  from?: Day
  to?: Day
  tenant?: string
}

/** The days asked for, by default the last 30, and the scope; `names` are those of the parameters, for problems. */
export function spanOf(
  c: Context<Env>,
  { config, now }: Pick<Deps, 'config' | 'now'>,
  asked: AskedSpan,
  names = { from: 'from', to: 'to' },
): Span {
  const to = asked.to ?? today(now(), config.timeZone)
  const from = asked.from ?? addDays(to, 1 - DEFAULT_DAYS)
  checkDays(from, to, names)
  return { from, to, scope: scopeOf(whoOf(c), asked.tenant) }
}

/** @throws BadParameter where the days do not make a period */
export function checkDays(from: Day, to: Day, names = { from: 'from', to: 'to' }): void {
  if (from > to) throw new BadParameter(names.from, `${from} is after ${names.to}, ${to}.`)
  if (daysBetween(from, to) >= MAX_DAYS) throw new BadParameter(names.from, `At most ${MAX_DAYS} days at a time.`)
}

/** The metrics named, which must exist. */
export function metricsOf(given: readonly string[] | undefined, fallback?: readonly MetricKey[]): MetricKey[] {
  if (!given && fallback) return [...fallback]
  if (!given) throw new BadParameter('metrics', 'Name at least one metric; /api/metrics lists them.')
  return given.map((text) => {
    if (isMetricKey(text)) return text
    const similar = similarKeys(text)
    const hint = similar.length ? ` Did you mean ${similar.join(' or ')}?` : ' /api/metrics lists all there are.'
    throw new BadParameter('metrics', `There is no metric “${text.slice(0, 80)}”.${hint}`)
  })
}

/** A dimension which all of the metrics have. */
export function dimensionOf(by: string | undefined, keys: readonly MetricKey[]): string | undefined {
  if (!by) return undefined
  for (const key of keys) {
    const known = metricOf(key).by
    if (known.includes(by)) continue
    const hint = known.length ? `it can be broken down by ${known.join(', ')}` : 'it has no dimensions'
    throw new BadParameter('by', `${key} has no dimension “${by.slice(0, 80)}”; ${hint}.`)
  }
  return by
}
