/** What Chart.js does not draw: gaps, limits, lettered flags, names at line ends, the crosshair. Our own, 2 KB. */
import type { Chart, Plugin } from 'chart.js'
import { apart, type ChartData, gapsOf, isLines, type Palette, pale } from './chart-data.ts'

export interface Marks {
  data: ChartData
  colours: Palette
  /** Index under the pointer. */
  active: number | null
}

/** Marks travel beside the chart, not in its options, which Chart.js wraps in proxies. */
export const marksOf = new WeakMap<Chart, Marks>()

const family = "'Inter Variable', 'Inter fallback', system-ui, sans-serif"

export const marksPlugin: Plugin = {
  id: 'marks',
  beforeDatasetsDraw: (chart) => {
    withMarks(chart, drawGaps)
    withMarks(chart, drawBands)
  },
  afterDatasetsDraw: (chart) => {
    withMarks(chart, drawLimits)
    withMarks(chart, drawFlags)
    withMarks(chart, drawNames)
    withMarks(chart, drawCrosshair)
  },
}

function withMarks(chart: Chart, draw: (chart: Chart, marks: Marks) => void): void {
  const marks = marksOf.get(chart)
  if (!marks) return
  chart.ctx.save()
  draw(chart, marks)
  chart.ctx.restore()
}

const xOf = (chart: Chart, index: number): number => chart.scales.x?.getPixelForValue(index) ?? 0
const yOf = (chart: Chart, value: number): number => chart.scales.y?.getPixelForValue(value) ?? 0

/** Half a pixel, so that a hairline is one pixel and not two grey ones. */
const crisp = (n: number): number => Math.round(n) + 0.5

function vertical({ ctx, chartArea }: Chart, x: number, colour: string, dash: number[], top = chartArea.top): void {
  ctx.beginPath()
  ctx.setLineDash(dash)
  ctx.lineWidth = 1
  ctx.strokeStyle = colour
  ctx.moveTo(crisp(x), top)
  ctx.lineTo(crisp(x), chartArea.bottom)
  ctx.stroke()
  ctx.setLineDash([])
}

/** Unknown is not nought: a grey band with a foot, no line. */
function drawGaps(chart: Chart, { data, colours }: Marks): void {
  if (data.kind !== 'line' || data.series.length !== 1) return
  const { ctx, chartArea } = chart
  for (const [from, to] of gapsOf(data.series[0]?.values ?? [])) {
    const [left, right] = [xOf(chart, from), xOf(chart, to)]
    ctx.fillStyle = colours.band
    ctx.fillRect(left, chartArea.top, right - left, chartArea.bottom - chartArea.top)
    ctx.fillStyle = colours.other
    ctx.fillRect(left, chartArea.bottom - 2, right - left, 2)
  }
}

const LEAST_BAND_PX = 3

/** A stretch in a pale tone, with a foot in the full one. */
function drawBands(chart: Chart, { data, colours }: Marks): void {
  const { ctx, chartArea } = chart
  const half = (xOf(chart, 1) - xOf(chart, 0)) / 2
  for (const { from, to, tone } of data.bands ?? []) {
    const left = Math.max(chartArea.left, xOf(chart, from) - half)
    const width = Math.max(LEAST_BAND_PX, Math.min(chartArea.right, xOf(chart, to) + half) - left)
    ctx.fillStyle = pale(colours[tone], 0.13)
    ctx.fillRect(left, chartArea.top, width, chartArea.bottom - chartArea.top)
    ctx.fillStyle = colours[tone]
    ctx.fillRect(left, chartArea.bottom - 2, width, 2)
  }
}

function drawLimits(chart: Chart, marks: Marks): void {
  for (const limit of marks.data.limits ?? []) drawLimit(chart, marks.colours, limit)
}

function drawLimit(chart: Chart, colours: Palette, limit: NonNullable<ChartData['limits']>[number]): void {
  const { ctx, chartArea } = chart
  const critical = limit.tone === 'crit'
  const y = yOf(chart, limit.value)
  if (y < chartArea.top || y > chartArea.bottom) return
  ctx.beginPath()
  ctx.setLineDash([4, 3])
  ctx.lineWidth = 1
  ctx.strokeStyle = critical ? colours.crit : colours.warn
  ctx.moveTo(chartArea.left, crisp(y))
  ctx.lineTo(chartArea.right, crisp(y))
  ctx.stroke()
  ctx.font = `500 11px ${family}`
  ctx.textBaseline = 'bottom'
  ctx.lineWidth = 3
  ctx.setLineDash([])
  ctx.strokeStyle = colours.surface
  ctx.strokeText(limit.text, chartArea.left + 4, y - 3)
  ctx.fillStyle = critical ? colours.critText : colours.warnText
  ctx.fillText(limit.text, chartArea.left + 4, y - 3)
}

const FLAG_PX = 18

/**
 * A letter in a box above a dotted line; what it means is in the key below the chart. Lines stand where they belong,
 * boxes make way for each other.
 */
function drawFlags(chart: Chart, { data, colours }: Marks): void {
  const { ctx, chartArea } = chart
  const flags = (data.annotations ?? []).filter(({ index }) => index >= 0 && index < data.labels.length)
  const places = flags.map(({ index }) => xOf(chart, index))
  const top = chartArea.top - 18
  for (const x of new Set(places)) vertical(chart, x, colours.other, [2, 3], top + 16)
  // The canvas ends on a whole pixel; a border that lies across it is cut.
  const middles = apart(places, FLAG_PX, Math.floor(chart.width) - FLAG_PX / 2 - 1)
  for (const [i, flag] of flags.entries()) {
    const x = Math.floor(middles[i] ?? 0)
    ctx.beginPath()
    ctx.roundRect(x - 7.5, top + 0.5, 16, 16, 4)
    ctx.fillStyle = colours.surface
    ctx.fill()
    ctx.strokeStyle = colours.other
    ctx.stroke()
    ctx.font = `600 11px ${family}`
    ctx.fillStyle = colours.text2
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    ctx.fillText(flag.letter, x + 0.5, top + 9)
  }
}

/** Names at the ends of lines, moved apart where they would touch. */
function drawNames(chart: Chart, { data }: Marks): void {
  if (data.kind !== 'line' || data.series.length < 2 || data.unnamed) return
  const { ctx, chartArea } = chart
  const names = data.series
    .map((series, index) => {
      const last = series.values.findLastIndex((value) => value !== null)
      const colour = String(chart.data.datasets[index]?.borderColor)
      return { name: series.name, colour, y: last < 0 ? null : yOf(chart, series.values[last] ?? 0) }
    })
    .filter((name): name is { name: string; colour: string; y: number } => name.y !== null)
    .sort((a, b) => a.y - b.y)
  ctx.font = `600 11px ${family}`
  ctx.textBaseline = 'middle'
  let lowest = chartArea.top - 13
  for (const { name, colour, y } of names) {
    lowest = Math.max(y, lowest + 13)
    ctx.fillStyle = colour
    ctx.fillText(name, chartArea.right + 8, lowest)
  }
}

function drawCrosshair(chart: Chart, { data, colours, active }: Marks): void {
  if (active === null) return
  const { ctx } = chart
  if (isLines(data)) vertical(chart, xOf(chart, active), colours.text, [])
  for (const dataset of chart.data.datasets) {
    const value = dataset.data[active]
    if (dataset.type !== 'line' || typeof value !== 'number') continue
    ctx.beginPath()
    ctx.arc(xOf(chart, active), yOf(chart, value), 3.5, 0, 7)
    ctx.fillStyle = colours.surface
    ctx.fill()
    ctx.lineWidth = 1.75
    ctx.strokeStyle = String(dataset.borderColor)
    ctx.stroke()
  }
}
