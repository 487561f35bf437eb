import type { Placed } from '../../src/boards/layout.ts'

const COLUMN = 20
const ROW = 30
const GAP = 4
const ROWS_SHOWN = 6

/** A board from afar: where its cards stand, and what kind each is. */
export const BoardThumb = ({ cards }: { cards: Placed[] }) => (
  <svg class="q-thumb" viewBox={`0 0 ${12 * COLUMN + GAP} ${ROWS_SHOWN * ROW + GAP}`} aria-hidden="true">
    {cards
      .filter(({ row }) => row < ROWS_SHOWN)
      .map((placed) => (
        <Cell placed={placed} />
      ))}
  </svg>
)

const Cell = ({ placed: { card, column, row, rows } }: { placed: Placed }) => {
  const [x, y] = [GAP + column * COLUMN, GAP + row * ROW]
  const [width, height] = [card.width * COLUMN - GAP, rows * ROW - GAP]
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect class="q-thumb-card" width={width} height={height} rx="3" />
      <rect class="q-thumb-title" x="6" y="6" width={Math.min(26, width - 16)} height="3" rx="1.5" />
      {(PICTURES[card.kind] ?? lines)(width, height)}
    </g>
  )
}

type Picture = (width: number, height: number) => unknown

const lines: Picture = (width, height) =>
  Array.from({ length: Math.floor((height - 18) / 8) }, (_, i) => (
    <rect class="q-thumb-line" x="6" y={16 + i * 8} width={(width - 12) * (i % 3 === 2 ? 0.7 : 1)} height="2" rx="1" />
  ))

const curve: Picture = (width, height) => {
  const heights = [0.7, 0.55, 0.62, 0.4, 0.46, 0.28, 0.34, 0.16]
  const points = heights.map(
    (share, i) =>
      `${(6 + (i * (width - 12)) / (heights.length - 1)).toFixed(1)} ${(14 + share * (height - 20)).toFixed(1)}`,
  )
  return <path class="q-thumb-curve" d={`M${points.join('L')}`} />
}

const bars: Picture = (width, height) =>
  [0.5, 0.7, 0.45, 0.85, 0.6, 0.95, 0.75].map((share, i) => {
    const step = (width - 12) / 7
    const tall = share * (height - 22)
    return <rect class="q-thumb-bar" x={6 + i * step} y={height - 6 - tall} width={step * 0.64} height={tall} rx="1" />
  })

const arc: Picture = (width, height) => (
  <path
    class="q-thumb-arc"
    d={`M${width / 2 - 16} ${height / 2 + 14}A18 18 0 1 1 ${width / 2 + 16} ${height / 2 + 14}`}
  />
)

const number: Picture = () => <rect class="q-thumb-value" x="6" y="13" width="22" height="6" rx="2" />

const PICTURES: Record<string, Picture> = { tile: number, chart: curve, breakdown: bars, gauge: arc }
