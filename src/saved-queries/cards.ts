import type { BoardCard } from '../boards/doc.ts'
import { addsOverRange, addsUp } from '../boards/kinds/define.ts'
import type { KindName } from '../boards/kinds/index.ts'
import type { Metric } from '../metrics/metric.ts'
import type { Chart, QueryInput, SavedQuery } from './store.ts'

type Question = Omit<QueryInput, 'name'>
type Settings = Pick<BoardCard, 'kind' | 'config'>

/** The card that asks what a query asks. From then on it is the card's own question. */
export function cardOf({ metrics, by, chart, range, compare }: Question): Settings {
  const period = { ...(range ? { range } : {}), ...(compare ? { compare } : {}) }
  const [metric = ''] = metrics
  if (chart === 'tile') return { kind: 'tile', config: { metric, ...period } }
  if (chart === 'table') return { kind: 'table', config: { metrics, by: by ?? 'day', ...period } }
  if (by !== null) return { kind: 'breakdown', config: { metric, by, draw: chart, ...period } }
  return { kind: 'chart', config: { metrics, draw: chart === 'donut' ? 'bar' : chart, ...period } }
}

/** What of a card is a question; gauges, rows and texts are none. */
export function questionOf({ kind, config }: Settings): Question | undefined {
  const {
    metric,
    metrics,
    by,
    draw,
    range = null,
    compare = null,
  } = config as Record<string, string | undefined> & {
    metrics?: string[]
  }
  const period = { range, compare } as Pick<Question, 'range' | 'compare'>
  switch (kind) {
    case 'tile':
      return { metrics: [metric ?? ''], by: null, chart: 'tile', ...period }
    case 'chart':
      return { metrics: metrics ?? [], by: null, chart: draw as Chart, ...period }
    case 'breakdown':
      return { metrics: [metric ?? ''], by: by ?? null, chart: draw as Chart, ...period }
    case 'table':
      return { metrics: metrics ?? [], by: by === 'day' ? null : (by ?? null), chart: 'table', ...period }
    default:
      return undefined
  }
}

/** How a metric is best drawn by a dimension, or by day. */
export function chartFor(metric: Metric, by: string | null): Chart {
  if (by === null) return 'line'
  return addsUp(metric) ? (addsOverRange(metric) ? 'area' : 'bar') : 'line'
}

/** "ai.cost by model, area, last 90 days" */
export function sentenceOf({ metrics, by, chart, range, compare }: Pick<SavedQuery, keyof Question>): string {
  const parts = [metrics.join(', ') + (by ? ` by ${by}` : ''), chart, range, compare && `against ${compare}`]
  return parts.filter(Boolean).join(', ')
}

/** The kind of card that a query becomes. */
export const kindFor = (query: Question): KindName => cardOf(query).kind
