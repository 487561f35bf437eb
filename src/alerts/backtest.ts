import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { offsetMs } from '../lib/time.ts'
import type { Judged } from './conditions/define.ts'
import { type Condition, kindOf } from './conditions/index.ts'
import { CALM, type Memory, step } from './machine.ts'
import { atOf, judge, requestOf, verdictFor } from './readings.ts'
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
  ahead?: Judged['ahead']
}

/** A step of the chart. */
export interface BacktestPoint {
  at: Date
  value: number | null
  low: number | null
  high: number | null
  phase: Memory['phase']
  ahead?: Judged['ahead']
}

export interface Backtest {
  from: Date
  to: Date
  readings: number
  /** Readings of which nothing was known. */
  unknown: number
  grain: number
  note: string
  /** How many values the dimension has, where some are too many to be watched. */
  found: number | undefined
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
    found: past.found,
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
  const sum = (of: (line: (typeof lines)[number]) => number) => lines.reduce((n, line) => n + of(line), 0)
  return {
    firings: lines.flatMap(({ firings }) => firings).sort((a, b) => b.firedAt.getTime() - a.firedAt.getTime()),
    passed: sum(({ passed }) => passed),
    subject: most?.subject ?? '',
    // Of fifty values a month of minutes is a million points: those of the one that is drawn are made again.
    points: most ? replay(deps, rule, past, most.subject, true).points : [],
    readings: sum(({ counts }) => counts.readings),
    unknown: sum(({ counts }) => counts.unknown),
    outside:
      rule.when.kind === 'anomaly'
        ? { n: sum(({ counts }) => counts.outside), of: sum(({ counts }) => counts.banded) }
        : undefined,
  }
}

/** One subject from its first step to its last. A reading holds until the next one: it is checked at both of its ends. */
function replay(deps: Deps, rule: Rule, past: PastSeries, subject: string, draws = false) {
  const held = past.values.get(subject) ?? []
  const timing = timingOf(rule)
  const firings: Firing[] = []
  const points: BacktestPoint[] = []
  const counts = { readings: 0, unknown: 0, banded: 0, outside: 0 }
  let passed = 0
  let memory = CALM
  for (let i = past.shown; i < held.length; i++) {
    const at = past.at[i] as Date
    const earlier = earlierOf(deps, rule, past, i).map((back) => held[i - back] ?? { value: null, of: null })
    const judged = judge(deps, rule, [held[i] ?? { value: null, of: null }, ...earlier])
    const { value, low, high, ahead } = judged
    for (const ms of checksOf(past.grain, at)) {
      const next = step(timing, memory, verdictFor(judged, memory.phase !== 'calm'), ms)
      memory = next.memory
      for (const change of next.changes) {
        if (change === 'passed') passed++
        if (change === 'fired')
          firings.push({ subject, firedAt: new Date(ms), endedAt: null, peak: value, ...(ahead && { ahead }) })
        const open = firings.at(-1)
        if (change === 'resolved' && open) open.endedAt = new Date(ms)
      }
    }
    const open = firings.at(-1)
    if (memory.phase === 'firing' && open) open.peak = worse(rule, open.peak, value)
    counts.readings++
    if (value === null) counts.unknown++
    else if (low !== null || high !== null) {
      counts.banded++
      if ((low !== null && value < low) || (high !== null && value > high)) counts.outside++
    }
    if (draws) points.push({ at, value, low, high, phase: memory.phase, ...(ahead && { ahead }) })
  }
  return { firings, points, passed, counts }
}

/** How many steps back the windows lie that a condition compares with. */
function earlierOf(deps: Deps, rule: Rule, past: PastSeries, i: number): number[] {
  const { when } = rule
  // The 43,200 readings of a month need no weekday.
  if (when.kind === 'threshold') return []
  const { grain, at } = past
  const kind = kindOf(when)
  const earlier = kind.earlier(when, atOf(deps, rule, at[i] as Date))
  if (grain === 1_440 || !kind.byClock?.(when)) return earlier.map((minutes) => Math.round(minutes / grain))
  const ahead = aheadOf(past, deps.config.timeZone)
  return earlier.map((minutes) => {
    const moved = (ahead[i - Math.round(minutes / grain)] ?? ahead[i] ?? 0) - (ahead[i] ?? 0)
    return Math.round((minutes + moved) / grain)
  })
}

const aheads = new WeakMap<PastSeries, number[]>()

/** By how many minutes the local clock was ahead of UTC at each step; of thousands that are asked for again and again. */
function aheadOf(past: PastSeries, timeZone: string): number[] {
  const known = aheads.get(past)
  if (known) return known
  const ahead = past.at.map((at) => offsetMs(at, timeZone) / 60_000)
  aheads.set(past, ahead)
  return ahead
}

/** At a step, every five minutes of a longer one (or the time would be taken for a gap), and just before the next. */
function checksOf(grain: number, at: Date): number[] {
  const start = at.getTime()
  if (grain <= 5) return [start]
  const checks = grain === 1_440 ? 288 : grain / 5
  return Array.from({ length: checks }, (_, i) => start + i * 5 * 60_000)
}
