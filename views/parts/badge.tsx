import { Icon, type IconName } from './icons.tsx'
import type { BadgeProps, Mark } from './types.ts'

const glyphs: Partial<Record<BadgeProps['tone'], IconName>> = {
  good: 'circle-check',
  warn: 'alert-triangle',
  crit: 'alert-octagon',
  info: 'info-circle',
  stale: 'clock',
  running: 'loader-2',
}

/** A word with its glyph; colour never speaks alone. */
export const Badge = ({ tone, text, outline }: BadgeProps) => {
  const glyph = outline ? undefined : glyphs[tone]
  return (
    <span class={`q-badge q-badge-${outline ? 'outline' : tone}`}>
      {glyph && <Icon name={glyph} size={14} />}
      {text}
    </span>
  )
}

/** The state beside a value, drawn only when it is not normal. */
export const StateMark = ({ mark }: { mark?: Mark }) => (mark ? <Badge tone={mark.tone} text={mark.text} /> : null)

/** A dot, diamond, square or ring: shape and colour say the same. */
export const Dot = ({ state }: { state: 'up' | 'degraded' | 'down' | 'off' }) => (
  <span class={`q-dot q-dot-${state}`} aria-hidden="true" />
)
