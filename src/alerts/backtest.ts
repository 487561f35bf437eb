import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { dayOf } from '../lib/time.ts'
import type { Verdict } from './conditions/define.ts'
import { type Condition, kindOf } from './conditions/index.ts'
import { CALM, type Memory, step } from './machine.ts'
import { judge, requestOf } from './readings.ts'
import type { Rule } from './rule.ts'
import { type PastSeries, pastOf } from './series.ts'
import { timingOf } from './steps.ts'
import { worse } from './write.ts'

/** One time it would have fired. */
export interface Firing {
  subject: string
  firedAt: Date
  /** null: it would still be firing. */
  endedAt: Date | null
  peak: number | null
}

/** A step of the chart. */
export interface BacktestPoint {
  at: Date
  value: number | null
  low: number | null
  high: number | null
  phase: Memory['phase']
}

export interface Backtest {
  from: Date
  to: Date
  readings: number
  /** Readings of which nothing was known. */
  unknown: number
  grain: number
  note: string
  firings: Firing[]
  passed: number
  totalMs: number
  longest: Firing | undefined
  notices: number
  /** Of the whole, or of the subject that fired most. */
  subject: string
  points: BacktestPoint[]
  /** "Try the limit at": the limit, and how often it would have fired. */
  others: { condition: Condition; limit: number; fired: number }[]
  /** Of the readings, how many lay outside what was usual. */
  outside: { n: number; of: number } | undefined
  tookMs: number
}

/** Runs a rule over the past, with the machine that runs it every minute. undefined: it has no past to be tried on. */
export async function backtest(deps: Deps, rule: Rule, at: Date): Promise<Backtest | undefined> {
  const began = performance.now()
  await freshCatalogue(deps)
  const request = requestOf(deps, rule, at)
  if (!request) return undefined
  const past = await pastOf(deps, request, at)
  const replayed = replayAll(deps, rule, past)
  const others = (kindOf(rule.when).others?.(rule.when) ?? []).map(({ condition, limit }) => ({
    condition,
    limit,
    fired: replayAll(deps, { ...rule, when: condition }, past).firings.length,
  }))
  const { firings } = replayed
  const lasted = (one: Firing) => (one.endedAt ?? at).getTime() - one.firedAt.getTime()
  const longest = firings.reduce<Firing | undefined>((a, b) => (a && lasted(a) >= lasted(b) ? a : b), undefined)
  const [first, last] = [past.at[past.shown], past.at.at(-1)]
  return {
    ...replayed,
    from: first ?? at,
    to: last ?? at,
    grain: past.grain,
    note: past.note,
    totalMs: firings.reduce((sum, one) => sum + lasted(one), 0),
    longest,
    notices: firings.length + firings.filter(({ endedAt }) => endedAt !== null).length,
    others,
    tookMs: Math.round(performance.now() - began),
  }
}

type Replayed = Pick<Backtest, 'firings' | 'passed' | 'subject' | 'points' | 'readings' | 'unknown' | 'outside'>

function replayAll(deps: Deps, rule: Rule, past: PastSeries): Replayed {
  const lines = [...past.values.keys()].map((subject) => ({ subject, ...replay(deps, rule, past, subject) }))
  const most = lines.reduce<(typeof lines)[number] | undefined>(
    (a, b) => (a && a.firings.length >= b.firings.length ? a : b),
    undefined,
  )
  const points = lines.flatMap((line) => line.points)
  const banded = points.filter(({ value, low, high }) => value !== null && (low !== null || high !== null))
  const outside = banded.filter(
    ({ value, low, high }) => (low !== null && (value ?? 0) < low) || (high !== null && (value ?? 0) > high),
  )
  return {
    firings: lines.flatMap(({ firings }) => firings).sort((a, b) => b.firedAt.getTime() - a.firedAt.getTime()),
    passed: lines.reduce((n, { passed }) => n + passed, 0),
    subject: most?.subject ?? '',
    points: most?.points ?? [],
    readings: points.length,
    unknown: points.filter(({ value }) => value === null).length,
    outside: rule.when.kind === 'anomaly' ? { n: outside.length, of: banded.length } : undefined,
  }
}

/** One subject from its first step to its last. A reading holds until the next one: it is checked at both of its ends. */
function replay(deps: Deps, rule: Rule, past: PastSeries, subject: string) {
  const held = past.values.get(subject) ?? []
  const timing = timingOf(rule)
  const firings: Firing[] = []
  const points: BacktestPoint[] = []
  let passed = 0
  let memory = CALM
  for (let i = past.shown; i < held.length; i++) {
    const at = past.at[i] as Date
    const earlier = earlierOf(deps, rule, past, i).map((back) => held[i - back] ?? { value: null, of: null })
    const { verdict, value, low, high } = judge(deps, rule, [held[i] ?? { value: null, of: null }, ...earlier])
    for (const ms of checksOf(past.grain, at)) {
      const next = step(timing, memory, verdict as Verdict, ms)
      memory = next.memory
      for (const change of next.changes) {
        if (change === 'passed') passed++
        if (change === 'fired') firings.push({ subject, firedAt: new Date(ms), endedAt: null, peak: value })
        const open = firings.at(-1)
        if (change === 'resolved' && open) open.endedAt = new Date(ms)
      }
    }
    const open = firings.at(-1)
    if (memory.phase === 'firing' && open) open.peak = worse(rule, open.peak, value)
    points.push({ at, value, low, high, phase: memory.phase })
  }
  return { firings, points, passed }
}

/** How many steps back the windows lie that a condition compares with. */
function earlierOf({ config }: Deps, { when, window }: Rule, { grain, at }: PastSeries, i: number): number[] {
  // The 43,200 readings of a month need no weekday.
  if (when.kind === 'threshold') return []
  const day = dayOf(at[i] as Date, config.timeZone)
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return kindOf(when)
    .earlier(when, { window, weekday })
    .map((minutes) => Math.round(minutes / grain))
}

/** At a step, every five minutes of a longer one (or the time would be taken for a gap), and just before the next. */
function checksOf(grain: number, at: Date): number[] {
  const start = at.getTime()
  if (grain <= 5) return [start]
  const checks = grain === 1_440 ? 288 : grain / 5
  return Array.from({ length: checks }, (_, i) => start + i * 5 * 60_000)
}
