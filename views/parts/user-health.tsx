import { BAND_WORDS, COMPONENT_NAMES } from '../../src/health/components.ts'
import type { Part } from '../../src/health/types.ts'
import type { UserHealth } from '../../src/health/user.ts'
import { clockTime, dayLabel } from '../../src/lib/dates.ts'
import type { Day } from '../../src/lib/time.ts'
import { Card } from './card.tsx'
import { Change } from './change.tsx'
import { BandBadge, SPARK_TONES, scoreChange, scoreText, weightText } from './score.tsx'
import { Sparkline } from './sparkline.tsx'
import type { CardState, Span } from './types.ts'

interface UserHealthProps {
  /** undefined = never scored. */
  health: UserHealth | undefined
  today: Day
  timeZone: string
  span?: Span
  /** Of the load; the empty state is this card's own. */
  state?: CardState
}

const NEVER = {
  kind: 'empty',
  icon: 'heartbeat',
  title: 'No score yet',
  text: 'Users are scored each night, as of the day before.',
  link: { label: 'Health', href: '/dashboard/health' },
} as const

/** The health of one user: the score and its weeks, and what it is made of. */
export const UserHealthCard = ({ health, today, timeZone, span = 6, state }: UserHealthProps) => {
  const filled = state === undefined || state.kind === 'filled'
  return (
    <Card
      id="user-health"
      title="Health"
      sub={health && subText(health, today, timeZone)}
      span={span}
      state={filled && !health ? NEVER : state}
      link={{ label: 'All users', href: '/dashboard/health' }}
    >
      {health && (
        <div class="q-user-health">
          <Summary {...health} />
          <Breakdown {...health} />
        </div>
      )}
    </Card>
  )
}

function subText({ row, parts, computedAt }: UserHealth, today: Day, timeZone: string): string {
  const present = parts.filter(({ share }) => share > 0).length
  const shared = present < COMPONENT_NAMES.length ? `, weights shared among ${present}` : ''
  return `as of ${dayLabel(row.day, today)}, computed ${clockTime(computedAt, timeZone)}${shared}`
}

const Summary = ({ row, change, changeText, history }: UserHealth) => (
  <div class="q-user-health-sum">
    <p>
      <span class={`q-hero-value q-num${row.score === null ? ' q-none' : ''}`}>{scoreText(row.score)}</span>{' '}
      <span class="q-ink-3">of 100</span>
    </p>
    <BandBadge band={row.band} />
    {history.length > 1 && (
      <Sparkline points={history.map(({ score }) => score)} tone={SPARK_TONES[row.band]} fill={false} />
    )}
    {change !== null && (
      <p class="q-caption">
        <Change {...scoreChange(change)} /> in 30 days
      </p>
    )}
    {changeText && <p class="q-caption q-ink-2">{changeText.replace(/^\w+ \d+: /, '')}</p>}
  </div>
)

const Breakdown = ({ parts, row }: UserHealth) => (
  <section class="q-table-scroll" tabindex={0} aria-label="Components of the score, table">
    <table class="q-table q-table-44">
      <caption class="q-sr">{`Components of the score, ${BAND_WORDS[row.band].toLowerCase()}`}</caption>
      <thead>
        <tr>
          <th scope="col">Component</th>
          <th scope="col" class="q-right">
            Weight
          </th>
          <th scope="col" class="q-right">
            Score
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <Row part={part} />
        ))}
      </tbody>
    </table>
  </section>
)

const Row = ({ part: { label, words, share, score, effect } }: { part: Part }) => (
  <tr>
    <td>
      <span class="q-two">
        <span class={`q-two-title${share > 0 ? '' : ' q-ink-3'}`}>{label}</span>
        <span class="q-two-sub">{words}</span>
      </span>
    </td>
    <td class="q-right q-num q-ink-2">{share > 0 ? weightText(share) : '—'}</td>
    <td class="q-right">
      {score === null ? (
        <span class="q-ink-3">left out, not zero</span>
      ) : (
        <span class="q-share" title={effectText(effect)}>
          <progress class="q-bar" max="100" value={score} aria-label={label} />
          <span class="q-share-text q-num">{scoreText(score)}</span>
        </span>
      )}
    </td>
  </tr>
)

const effectText = (effect: number | null): string | undefined =>
  effect === null || Math.abs(effect) < 0.05
    ? undefined
    : `${effect > 0 ? '+' : '−'}${Math.abs(effect).toFixed(1)} points in 30 days`
