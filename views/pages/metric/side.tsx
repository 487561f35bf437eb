import { cardState } from '../../../src/card-state.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { changeOf, SPANS, type Spans, valueText } from '../../../src/metric-view.ts'
import { metricOf } from '../../../src/metrics/catalogue.ts'
import type { Kind } from '../../../src/metrics/define.ts'
import { sourceOf } from '../../../src/metrics/source.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, Change, Facts, Moment } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

const KIND_WORDS: Record<Kind, string> = {
  sum: 'sum over days',
  last: 'stock, end of the day',
  max: 'peak',
  distinct: 'distinct users',
  ratio: 'ratio of sums',
  percentile: 'percentile of all calls',
  perUser: 'distribution over users',
  derived: 'formula of metrics',
  live: 'reading now',
}
const GOOD_WORDS = { up: 'up', down: 'down', neutral: 'neither' } as const

/** What the number says, how it is made, and what to do about it. */
export const DefinitionCard = ({ data: { key } }: MetricProps) => {
  const metric = metricOf(key)
  return (
    <Card id="definition" title="Definition">
      <p>{metric.definition}</p>
      {metric.formula && <p class="q-formula">{metric.formula}</p>}
      <p class="q-label">
        {metric.good === 'down' ? 'When it is high' : metric.good === 'up' ? 'When it is low' : 'When it moves'}
      </p>
      <p>{metric.action}</p>
    </Card>
  )
}

/** The same number over 7, 30 and 90 days up to now, each against the days before it. */
export const TrendsCard = ({ data: { key, trends }, context: { deps } }: MetricProps) => {
  const found = shownOf(trends)
  return (
    <Card id="trends" title="Trend" sub="to today, vs before" state={cardState(trends, deps.now())}>
      <Facts
        items={(Object.keys(SPANS) as (keyof Spans)[]).map((span) => {
          const summary = found?.[span][key]
          return {
            label: span,
            value: (
              <>
                {valueText(deps, key, summary?.value, 'table')}{' '}
                {summary?.previous != null && <Change {...changeOf(key, summary)} />}
              </>
            ),
          }
        })}
      />
    </Card>
  )
}

export const FactsCard = ({ data: { key, main }, context: { deps, filters } }: MetricProps) => {
  const metric = metricOf(key)
  const computed = shownOf(main)?.series
  const unpriced = shownOf(main)?.unpriced
  return (
    <Card id="facts" title="Facts">
      <Facts
        items={[
          { label: 'Key', value: <code class="q-code">{key}</code> },
          { label: 'Kind', value: KIND_WORDS[metric.kind] },
          { label: 'Unit', value: metric.unit === 'money' ? deps.config.currency : metric.unit },
          { label: 'Good', value: GOOD_WORDS[metric.good] },
          ...limits(metric).map(([label, value]) => ({ label, value: valueText(deps, key, value, 'table') })),
          { label: 'Source', value: sourceOf(key) },
          { label: 'Scope', value: filters.scope === '*' ? 'all tenants' : filters.scope },
          ...(unpriced
            ? [
                {
                  label: 'Unknown',
                  value: (
                    <a href={metricHref(filters, 'ai.cost_unknown_calls')}>
                      {`${valueText(deps, 'ai.cost_unknown_calls', unpriced, 'table')} calls, price missing`}
                    </a>
                  ),
                },
              ]
            : []),
          ...(computed
            ? [
                {
                  label: 'Computed',
                  value: (
                    <>
                      <Moment at={computed.computedAt} ago />{' '}
                      <span data-volatile>{`in ${Math.round(computed.tookMs)} ms`}</span>
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Card>
  )
}

function limits({ warn, crit, good }: ReturnType<typeof metricOf>): [string, number][] {
  const side = good === 'up' ? 'under' : 'over'
  const all: [string, number | undefined][] = [
    [`Yellow ${side}`, warn],
    [`Red ${side}`, crit],
  ]
  return all.filter((one): one is [string, number] => one[1] !== undefined)
}
