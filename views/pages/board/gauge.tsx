import { endOf } from '../../../src/boards/kinds/gauge.ts'
import { metricIn, metricKey } from '../../../src/boards/metrics.ts'
import { emptyState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { changeIn, type Summaries, shownValue, valueText } from '../../../src/metric-view.ts'
import { stateOf as limitState, type State } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { Card, Gauge, type GaugeProps } from '../../parts/index.ts'
import { MetricAbouts, MetricInfo, menuOf, whomOf } from './names.tsx'
import { type BoardCardView, domId, ownDays, shown, stateOf } from './view.ts'

const WORDS: Record<State, Pick<GaugeProps, 'word' | 'tone'>> = {
  ok: { word: 'In order', tone: 'good' },
  warn: { word: 'Watch', tone: 'warn' },
  crit: { word: 'Critical', tone: 'crit' },
  unknown: { word: 'Not known', tone: 'plain' },
}

/** A number on an arc. Limits are the card's own, or those of its metric. */
export const GaugeCard: BoardCardView<'gauge'> = (props) => {
  const { card, config, context, title } = props
  const { deps, filters } = context
  const key = metricKey(config.metric)
  const metric = metricIn(context, key)
  const id = domId(card)
  const summary = (shown(props) as Summaries | undefined)?.[key]
  const value = summary ? shownValue(summary) : null
  const end = config.max ?? endOf(metric.unit) ?? 100
  const { warn = metric.warn, crit = metric.crit } = config
  const limits = [warn, crit].filter((limit): limit is number => limit !== undefined)
  const text = (amount: number | null) => valueText(deps, key, amount, 'tile')
  const found = limitState({ ...metric, warn, crit }, value)
  const { word, tone } =
    limits.length === 0 && found === 'ok' ? { word: `of ${text(end)}`, tone: 'plain' as const } : WORDS[found]
  return (
    <Card
      id={id}
      title={title}
      sub={ownDays(config)}
      allUsers={whomOf(context, summary)}
      tools={<MetricInfo id={id} metric={{ key, summary }} context={context} />}
      menu={menuOf(context, [key], {})}
      state={stateOf(props, () =>
        value === null
          ? emptyState(deps, factsOf(key, catalogueOf(context.deps).of), `${title}: not known in this range`)
          : undefined,
      )}
    >
      <div class={`q-board-gauge${limits.length === 0 ? ' q-gauge-free' : ''}`}>
        <Gauge
          value={value === null ? null : percentOf(value, end)}
          text={text(value)}
          of={`of ${text(end)}`}
          word={word}
          tone={tone}
          ticks={limits
            .filter((limit) => limit > 0 && limit < end)
            .map((limit) => ({ at: percentOf(limit, end), text: text(limit) }))}
          {...(summary && value !== null && filters.compare !== 'none' ? { change: changeIn(deps, key, summary) } : {})}
          {...(summary?.previous != null && filters.compare !== 'none' ? { base: text(summary.previous) } : {})}
        />
      </div>
      <MetricAbouts id={id} metrics={[{ key, summary }]} context={context} />
    </Card>
  )
}

const percentOf = (value: number, end: number): number => Math.max(0, Math.min(100, (100 * value) / end))
