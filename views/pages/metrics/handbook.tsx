import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { KINDS } from '../../../src/docs/kinds.ts'
import type { MetricsData } from '../../../src/metric-page/list.ts'
import type { AnyKey } from '../../../src/metrics/catalogue.ts'
import { sourceOf } from '../../../src/metrics/source.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { limitsOf } from '../../../src/settings/limits.ts'
import { limitsText, unitText } from '../../../src/settings/threshold-view.ts'
import { Card, Facts } from '../../parts/index.ts'

/** The metrics of a domain as they are defined; made to be read, and to be printed. */
export const HandbookDomain = ({ group, context }: { group: MetricsData['groups'][number]; context: PageContext }) => (
  <Card
    id={`domain-${group.domain.slug}`}
    title={group.domain.name}
    sub={`${group.keys.length} ${group.keys.length === 1 ? 'metric' : 'metrics'}. ${group.domain.about}`}
  >
    {group.keys.map((key) => (
      <Entry key_={key} context={context} />
    ))}
  </Card>
)

const GOOD = { up: 'more is better', down: 'less is better', neutral: 'neither' } as const

const Entry = ({ key_: key, context: { deps, filters } }: { key_: AnyKey; context: PageContext }) => {
  const { of: look } = catalogueOf(deps)
  const metric = look(key)
  return (
    <article class="q-entry" id={`metric-${key.replaceAll('.', '-')}`}>
      <header class="q-entry-head">
        <h3>
          <a href={metricHref(filters, key)}>{metric.label}</a>
        </h3>
        <code class="q-code">{key}</code>
      </header>
      <p>{metric.definition}</p>
      {metric.formula && <p class="q-formula">{metric.formula}</p>}
      <p>
        <b>What to do. </b>
        {metric.action}
      </p>
      <Facts
        items={[
          { label: 'Unit', value: unitText(deps, metric) },
          { label: 'Kind', value: KINDS[metric.kind].word },
          { label: 'Good', value: GOOD[metric.good] },
          { label: 'Broken down by', value: metric.by.join(', ') || '—' },
          { label: 'Thresholds', value: limitsText(deps, key, limitsOf(metric)) },
          { label: 'Source', value: sourceOf(key, look) },
        ]}
      />
    </article>
  )
}
