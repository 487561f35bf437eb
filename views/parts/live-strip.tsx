import { Dot, StateMark } from './badge.tsx'
import { Change } from './change.tsx'
import type { LiveItem, LiveStripProps } from './types.ts'

/** What is true this minute, in one row of cells. "Live" is said once, at its head. */
export const LiveStrip = ({ items, title = 'Right now', state = 'live', dot }: LiveStripProps) => (
  <section class="q-strip" aria-label={title}>
    <div class="q-strip-head">
      <h2 class="q-strip-title">{title}</h2>
      <span class="q-strip-state">
        {dot && <Dot state={dot} />}
        {state}
      </span>
    </div>
    {items.map((item) => (
      <Cell {...item} />
    ))}
  </section>
)

const Cell = (item: LiveItem) => {
  const inside = (
    <>
      <span class="q-strip-label">{item.label}</span>
      <span class="q-strip-line">
        <span class={`q-strip-value q-num${item.value === null ? ' q-none' : item.dim ? ' q-ink-2' : ''}`}>
          {item.value ?? '—'}
        </span>
        {item.unit && <span class="q-strip-unit">{item.unit}</span>}
        <StateMark mark={item.mark} />
      </span>
      {item.progress ? (
        <progress class="q-bar" max="1" value={item.progress.share} aria-label={item.progress.name} />
      ) : (
        <span class="q-strip-note">
          {item.note}
          {item.note && item.change && ', '}
          {item.change && <Change {...item.change} />}
        </span>
      )}
    </>
  )
  return item.href ? (
    <a class="q-strip-cell" id={`now-${item.id}`} href={item.href}>
      {inside}
    </a>
  ) : (
    <div class="q-strip-cell" id={`now-${item.id}`}>
      {inside}
    </div>
  )
}
