import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { dayOf } from '../lib/time.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { configuredSources } from '../sources/configured.ts'
import type { At, Judged, Verdict } from './conditions/define.ts'
import { kindOf } from './conditions/index.ts'
import { type Answer, type Held, type Request, readWindows } from './read.ts'
import { metricOfRule, type Rule } from './rule.ts'
import { worstOf } from './subjects.ts'
import { catalogueFor, goneWords, isGone, type Unread, unreadOf } from './unread.ts'

/** What a check found of one subject of a rule; '' is the whole. */
export interface Finding extends Omit<Judged, 'verdict'> {
  subject: string
  verdict: Verdict | 'held'
  /** Of a share: of how many. */
  of: number | null
}

/** What was found of a rule, or why nothing could be. */
export type Found = Finding[] | Unread

/** What each rule says at a moment; `openOf` are the subjects that have an alert. */
export async function findingsOf<R extends { rule: Rule }>(
  deps: Deps,
  rules: readonly R[],
  at: Date,
  openOf: (one: R) => readonly string[],
): Promise<Map<R, Found>> {
  const catalogue = await catalogueFor(deps, rules)
  const requests = new Map<R, Request>()
  for (const one of rules) {
    // A rule that is held back asks nobody.
    const request = isHeld(deps, one.rule) ? undefined : requestOf(deps, one.rule, at)
    if (request) requests.set(one, { ...request, always: openOf(one) })
  }
  const { answers, failed } = await readWindows(deps, [...requests.values()], at)
  return new Map(
    rules.map((one) => {
      const { rule } = one
      if (rule.when.kind === 'source') return [one, sourcesOf(deps, rule)]
      if (isGone(catalogue, rule)) return [one, { why: goneWords(catalogue, rule), gone: true }]
      const request = requests.get(one)
      if (!request) return [one, [HELD]]
      const answer = answers.get(request)
      return [one, answer ? findingsIn(deps, rule, answer) : unreadOf(failed.get(request))]
    }),
  )
}

/** What is not heard of is known where that means nought, and where silence is what is watched for. */
function findingsIn(deps: Deps, rule: Rule, answer: Answer): Finding[] {
  const hears = ([subject, [now]]: [string, Held[]]) =>
    !answer.absent?.has(subject) || now?.value != null || kindOf(rule.when).ofSilence === true
  return [...answer].filter(hears).map(([subject, held]) => ({ subject, ...judge(deps, rule, held) }))
}

const HELD: Finding = { subject: '', verdict: 'held', value: null, low: null, high: null, of: null }

/** What a rule asks for; undefined where it is of no metric, or of one that is gone. */
export function requestOf(deps: Deps, rule: Rule, at: Date): Request | undefined {
  const metric = metricOfRule(catalogueOf(deps), rule)
  if (!metric || rule.when.kind === 'source') return undefined
  const { metric: key, scope, window, by, when } = rule
  const kind = kindOf(when)
  const earlier = kind.earlier(when, atOf(deps, rule, at))
  const byClock = kind.byClock?.(when) ?? false
  return {
    key: key as AnyKey,
    scope,
    window,
    earlier,
    byClock,
    ...(by !== undefined && { by, ...worstOf(rule, metric) }),
  }
}

/** When a check is, as conditions ask. */
export function atOf({ config }: Pick<Deps, 'config'>, { window, by }: Rule, at: Date): At {
  const day = dayOf(at, config.timeZone)
  return { window, weekday: new Date(`${day}T00:00:00Z`).getUTCDay(), split: by !== undefined }
}

/** What a finding means to a subject that has an open alert, or has none. */
export const verdictFor = (
  { verdict, whileOpen }: Pick<Finding, 'verdict' | 'whileOpen'>,
  isOpen: boolean,
): Finding['verdict'] => (isOpen ? (whileOpen ?? verdict) : verdict)

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
  // Too few to say anything is no alarm that data are missing, and no proof that what was bad is well.
  return few ? { ...judged, verdict: 'ok', whileOpen: 'unknown', of } : { ...judged, of }
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
