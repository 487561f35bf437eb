import { BAND_TONES, BAND_WORDS, type Band } from '../../../src/health/components.ts'
import type { HealthRow } from '../../../src/health/types.ts'
import { changeOf } from '../../../src/health/words.ts'
import { Badge, Change, type ChangeProps, Sparkline, TwoLines } from '../../parts/index.ts'

const INK: Record<Band, string> = {
  healthy: 'q-ink-1',
  'at-risk': 'q-ink-warn',
  churning: 'q-ink-crit',
  unknown: 'q-ink-3',
}
export const SPARK_TONES = { healthy: 'accent', 'at-risk': 'warn', churning: 'crit', unknown: 'grey' } as const

/** The page of a user. */
export const userHref = (userId: string): string => `/dashboard/users/${encodeURIComponent(userId)}`

export const scoreText = (score: number | null): string => (score === null ? '—' : score.toFixed(1))

/** A score in the colour of its band; the band is said beside it for who does not see colours. */
export const Score = ({ score, band }: { score: number | null; band: Band }) => (
  <span class={`q-strong ${INK[band]}`}>
    {scoreText(score)}
    <span class="q-sr">{`, ${BAND_WORDS[band].toLowerCase()}`}</span>
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

export const RowChange = ({ row }: { row: HealthRow }) => <Change {...scoreChange(changeOf(row))} />

/** Who, and how they stand to the product; on the phone, where there is no room for both, why they are listed. */
export const Who = ({ row, tenants, why }: { row: HealthRow; tenants: boolean; why: string }) => (
  <TwoLines
    title={row.name}
    sub={
      <>
        <span class="q-health-about">{aboutText(row, tenants)}</span>
        <span class="q-health-why">{why}</span>
      </>
    }
  />
)

/** "pro, Acme, seen 3 days before" */
export function aboutText({ plan, class: planClass, tenant_id }: HealthRow, tenants = true): string {
  const paid = planClass === 'trial' ? `${plan}, in trial` : plan
  return [paid, tenants && tenant_id].filter(Boolean).join(', ')
}

/** The score over the weeks, where there are at least two. */
export const Line = ({ points, band }: { points: { score: number }[] | undefined; band: Band }) =>
  points && points.length > 1 ? (
    <Sparkline small points={points.map(({ score }) => score)} tone={SPARK_TONES[band]} />
  ) : null
