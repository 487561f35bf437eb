import { BAND_TONES, BAND_WORDS, type Band } from '../../src/health/components.ts'
import { Badge } from './badge.tsx'
import type { ChangeProps } from './types.ts'

const INK: Record<Band, string> = {
  healthy: 'q-ink-1',
  'at-risk': 'q-ink-warn',
  churning: 'q-ink-crit',
  unknown: 'q-ink-3',
}
const BAR_TONES: Record<Band, string> = { healthy: '', 'at-risk': ' q-bar-warn', churning: ' q-bar-crit', unknown: '' }
export const SPARK_TONES = { healthy: 'accent', 'at-risk': 'warn', churning: 'crit', unknown: 'grey' } as const

export const scoreText = (score: number | null): string => (score === null ? '—' : score.toFixed(1))

/** The part of the whole that a weight is, with the decimal it takes to add up: "25%", "41.7%". */
export const weightText = (share: number): string => `${Number((100 * share).toFixed(1))}%`

/** A score in the colour of its band; the band is said beside it for who does not see colours. */
export const Score = ({ score, band }: { score: number | null; band: Band }) => (
  <span class={`q-strong ${INK[band]}`}>
    {scoreText(score)}
    <span class="q-sr">{`, ${BAND_WORDS[band].toLowerCase()}`}</span>
  </span>
)

/** The same with its bar, where whole columns of scores are compared. */
export const ScoreBar = ({ score, band }: { score: number | null; band: Band }) => (
  <span class="q-score-bar">
    {score !== null && <progress class={`q-bar${BAR_TONES[band]}`} max="100" value={score} aria-hidden="true" />}
    <Score score={score} band={band} />
  </span>
)

export const BandBadge = ({ band }: { band: Band }) =>
  band === 'unknown' ? (
    <Badge tone="stale" outline text={BAND_WORDS[band]} />
  ) : (
    <Badge tone={BAND_TONES[band]} text={BAND_WORDS[band]} />
  )

/** How a score has moved: up is better. */
export function scoreChange(change: number | null): ChangeProps {
  if (change === null) return { text: '—', direction: 'none', meaning: 'neutral' }
  const text = Math.abs(change).toFixed(1)
  if (text === '0.0') return { text: '0', direction: 'flat', meaning: 'neutral' }
  return change > 0 ? { text, direction: 'up', meaning: 'better' } : { text, direction: 'down', meaning: 'worse' }
}
