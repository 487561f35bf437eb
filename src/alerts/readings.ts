import type { Deps } from '../context.ts'
import { catalogueOf, freshCatalogue } from '../custom-metrics/catalogue.ts'
import { dayOf } from '../lib/time.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { configuredSources } from '../sources/configured.ts'
import type { At, Judged, Verdict } from './conditions/define.ts'
import { kindOf } from './conditions/index.ts'
import { type Held, type Request, readWindows } from './read.ts'
import { metricOfRule, type Rule } from './rule.ts'

/** What a check found of one subject of a rule; '' is the whole. */
export interface Finding extends Omit<Judged, 'verdict'> {
  subject: string
  verdict: Verdict | 'held'
  /** Of a share: of how many. */
  of: number | null
}

/** What each rule says at a moment. A rule whose metric is gone finds nothing. */
export async function findingsOf<R extends { rule: Rule }>(
  deps: Deps,
  rules: readonly R[],
  at: Date,
): Promise<Map<R, Finding[]>> {
  await freshCatalogue(deps)
  const asked = rules.flatMap((one) => {
    const request = requestOf(deps, one.rule, at)
    return request ? [{ one, request }] : []
  })
  // A rule that is held back asks nobody.
  const answers = await readWindows(
    deps,
    asked.flatMap(({ one, request }) => (isHeld(deps, one.rule) ? [] : [request])),
    at,
  )
  const found = new Map<R, Finding[]>()
  for (const one of rules) if (one.rule.when.kind === 'source') found.set(one, sourcesOf(deps, one.rule))
  for (const { one, request } of asked) {
    const answer = answers.get(request)
    found.set(
      one,
      answer
        ? [...answer].map(([subject, held]) => ({ subject, ...judge(deps, one.rule, held) }))
        : isHeld(deps, one.rule)
          ? [HELD]
          : [],
    )
  }
  return found
}

const HELD: Finding = { subject: '', verdict: 'held', value: null, low: null, high: null, of: null }

/** What a rule asks for; undefined where it is of no metric, or of one that is gone. */
export function requestOf(deps: Deps, rule: Rule, at: Date): Request | undefined {
  const metric = metricOfRule(catalogueOf(deps), rule)
  if (!metric || rule.when.kind === 'source') return undefined
  const { metric: key, scope, window, by, when } = rule
  const earlier = kindOf(when).earlier(when, atOf(deps, rule, at))
  return { key: key as AnyKey, scope, window, earlier, ...(by !== undefined && { by }) }
}

/** When a check is, as conditions ask. */
export function atOf({ config }: Pick<Deps, 'config'>, { window }: Rule, at: Date): At {
  const day = dayOf(at, config.timeZone)
  return { window, weekday: new Date(`${day}T00:00:00Z`).getUTCDay() }
}

/** A window and those before it, held against the rule's condition. */
export function judge(
  deps: Pick<Deps, 'db'>,
  rule: Rule,
  [now, ...earlier]: readonly Held[],
): Omit<Finding, 'subject'> {
  const of = now?.of ?? null
  const least = of ?? now?.value ?? null
  const few = rule.least !== undefined && (least === null || least < rule.least)
  const value = few ? null : (now?.value ?? null)
  const metric = metricOfRule(catalogueOf(deps), rule)
  const readings = { now: value, earlier: earlier.map((one) => one.value) }
  const judged = kindOf(rule.when).judge(rule.when, readings, metric !== undefined && countsPoints(metric))
  // Too few to say anything is no alarm that data are missing.
  return few ? { ...judged, verdict: 'ok', of } : { ...judged, of }
}

export const countsPoints = ({ unit }: Pick<Metric, 'unit'>): boolean => unit === 'percent' || unit === 'score'

/** Whether what a rule depends on is away: it says nothing then, and the rule of sources says that. */
export function isHeld({ book }: Pick<Deps, 'book'>, { needs, when }: Rule): boolean {
  return when.kind !== 'source' && needs !== '' && book.isDegraded(needs)
}

/** Each source that anybody has reported on: 1 while it is away. */
function sourcesOf({ book, config }: Deps, { when, scope }: Rule): Finding[] {
  if (when.kind !== 'source' || scope !== '*') return []
  const known = new Set([
    ...configuredSources(config).map(({ source }) => source),
    ...book.states().map(({ source }) => source),
  ])
  const wanted = when.source === '' ? [...known] : [when.source]
  return wanted.map((source) => {
    const health = book.stateOf(source)
    const value = health === undefined ? null : health.state === 'degraded' ? 1 : 0
    const judged = kindOf(when).judge(when, { now: value, earlier: [] }, false)
    return { subject: source, ...judged, of: null }
  })
}
