/** What the server wrote beside a canvas (views/parts/chart.tsx), read back. */
import type { ChartProps } from '../views/parts/types.ts'

export type ChartData = Pick<
  ChartProps,
  | 'summary'
  | 'unit'
  | 'currency'
  | 'labels'
  | 'titles'
  | 'series'
  | 'previous'
  | 'partial'
  | 'annotations'
  | 'limits'
  | 'bands'
  | 'base'
  | 'fill'
  | 'unnamed'
> & { kind: 'line' | 'bar' | 'stacked' | 'area' }

/** Lines stand on the days, bars beside them. */
export const isLines = ({ kind }: Pick<ChartData, 'kind'>): boolean => kind === 'line' || kind === 'area'
export const isStacked = ({ kind }: Pick<ChartData, 'kind'>): boolean => kind === 'stacked' || kind === 'area'

export const jsonOf = (figure: HTMLElement): string =>
  figure.querySelector('script[type="application/json"]')?.textContent ?? ''

/** The row of the table twin for a point: its title and its formatted values, one a line of the chart. */
export function wordsOf(figure: HTMLElement, index: number): { title: string; values: string[]; names: string[] } {
  const row = figure.querySelectorAll<HTMLTableRowElement>('.q-twin tbody tr')[index]
  const cells = [...(row?.cells ?? [])].filter((cell) => !cell.matches('.q-twin-note'))
  const names = [...figure.querySelectorAll('.q-twin thead th:not(.q-twin-note)')].map((cell) => cell.textContent ?? '')
  const [title, ...values] = cells.map((cell) => cell.textContent ?? '')
  return { title: title ?? '', values, names: names.slice(1) }
}

export interface Palette {
  series: string[]
  other: string
  accent: string
  grid: string
  zero: string
  text: string
  text2: string
  surface: string
  band: string
  warn: string
  crit: string
  warnText: string
  critText: string
}

/** The colours of the theme as it is now. */
export function paletteNow(): Palette {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string) => style.getPropertyValue(`--q-${name}`).trim()
  return {
    series: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map(of),
    other: of('other'),
    accent: of('accent'),
    grid: of('border'),
    zero: of('control-line'),
    text: of('text-3'),
    text2: of('text-2'),
    surface: of('surface'),
    band: of('sunken'),
    warn: of('warn'),
    crit: of('crit'),
    warnText: of('warn-text'),
    critText: of('crit-text'),
  }
}

/** #rrggbb with an opacity. */
export const pale = (colour: string, share: number): string =>
  `${colour}${Math.round(share * 255)
    .toString(16)
    .padStart(2, '0')}`

/** Places in rising order moved so that each is at least `gap` from the one before, and none beyond `end`. */
export function apart(places: number[], gap: number, end: number): number[] {
  // Those that share a place stand around it.
  const moved = places.map((x) => {
    const same = places.filter((other) => other === x).length
    return x - ((same - 1) * gap) / 2
  })
  for (let i = 1; i < moved.length; i++) moved[i] = Math.max(moved[i] ?? 0, (moved[i - 1] ?? 0) + gap)
  for (let i = moved.length - 1, most = end; i >= 0; i--, most -= gap) moved[i] = Math.min(moved[i] ?? 0, most)
  return moved
}

/** Runs of unknown values between known ones: [last known, next known]. */
export function gapsOf(values: (number | null)[]): [number, number][] {
  const known = values.flatMap((value, index) => (value === null ? [] : [index]))
  return known.flatMap((index, i) => {
    const next = known[i + 1]
    return next !== undefined && next > index + 1 ? [[index, next] as [number, number]] : []
  })
}
