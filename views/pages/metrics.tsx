import { isAllowed } from '../../src/auth/guards.ts'
import { cardState } from '../../src/card-state.ts'
import { catalogueOf } from '../../src/custom-metrics/catalogue.ts'
import { NEW_PATH } from '../../src/custom-metrics/page.ts'
import { exportQuery, filterQuery } from '../../src/lib/filters.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { isHandbook, loadMetrics, type MetricsData } from '../../src/metric-page/list.ts'
import { definePage, metricHref, type PageContext } from '../../src/page.ts'
import { Card, Empty, Icon } from '../parts/index.ts'
import { Domains } from './metrics/domains.tsx'
import { Choices, Index, Search } from './metrics/find.tsx'
import { HandbookDomain } from './metrics/handbook.tsx'
import { MetricRows } from './metrics/rows.tsx'

interface Props {
  data: MetricsData
  context: PageContext
}

/** The handbook of all metrics: domains, one of them open; or what a search or a choice finds in all. */
export default definePage<MetricsData>({
  path: '/dashboard/metrics',
  title: 'Metrics',
  group: 'Work',
  order: 40,
  icon: 'chart-line',
  key: 'M',
  role: 'viewer',
  every: 30,
  params: ['q', 'view', 'domain', 'show'],
  load: loadMetrics,
  frame: ({ data, context }) => ({
    titleNote: <span class="q-ink-3">{`${catalogueOf(context.deps).keys.length} metrics`}</span>,
    actions: (
      <>
        <a class="q-btn" href="/dashboard/docs/reading">
          <Icon name="bulb" />
          Help
        </a>
        <a class="q-btn" href={`/dashboard/annotations${filterQuery(context.filters)}`}>
          <Icon name="flag" />
          Annotations
        </a>
        <a class="q-btn" href="/dashboard/backfill">
          <Icon name="refresh" />
          Backfill
        </a>
        {isAllowed({ role: 'operator' }, context.admin) && (
          <a class="q-btn" href={NEW_PATH}>
            New metric
          </a>
        )}
      </>
    ),
    exports: exportsOf(data, context),
  }),
  View: (props) => (
    <>
      <Search {...props} />
      {props.live}
    </>
  ),
  Live: (props) => (
    <div class="q-handbook">
      <Index {...props} />
      <div class="q-stack q-handbook-main">
        <Choices {...props} />
        {props.data.heads ? <Domains {...props} /> : <Groups {...props} />}
      </div>
    </div>
  ),
})

function exportsOf({ groups }: MetricsData, { filters }: PageContext) {
  const metrics = groups.length === 1 ? (groups[0]?.keys.join() ?? 'all') : 'all'
  const what = metrics === 'all' ? 'All metrics' : 'These metrics'
  return [
    { label: `${what}, CSV`, href: `/exports/metrics.csv${exportQuery(filters, { metrics })}` },
    {
      label: `${what}, JSON`,
      href: `/api/metrics/summary${exportQuery(filters, { metrics, compare: filters.compare })}`,
    },
    { label: 'Definitions, JSON', href: '/api/metrics' },
  ]
}

const Groups = ({ data, context }: Props) => (
  <>
    {data.groups.map((group) =>
      isHandbook(context) ? (
        <HandbookDomain group={group} context={context} />
      ) : (
        <MetricRows group={group} data={data} context={context} />
      ),
    )}
    {data.groups.length === 0 && <Nothing data={data} context={context} />}
  </>
)

const NOTHING = {
  custom: {
    title: 'No custom metric',
    text: 'A formula over metrics becomes one, with its own page, chart and alerts.',
  },
  limits: { title: 'No metric with thresholds', text: 'Thresholds are set on the page of a metric, or in Settings.' },
  over: { title: 'Nothing is beyond its threshold', text: 'Every metric that has thresholds is on their good side.' },
  none: { title: 'Every metric has data', text: 'None is unknown over the whole range.' },
} as const

const Nothing = ({ data: { search, show, similar, judged }, context: { deps, href, filters } }: Props) => (
  <Card
    id="none"
    title="No metric matches"
    state={judged && !shownOf(judged) ? cardState(judged, deps.now()) : undefined}
  >
    {search ? (
      <>
        <Empty
          icon="search"
          title={`Nothing matches “${search.slice(0, 60)}”`}
          text="Search looks at names, keys, definitions, formulas, and at other words for the same."
          link={{ label: 'Show all', href: href({ query: { q: '', show: '', domain: '' } }) }}
        />
        {similar.length > 0 && (
          <p class="q-similar">
            Did you mean{' '}
            {similar.map((key, i) => (
              <>
                {i > 0 && ', '}
                <a href={metricHref(filters, key)}>
                  <code>{key}</code>
                </a>
              </>
            ))}
            ?
          </p>
        )}
      </>
    ) : (
      <Empty
        icon="chart-line"
        {...NOTHING[show ?? 'custom']}
        link={{ label: 'Show all metrics', href: href({ query: { show: '', domain: '' } }) }}
      />
    )}
  </Card>
)
