/** The tooltip: crosshair's title, all series, the previous period with its own date, the flag of the day. */
import type { Chart } from 'chart.js'
import { isStacked, wordsOf } from './chart-data.ts'
import { type Marks, marksOf } from './chart-marks.ts'

/** Shows the words of the point under the pointer; null hides. */
export function showTip(chart: Chart, index: number | null): void {
  const marks = marksOf.get(chart)
  const box = chart.canvas.parentElement
  const figure = box?.closest<HTMLElement>('.q-chart')
  if (!marks || !box || !figure) return
  const tip = tipOf(box)
  tip.toggleAttribute('data-on', index !== null)
  if (index === null) return
  tip.replaceChildren(...contents(figure, marks, index))
  place(tip, box, chart.scales.x?.getPixelForValue(index) ?? 0, chart.chartArea.top)
}

/** One a chart. A morph may take it away with what it does not know; then it is made anew. */
function tipOf(box: HTMLElement): HTMLElement {
  const known = box.querySelector<HTMLElement>('.q-tip')
  if (known) return known
  const tip = element('div', 'q-tip')
  tip.setAttribute('aria-hidden', 'true')
  box.append(tip)
  return tip
}

function contents(figure: HTMLElement, { data }: Marks, index: number): HTMLElement[] {
  const words = wordsOf(figure, index)
  const rows = words.values.map((value, i) => {
    const series = data.series[i]
    const name = series ? words.names[i] : (data.previous?.titles?.[index] ?? data.previous?.name)
    return row(series ? `q-c${series.color ?? i + 1}` : 'q-cother', name ?? '', value)
  })
  // Stacked bars are read from the top down.
  if (isStacked(data)) rows.reverse()
  const notes = (data.annotations ?? [])
    .filter((flag) => flag.index === index)
    .map((flag) => element('div', 'q-tip-note', `${flag.letter}  ${flag.text}`))
  const unfinished =
    data.partial && index === data.labels.length - 1 ? [element('div', 'q-tip-note', 'not over yet')] : []
  return [element('div', 'q-tip-title', words.title), ...rows, ...notes, ...unfinished]
}

function row(colour: string, name: string, value: string): HTMLElement {
  const line = element('div', 'q-tip-row')
  line.append(element('span', `q-tip-key ${colour}`), element('span', '', name), element('b', '', value))
  return line
}

function element(tag: string, look: string, text = ''): HTMLElement {
  return Object.assign(document.createElement(tag), { className: look, textContent: text })
}

/** Beside the crosshair, on the side where there is room. */
function place(tip: HTMLElement, box: HTMLElement, x: number, top: number): void {
  const right = x + 14 + tip.offsetWidth <= box.clientWidth
  const left = right ? x + 14 : Math.max(0, x - 14 - tip.offsetWidth)
  tip.style.translate = `${Math.round(left)}px ${Math.round(top + 6)}px`
}
