/** Draws the charts of the page and keeps them in step with the JSON beside them. Loaded after the first paint. */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from 'chart.js'
import { configOf } from './chart-config.ts'
import { type ChartData, jsonOf, paletteNow } from './chart-data.ts'
import { marksOf, marksPlugin } from './chart-marks.ts'
import { showTip } from './chart-tip.ts'

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  marksPlugin,
)

interface Drawn {
  chart: Chart
  json: string
}

const drawn = new Map<HTMLElement, Drawn>()

/** Draws a figure for the first time, or again after its data changed. */
export function draw(figure: HTMLElement): void {
  const canvas = figure.querySelector('canvas')
  const json = jsonOf(figure)
  const known = drawn.get(figure)
  if (!canvas || !json || known?.json === json) return
  const data = JSON.parse(json) as ChartData
  const chart = known ? known.chart : new Chart(canvas, configOf(data, paletteNow(), heightOf(canvas)) as never)
  drawn.set(figure, { chart, json })
  canvas.setAttribute('aria-label', data.summary)
  apply(chart, data)
  if (!known) listen(canvas, chart)
}

/** After a morph: charts with new data are updated in place, those that left the page are let go. */
export function refresh(): void {
  for (const [figure, { chart }] of drawn) {
    if (figure.isConnected && chart.canvas.isConnected) draw(figure)
    else {
      chart.destroy()
      drawn.delete(figure)
    }
  }
}

function apply(chart: Chart, data: ChartData): void {
  const colours = paletteNow()
  const config = configOf(data, colours, heightOf(chart.canvas))
  marksOf.set(chart, { data, colours, active: null })
  chart.data = config.data as never
  chart.options = config.options as never
  chart.update('none')
}

const heightOf = (canvas: HTMLCanvasElement): number => canvas.parentElement?.clientHeight ?? 0

function listen(canvas: HTMLCanvasElement, chart: Chart): void {
  canvas.addEventListener('pointermove', (event) => point(chart, event))
  canvas.addEventListener('pointerdown', (event) => point(chart, event))
  canvas.addEventListener('pointerleave', (event) => {
    // A finger leaves as soon as it is lifted: what it asked for stays until it touches something else.
    if (event.pointerType !== 'touch') select(chart, null)
  })
}

document.addEventListener('pointerdown', ({ target }) => {
  for (const { chart } of drawn.values()) if (target !== chart.canvas) select(chart, null)
})

function point(chart: Chart, event: PointerEvent): void {
  const { left, top } = chart.canvas.getBoundingClientRect()
  const [x, y] = [event.clientX - left, event.clientY - top]
  const { chartArea: area } = chart
  if (x < area.left - 8 || x > area.right + 8 || y > area.bottom + 4) {
    select(chart, null)
    return
  }
  const nearest = chart.scales.x?.getValueForPixel(x)
  select(chart, nearest === undefined ? null : Math.max(0, Math.min(nearest, (chart.data.labels?.length ?? 1) - 1)))
}

function select(chart: Chart, index: number | null): void {
  const marks = marksOf.get(chart)
  if (!marks || marks.active === index) return
  marks.active = index
  chart.draw()
  showTip(chart, index)
}

/** A new theme: same data, new colours. */
new MutationObserver(() => {
  for (const { chart, json } of drawn.values()) apply(chart, JSON.parse(json) as ChartData)
}).observe(document.documentElement, { attributes: true, attributeFilter: ['data-bs-theme'] })
