import type { Child } from 'hono/jsx'
import { About } from './about.tsx'
import { AllUsers } from './all-users.tsx'
import { StateMark } from './badge.tsx'
import { Change } from './change.tsx'
import { Sparkline } from './sparkline.tsx'
import type { Mark, TileProps } from './types.ts'

/** A number with its change, base and shape; the whole tile is one link, and its popover answers for it. */
export const Tile = (props: TileProps) => {
  const { id, label, href, value, unit, degraded, about, loading } = props
  const mark = degraded && !props.mark ? ({ tone: 'warn', text: 'degraded' } as const) : props.mark
  const look = ['q-tile', degraded && 'q-dim', crowded(value, mark) && 'q-crowded'].filter(Boolean).join(' ')
  return (
    <article class={look} id={`tile-${id}`} aria-busy={loading ? 'true' : undefined}>
      <a class="q-tile-link" href={href} data-about-for={about ? `about-${id}` : undefined}>
        <span class="q-tile-label">
          {label} <AllUsers whom={props.allUsers} />
        </span>
        <span class="q-tile-line">
          <span class={`q-tile-value q-num${value === null ? ' q-none' : ''}`}>
            {loading ? <span class="q-bone q-bone-value" /> : (value ?? '—')}
          </span>
          {!loading && !mark && unit && value !== null && <small class="q-unit">{unit}</small>}
          <StateMark mark={mark} />
        </span>
        <span class="q-tile-change">{loading ? <span class="q-bone q-bone-line" /> : <Comparison {...props} />}</span>
        {!loading && props.points && <Sparkline points={props.points} previous={props.previous} />}
      </a>
      {about && <About id={`about-${id}`} label={label} about={about} />}
    </article>
  )
}

/**
 * Whether value and mark cannot stand beside each other in a tile of 168 px: it then takes the place of the base.
 * Counted in pixels of the tabular figures and of the badge's text; a browser could only measure it after drawing.
 */
const crowded = (value: string | null, mark: Mark | undefined): boolean =>
  mark !== undefined && (value ?? '').length * 13.5 + mark.text.length * 5.8 + 34 > 140

const Comparison = ({ value, change, base, gap, degraded }: TileProps) => {
  if (degraded) return <span class="q-base">{degraded.reason}</span>
  if (gap) return <span class="q-base">{gap}</span>
  if (value === null && !base) return <span class="q-base">not known yet</span>
  return (
    <>
      {change && <Change {...change} />}
      {base && <span class="q-base">{`vs ${base}`}</span>}
    </>
  )
}

/** The Overview's block: a card at the left over two rows, tiles beside it. Without `lead` tiles fill the width. */
export const TileGrid = ({ lead, children }: { lead?: Child; children?: Child }) => (
  <div class={lead ? 'q-tiles q-tiles-led' : 'q-tiles'}>
    {lead}
    {children}
  </div>
)
