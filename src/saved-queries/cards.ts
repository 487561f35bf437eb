import type { BoardCard } from '../boards/doc.ts'
import type { Question } from '../boards/kinds/define.ts'
import { kindOf } from '../boards/kinds/index.ts'
import type { SavedQuery } from './store.ts'

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
  return kindOf(kind).question?.(config as never)
}

/** "ai.cost by model, area, last 90 days" */
export function sentenceOf({ metrics, by, chart, range, compare }: Pick<SavedQuery, keyof Question>): string {
  const parts = [metrics.join(', ') + (by ? ` by ${by}` : ''), chart, range, compare && `against ${compare}`]
  return parts.filter(Boolean).join(', ')
}
