import type { Context } from 'hono'
import { whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { COMPARES, type Compare, isDay } from '../lib/filters.ts'
import { addDays, type Day, daysBetween, today } from '../lib/time.ts'
import { isMetricKey, type MetricKey, metricOf, similarKeys } from '../metrics/catalogue.ts'

/** Ten years: more is a mistyped date. */
const MAX_DAYS = 3_660
const DEFAULT_DAYS = 30

/** A parameter that cannot be understood; the problem names it. */
export class BadParameter extends Problem {
  constructor(name: string, detail: string) {
    super(422, `The parameter ${name} is not valid`, `${name}: ${detail}`)
  }
}

/** What a query of days asks for. */
export interface Span {
  from: Day
  to: Day
  /** '*' or a tenant, as the asker may see. */
  scope: string
}

/** `from`, `to` and `tenant`; by default the last 30 days of all tenants. */
export function spanOf(c: Context<Env>, { config, now }: Deps): Span {
  const to = dayParameter(c, 'to') ?? today(now(), config.timeZone)
  const from = dayParameter(c, 'from') ?? addDays(to, 1 - DEFAULT_DAYS)
  if (from > to) throw new BadParameter('from', `${from} is after to, ${to}.`)
  if (daysBetween(from, to) >= MAX_DAYS) throw new BadParameter('from', `At most ${MAX_DAYS} days at a time.`)
  return { from, to, scope: scopeOf(whoOf(c), tenantParameter(c)) }
}

/** `metrics=a,b`: which must exist. */
export function metricsOf(c: Context<Env>, fallback?: readonly MetricKey[]): MetricKey[] {
  const given = listParameter(c, 'metrics')
  if (given.length === 0 && fallback) return [...fallback]
  if (given.length === 0) throw new BadParameter('metrics', 'Name at least one metric; /api/metrics lists them.')
  return given.map((text) => {
    if (isMetricKey(text)) return text
    const similar = similarKeys(text)
    const hint = similar.length ? ` Did you mean ${similar.join(' or ')}?` : ' /api/metrics lists all there are.'
    throw new BadParameter('metrics', `There is no metric “${text.slice(0, 80)}”.${hint}`)
  })
}

/** `by`: a dimension which all of the metrics have. */
export function dimensionOf(c: Context<Env>, keys: readonly MetricKey[]): string | undefined {
  const by = c.req.query('by')
  if (!by) return undefined
  for (const key of keys) {
    const known = metricOf(key).by
    if (known.includes(by)) continue
    const hint = known.length ? `it can be broken down by ${known.join(', ')}` : 'it has no dimensions'
    throw new BadParameter('by', `${key} has no dimension “${by.slice(0, 80)}”; ${hint}.`)
  }
  return by
}

export function compareOf(c: Context<Env>): Compare {
  const text = c.req.query('compare') || 'previous'
  const found = COMPARES.find((compare) => compare === text)
  if (!found) throw new BadParameter('compare', `It is one of ${COMPARES.join(', ')}.`)
  return found
}

/** A list, given as `name=a,b` or as `name=a&name=b`; each once. */
export function listParameter(c: Context<Env>, name: string): string[] {
  const texts = (c.req.queries(name) ?? []).flatMap((text) => text.split(','))
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))]
}

function dayParameter(c: Context<Env>, name: string): Day | undefined {
  const text = c.req.query(name)
  if (!text) return undefined
  if (!isDay(text)) throw new BadParameter(name, `“${text.slice(0, 40)}” is not a day such as 2026-11-20.`)
  return text
}

function tenantParameter(c: Context<Env>): string | undefined {
  const text = c.req.query('tenant')
  if (text === undefined || text === '') return undefined
  if (text.length > 200 || text.includes('\0')) throw new BadParameter('tenant', 'This is not the id of a tenant.')
  return text
}
