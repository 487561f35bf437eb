import type { BacktestPoint } from './backtest.ts'
import { looksDown } from './conditions/index.ts'
import type { Rule } from './rule.ts'

const MOST_POINTS = 360

export interface Band {
  /** Indexes of points. */
  from: number
  to: number
  tone: 'warn' | 'crit'
}

/** As many points as a screen has room for; of each stretch the worst, so that no peak is lost. */
export function thinned(points: readonly BacktestPoint[], rule: Pick<Rule, 'when'>): BacktestPoint[] {
  const size = Math.ceil(points.length / MOST_POINTS)
  if (size <= 1) return [...points]
  const down = looksDown(rule.when)
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size)
    const known = part.filter(({ value }) => value !== null)
    const first = part[0] as BacktestPoint
    if (known.length === 0) return first
    const worst = known.reduce((a, b) =>
      (down ? (b.value ?? 0) < (a.value ?? 0) : (b.value ?? 0) > (a.value ?? 0)) ? b : a,
    )
    const phase = part.some((one) => one.phase === 'firing')
      ? 'firing'
      : part.some((one) => one.phase === 'pending')
        ? 'pending'
        : 'calm'
    return { ...worst, at: first.at, phase }
  })
}

/** Where it would have fired, and where it was pending only. */
export function bandsOf(points: readonly Pick<BacktestPoint, 'phase'>[]): Band[] {
  const bands: Band[] = []
  for (const [i, { phase }] of points.entries()) {
    if (phase === 'calm') continue
    const tone = phase === 'firing' ? 'crit' : 'warn'
    const open = bands.at(-1)
    if (open && open.to === i - 1 && open.tone === tone) open.to = i
    else bands.push({ from: i, to: i, tone })
  }
  return bands
}
