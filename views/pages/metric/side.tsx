import { allUsersText } from '../../../src/all-users.ts'
import { cardState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { KINDS } from '../../../src/docs/kinds.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { changeIn, SPANS, type Spans, valueText } from '../../../src/metric-view.ts'
import { sourceOf } from '../../../src/metrics/source.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, Change, Facts, Moment } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

const GOOD_WORDS = { up: 'up', down: 'down', neutral: 'neither' } as const

/** What the number says, how it is made, and what to do about it. */
export const DefinitionCard = ({ data: { key }, context: { deps } }: MetricProps) => {
  const metric = catalogueOf(deps).of(key)
  return (
    <Card id="definition" title="Definition">
      <p>{metric.definition}</p>
      {metric.formula && <p class="q-formula">{metric.formula}</p>}
      {metric.action && (
        <p class="q-label">
          {metric.good === 'down' ? 'When it is high' : metric.good === 'up' ? 'When it is low' : 'When it moves'}
        </p>
      )}
      {metric.action && <p>{metric.action}</p>}
    </Card>
  )
}

/** The same number over 7, 30 and 90 days up to now, each against the days before it. */
export const TrendsCard = ({ data: { key, trends }, context: { deps, filters } }: MetricProps) => {
  const found = shownOf(trends)
  return (
    <Card
      id="trends"
      title="Trend"
      sub="to today, vs before"
      allUsers={allUsersText(found?.['7 days'][key]?.ignored, filters)}
      state={cardState(trends, deps.now())}
    >
      <Facts
        items={(Object.keys(SPANS) as (keyof Spans)[]).map((span) => {
          const summary = found?.[span][key]
          return {
            label: span,
            value: (
              <>
                {valueText(deps, key, summary?.value, 'table')}{' '}
                {summary?.previous != null && <Change {...changeIn(deps, key, summary)} />}
              </>
            ),
          }
        })}
      />
    </Card>
  )
}

export const FactsCard = ({ data: { key, main }, context: { deps, filters } }: MetricProps) => {
  const { of: look } = catalogueOf(deps)
  const metric = look(key)
  const computed = shownOf(main)?.series
  const unpriced = shownOf(main)?.unpriced
  return (
    <Card id="facts" title="Facts">
      <Facts
        items={[
          { label: 'Key', value: <code class="q-code">{key}</code> },
          { label: 'Kind', value: KINDS[metric.kind].word },
          { label: 'Unit', value: metric.unit === 'money' ? deps.config.currency : metric.unit },
          { label: 'Good', value: GOOD_WORDS[metric.good] },
          { label: 'Source', value: sourceOf(key, look) },
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
