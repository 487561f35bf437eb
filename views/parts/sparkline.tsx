import type { SparklineProps } from './types.ts'

type Points = (number | null)[]
interface Box {
  width: number
  height: number
  pad: number
}

/** The shape of a number over the range: an inline SVG of fixed height, stretched to its tile. Decoration only. */
export const Sparkline = ({ points, previous, tone = 'accent', fill = true, small }: SparklineProps) => {
  const box: Box = small ? { width: 58, height: 20, pad: 3 } : { width: 160, height: 34, pad: 2 }
  const scale = scaleOf([points, previous ?? []], box)
  const line = pathOf(points, scale)
  if (!line) return <svg class={small ? 'q-spark-small' : 'q-spark'} aria-hidden="true" />
  return (
    <svg
      class={`${small ? 'q-spark-small' : 'q-spark'} q-spark-${tone}`}
      viewBox={`0 0 ${box.width} ${box.height}`}
      preserveAspectRatio={small ? 'xMidYMid meet' : 'none'}
      aria-hidden="true"
    >
      {fill && !small && <path class="q-spark-area" d={areaOf(points, scale, box)} />}
      {previous && !small && <path class="q-spark-previous" d={pathOf(previous, scale)} />}
      <path class="q-spark-line" d={line} />
      {small && endDot(points, scale)}
    </svg>
  )
}

type Scale = (index: number, value: number) => [number, number]

/** One scale for both periods; a flat line sits in the middle instead of dividing by nothing. */
const scaleOf = (lines: Points[], box: Box): Scale => {
  const values = lines.flat().filter((value): value is number => value !== null)
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  const last = Math.max(1, Math.max(...lines.map((line) => line.length)) - 1)
  const inset = box.width < 100 ? box.pad : 0
  return (index, value) => [
    inset + (index / last) * (box.width - 2 * inset),
    box.height - box.pad - (span ? (value - low) / span : 0.5) * (box.height - 2 * box.pad),
  ]
}

const runs = (points: Points): [number, number][][] => {
  const found: [number, number][][] = [[]]
  points.forEach((value, index) => {
    if (value === null) found.push([])
    else found.at(-1)?.push([index, value])
  })
  return found.filter((run) => run.length > 0)
}

const at = (scale: Scale, [index, value]: [number, number]): string =>
  scale(index, value)
    .map((n) => n.toFixed(1).replace(/\.0$/, ''))
    .join(' ')

/** A gap stays a gap: each run of known points is a path of its own; a lone point is a short dash. */
const pathOf = (points: Points, scale: Scale): string =>
  runs(points)
    .map((run) => `M${run.map((point) => at(scale, point)).join('L')}${run.length === 1 ? 'h1' : ''}`)
    .join('')

const areaOf = (points: Points, scale: Scale, box: Box): string =>
  runs(points)
    .filter((run) => run.length > 1)
    .map((run) => {
      const [from] = scale(run[0]?.[0] ?? 0, 0)
      const [to] = scale(run.at(-1)?.[0] ?? 0, 0)
      return `M${from.toFixed(1)} ${box.height}L${run.map((point) => at(scale, point)).join('L')}L${to.toFixed(1)} ${box.height}z`
    })
    .join('')

const endDot = (points: Points, scale: Scale) => {
  const last = runs(points).at(-1)?.at(-1)
  if (!last) return null
  const [x, y] = scale(...last)
  return <circle class="q-spark-dot" cx={x.toFixed(1)} cy={y.toFixed(1)} r="2" />
}
