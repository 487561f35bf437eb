export interface DonutPart {
  name: string
  color: number | 'other'
  /** Not negative; unknown is not nought. */
  value: number | null
  text: string
}

const CENTRE = 60
const RADIUS = 46
const ROUND = 2 * Math.PI * RADIUS
/** Between two parts, in units of the picture. */
const GAP = 2

/** Up to four parts as a ring, beside the table that says the same. */
export const BoardDonut = ({ name, total, parts }: { name: string; total: string; parts: DonutPart[] }) => {
  const sizes = parts.map(({ value }) => value ?? 0)
  const whole = sumOf(sizes)
  const starts = sizes.map((_, i) => sumOf(sizes.slice(0, i)))
  return (
    <div class="q-donut">
      <svg class="q-donut-ring" viewBox="0 0 120 120" aria-hidden="true">
        <circle class="q-donut-track" cx={CENTRE} cy={CENTRE} r={RADIUS} />
        {whole > 0 &&
          parts.map((part, i) => (
            <Arc
              part={part}
              start={(starts[i] ?? 0) / whole}
              share={(part.value ?? 0) / whole}
              alone={part.value === whole}
            />
          ))}
        <text class="q-donut-total" x={CENTRE} y={CENTRE + 5} text-anchor="middle">
          {total}
        </text>
      </svg>
      <table class="q-donut-table">
        <caption class="q-sr">{name}</caption>
        <tbody>
          {parts.map((part) => (
            <tr>
              <th scope="row">
                <span class={`q-swatch q-c${part.color}`} aria-hidden="true" />
                <span class="q-donut-name">{part.name}</span>
              </th>
              <td class="q-num">{part.text}</td>
              <td class="q-num q-ink-3">
                {whole > 0 && part.value !== null && `${((100 * part.value) / whole).toFixed(1)}%`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const sumOf = (all: number[]): number => all.reduce((sum, value) => sum + value, 0)

/** A circle of which only a part is drawn; it begins at the top. */
const Arc = ({ part, start, share, alone }: { part: DonutPart; start: number; share: number; alone: boolean }) => {
  const length = Math.max(0, share * ROUND - (alone ? 0 : GAP))
  return (
    <circle
      class={`q-donut-part q-ring-c${part.color}`}
      cx={CENTRE}
      cy={CENTRE}
      r={RADIUS}
      stroke-dasharray={`${length.toFixed(2)} ${ROUND.toFixed(2)}`}
      stroke-dashoffset={(-start * ROUND).toFixed(2)}
      transform={`rotate(-90 ${CENTRE} ${CENTRE})`}
    />
  )
}
