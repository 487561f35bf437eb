import type { LiveItem } from '../views/parts/index.ts'
import type { Deps } from './context.ts'
import { catalogueOf } from './custom-metrics/catalogue.ts'
import { ageText } from './lib/dates.ts'
import type { Card } from './lib/settle.ts'
import { valueText } from './metric-view.ts'
import type { MetricKey } from './metrics/catalogue.ts'
import { stateOf } from './metrics/query.ts'

/** "over 10": a number beyond its limit, as the tiles mark it. */
export function limitMark(deps: Deps, key: MetricKey, value: number): LiveItem['mark'] {
  const metric = catalogueOf(deps).of(key)
  const state = stateOf(metric, value)
  if (state !== 'warn' && state !== 'crit') return undefined
  const limit = valueText(deps, key, state === 'crit' ? metric.crit : metric.warn, 'tile')
  return { tone: state, text: `${metric.good === 'up' ? 'under' : 'over'} ${limit}` }
}

/** How a strip's cell shows that its card did not come: dimmed, with the age of the last good value. */
export function staleMark(card: Card<unknown>, deps: Deps): Pick<LiveItem, 'dim' | 'mark'> {
  if (card.state === 'filled') return {}
  if (card.state === 'degraded' && card.at)
    return { dim: true, mark: { tone: 'stale', text: `${ageText(card.at, deps.now())} old` } }
  return { dim: true, mark: { tone: 'warn', text: card.state === 'error' ? 'failed' : 'degraded' } }
}
