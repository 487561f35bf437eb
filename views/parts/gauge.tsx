import { Badge } from './badge.tsx'
import { Change } from './change.tsx'
import type { GaugeProps } from './types.ts'

const centre = { x: 88, y: 74 }
const radius = 58
const sweep = 240

/** Health on 240°, with ticks where the word changes; one a page. */
export const Gauge = ({ value, text, of = 'of 100', word, tone, change, base, ticks = [70, 90], rows }: GaugeProps) => (
  <div class="q-gauge">
    <svg
      class={`q-gauge-dial q-gauge-${tone}`}
      viewBox="0 0 176 112"
      role="img"
      aria-label={value === null ? 'Not known yet' : `${text} ${of}, ${word}`}
    >
      <path class="q-gauge-track" d={arc(0, 100)} />
      {value !== null && value > 0 && <path class="q-gauge-value" d={arc(0, Math.min(100, value))} />}
      {ticks.map((tick) => (typeof tick === 'number' ? <Tick at={tick} text={`${tick}`} /> : <Tick {...tick} />))}
      <text class="q-gauge-number" x={centre.x} y={centre.y + 5} text-anchor="middle">
        {value === null ? '—' : text}
      </text>
      <text class="q-gauge-of" x={centre.x} y={centre.y + 22} text-anchor="middle">
        {of}
      </text>
    </svg>
    <p class="q-gauge-word">
      <Badge tone={tone} text={word} />
      {change && <Change {...change} />}
      {base && <span class="q-base">{`vs ${base}`}</span>}
    </p>
    {rows && (
      <dl class="q-facts q-gauge-rows">
        {rows.map((row) => (
          <div>
            <dt>{row.href ? <a href={row.href}>{row.label}</a> : row.label}</dt>
            <dd class={`q-num${row.tone ? ` q-ink-${row.tone} q-strong` : ''}`}>{row.value}</dd>
          </div>
        ))}
      </dl>
    )}
  </div>
)

const Tick = ({ at, text }: { at: number; text: string }) => {
  const [x1, y1] = point(at, radius - 6)
  const [x2, y2] = point(at, radius + 6)
  const [x, y] = point(at, radius + 10)
  return (
    <>
      <path class="q-gauge-tick" d={`M${x1} ${y1}L${x2} ${y2}`} />
      <text class="q-gauge-mark" x={x} y={Number(y) + 3}>
        {text}
      </text>
    </>
  )
}

const point = (share: number, distance: number): [string, string] => {
  const angle = ((180 - (sweep - 180) / 2 + (share / 100) * sweep) * Math.PI) / 180
  return [(centre.x + distance * Math.cos(angle)).toFixed(2), (centre.y + distance * Math.sin(angle)).toFixed(2)]
}

const arc = (from: number, to: number): string => {
  const large = ((to - from) / 100) * sweep > 180 ? 1 : 0
  return `M${point(from, radius).join(' ')}A${radius} ${radius} 0 ${large} 1 ${point(to, radius).join(' ')}`
}
