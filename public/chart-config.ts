/** From our data to Chart.js: hairline grid, no animation, no smoothing; today dashed or pale. */
import type { ChartConfiguration, ChartDataset, ScriptableLineSegmentContext } from 'chart.js'
import type { ChartSeries } from '../views/parts/types.ts'
import { axisText } from './axis.ts'
import { type ChartData, isLines, isStacked, type Palette, pale } from './chart-data.ts'

type Kind = 'line' | 'bar'
type Dataset = ChartDataset<Kind, (number | null)[]>

/** Data and options of one chart in the colours of the theme. */
export function configOf(
  data: ChartData,
  colours: Palette,
  heightPx: number,
): ChartConfiguration<Kind, (number | null)[], string> {
  return {
    type: isLines(data) ? 'line' : 'bar',
    data: { labels: data.labels, datasets: datasetsOf(data, colours) },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      events: ['mousemove', 'mouseout', 'click', 'touchstart', 'touchmove'],
      layout: { padding: { top: data.annotations?.length ? 22 : 6, right: endRoom(data), bottom: 0, left: 0 } },
      scales: { x: xAxis(data, colours), y: yAxis(data, colours, heightPx) },
    },
  }
}

function datasetsOf(data: ChartData, colours: Palette): Dataset[] {
  const drawn = data.series.map((series, index) => {
    const colour = colourOf(series.color ?? index + 1, colours)
    return isLines(data)
      ? line(series.name, series.values, colour, data, index)
      : bars(series.name, series.values, colour, data, colours)
  })
  return data.previous ? [...drawn, previousLine(data.previous, colours)] : drawn
}

const colourOf = (color: NonNullable<ChartSeries['color']> | number, colours: Palette): string =>
  typeof color === 'number' ? (colours.series[color - 1] ?? colours.other) : colours[color]

function line(label: string, values: (number | null)[], colour: string, data: ChartData, index: number): Dataset {
  const filled = (data.series.length === 1 || data.fill) && data.base !== 'fit'
  const area = data.kind === 'area'
  const last = values.length - 1
  return {
    type: 'line',
    label,
    data: values,
    borderColor: colour,
    borderWidth: area ? 1.25 : 1.75,
    borderJoinStyle: 'round',
    pointRadius: values.map((_, index) => (isLone(values, index) ? 2 : 0)),
    pointBackgroundColor: colour,
    pointBorderWidth: 0,
    pointHitRadius: 0,
    tension: 0,
    spanGaps: false,
    // Of a stack each lies on the one below it.
    fill: area && index > 0 ? '-1' : filled || area ? 'origin' : false,
    backgroundColor: pale(colour, area ? 0.55 : 0.09),
    ...(area && { stack: 'all' }),
    segment: {
      borderDash: (context: ScriptableLineSegmentContext) =>
        data.partial && context.p1DataIndex === last ? [3, 3] : undefined,
    },
  }
}

/** A known point between two unknown ones has no line to be seen by. */
const isLone = (values: (number | null)[], index: number): boolean =>
  values[index] != null && values[index - 1] == null && values[index + 1] == null

function bars(label: string, values: (number | null)[], colour: string, data: ChartData, colours: Palette): Dataset {
  const stacked = data.kind === 'stacked'
  const last = values.length - 1
  return {
    type: 'bar',
    label,
    data: values,
    backgroundColor: values.map((_, index) =>
      data.partial && index === last ? pale(colour, stacked ? 0.6 : 0.45) : colour,
    ),
    borderColor: colours.surface,
    borderWidth: stacked ? { top: 1, right: 0, bottom: 0, left: 0 } : 0,
    borderRadius: stacked ? 0 : { topLeft: 2, topRight: 2 },
    borderSkipped: false,
    barPercentage: 0.8,
    categoryPercentage: 0.94,
    maxBarThickness: 34,
    stack: stacked ? 'all' : undefined,
  }
}

const previousLine = (previous: NonNullable<ChartData['previous']>, colours: Palette): Dataset => ({
  type: 'line',
  label: previous.name,
  data: previous.values,
  borderColor: colours.other,
  borderWidth: 1.1,
  borderDash: [4, 3],
  pointRadius: 0,
  pointHitRadius: 0,
  tension: 0,
  spanGaps: false,
  fill: false,
})

/** Several lines are named at their end: room for the longest name. */
const endRoom = (data: ChartData): number =>
  data.kind === 'line' && data.series.length > 1 && !data.unnamed
    ? 10 + 6.4 * Math.max(...data.series.map((series) => series.name.length))
    : 2

const font = {
  family: "'Inter Variable', 'Inter fallback', system-ui, sans-serif",
  size: 11,
  weight: 450 as unknown as number,
}

const xAxis = (data: ChartData, colours: Palette) => ({
  stacked: data.kind === 'stacked',
  offset: !isLines(data),
  grid: { display: false },
  border: { display: false },
  ticks: { font, color: colours.text, maxRotation: 0, autoSkip: true, autoSkipPadding: 22, padding: 4 },
})

/** A limit far above the values would flatten them. */
const limitsNear = ({ limits = [] }: ChartData, highest: number): number[] =>
  limits.map(({ value }) => value).filter((value) => highest === 0 || value <= 2 * highest)

function yAxis(data: ChartData, colours: Palette, heightPx: number) {
  const values = data.series.flatMap((series) => series.values).filter((value): value is number => value !== null)
  const highest = Math.max(0, ...values)
  return {
    stacked: isStacked(data),
    beginAtZero: data.base !== 'fit' || data.kind !== 'line',
    // Counts of nothing still have an axis from 0 to 1, whole numbers only.
    suggestedMax: Math.max(...limitsNear(data, highest), highest === 0 ? 1 : 0) || undefined,
    grid: {
      drawTicks: false,
      lineWidth: 1,
      color: (context: { tick?: { value: number } }) =>
        context.tick?.value === 0 ? colours.zero : pale(colours.grid, 0.7),
    },
    border: { display: false },
    ticks: {
      font,
      color: colours.text,
      padding: 8,
      maxTicksLimit: heightPx > 200 ? 6 : 4,
      precision: ['money', 'percent', 'ratio', 'ms', 'score'].includes(data.unit) ? undefined : 0,
      callback: (value: number | string) => axisText(Number(value), data.unit, data.currency),
    },
  }
}
