import { allUsersText } from '../../src/all-users.ts'
import { isAllowed } from '../../src/auth/guards.ts'
import { cardState } from '../../src/card-state.ts'
import { catalogueOf } from '../../src/custom-metrics/catalogue.ts'
import { NEW_PATH } from '../../src/custom-metrics/page.ts'
import { exportQuery } from '../../src/lib/filters.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { isHandbook, loadMetrics, type MetricsData } from '../../src/metric-page/list.ts'
import { changeIn, markOf, shownValue, valueText } from '../../src/metric-view.ts'
import type { AnyKey } from '../../src/metrics/catalogue.ts'
import { definePage, metricHref, type PageContext } from '../../src/page.ts'
import {
  AllUsers,
  Card,
  Change,
  DataTable,
  Empty,
  Icon,
  Segments,
  Sparkline,
  StateMark,
  TwoLines,
} from '../parts/index.ts'
import { HandbookDomain } from './metrics/handbook.tsx'

interface Props {
  data: MetricsData
  context: PageContext
}

export default definePage<MetricsData>({
  path: '/dashboard/metrics',
  title: 'Metrics',
  group: 'Work',
  order: 40,
  icon: 'chart-line',
  key: 'M',
  role: 'viewer',
  every: 30,
  params: ['q', 'view'],
  load: loadMetrics,
  frame: ({ context: { deps, admin, filters } }) => ({
    actions: (
      <>
        <a class="q-btn" href="/dashboard/docs/reading">
          <Icon name="bulb" />
          Help
        </a>
        {isAllowed({ role: 'operator' }, admin) && (
          <a class="q-btn" href={NEW_PATH}>
            New metric
          </a>
        )}
      </>
    ),
    exports: [
      {
        label: 'All metrics, CSV',
        href: `/exports/metrics.csv${exportQuery(filters, { metrics: catalogueOf(deps).keys.join() })}`,
      },
      { label: 'All metrics, JSON', href: `/api/metrics/summary${exportQuery(filters, { compare: filters.compare })}` },
    ],
  }),
  View: ({ data, context, live }) => (
    <>
      <Search data={data} context={context} />
      <Segments
        name="What is shown of the metrics"
        items={[
          { label: 'Values', href: context.href({ query: { view: '' } }), selected: !isHandbook(context) },
          {
            label: 'Definitions',
            href: context.href({ query: { view: 'definitions' } }),
            selected: isHandbook(context),
          },
        ]}
      />
      {live}
    </>
  ),
  Live: ({ data, context }) => (
    <div class="q-stack">
      {data.groups.map((group) =>
        isHandbook(context) ? (
          <HandbookDomain group={group} context={context} />
        ) : (
          <Domain group={group} context={context} />
        ),
      )}
      {data.groups.length === 0 && (
        <Card id="none" title="No metric matches">
          <Empty
            icon="search"
            title={`Nothing matches “${data.search.slice(0, 60)}”`}
            text="Search looks at names, keys, definitions and formulas."
            link={{ label: 'Show all', href: context.href({ query: { q: '' } }) }}
          />
        </Card>
      )}
    </div>
  ),
})

/** A form of its own: the address it leads to is the view. */
const Search = ({ data, context: { deps, path, filters, query } }: Props) => (
  <search>
    <form class="q-actions" method="get" action={path}>
      {isHandbook({ query }) && <input type="hidden" name="view" value="definitions" />}
      {filters.range !== '30d' && <input type="hidden" name="range" value={filters.range} />}
      {filters.range === 'custom' && <input type="hidden" name="from" value={filters.from} />}
      {filters.range === 'custom' && <input type="hidden" name="to" value={filters.to} />}
      {filters.compare !== 'previous' && <input type="hidden" name="compare" value={filters.compare} />}
      {filters.tenant !== undefined && <input type="hidden" name="tenant" value={filters.tenant} />}
      <input
        class="form-control w-auto flex-fill"
        type="search"
        name="q"
        value={data.search}
        placeholder="Search names, keys, definitions"
        aria-label="Search metrics"
        maxlength={100}
      />
      <button class="q-btn" type="submit">
        <Icon name="search" />
        Search
      </button>
      <span class="q-ink-3">{`${data.found} of ${catalogueOf(deps).keys.length} metrics`}</span>
    </form>
  </search>
)

const Domain = ({ group, context }: { group: MetricsData['groups'][number]; context: PageContext }) => {
  const { deps, filters } = context
  const all = shownOf(group.card)
  const query = exportQuery(filters, { metrics: group.keys.join() })
  const comparing = filters.compare !== 'none'
  const row = (key: AnyKey) => {
    const metric = catalogueOf(deps).of(key)
    const found = all?.[key]
    return {
      id: `metric-${key.replace('.', '-')}`,
      href: metricHref(filters, key),
      cells: {
        metric: <TwoLines title={metric.label} sub={found?.away ?? metric.definition} />,
        key: <code>{key}</code>,
        value: (
          <>
            <AllUsers whom={allUsersText(found?.ignored, filters)} /> <StateMark mark={found && markOf(deps, found)} />{' '}
            {valueText(deps, key, found && shownValue(found), 'tile')}
          </>
        ),
        change: found && comparing ? <Change {...changeIn(deps, key, found)} /> : '—',
        spark: found && <Sparkline small points={found.points.map(({ value }) => value)} />,
      },
    }
  }
  return (
    <Card
      id={`domain-${group.name.toLowerCase().replaceAll(' ', '-')}`}
      title={group.name}
      sub={`${group.keys.length} ${group.keys.length === 1 ? 'metric' : 'metrics'}`}
      flush
      menu={{ csv: `/exports/metrics.csv${query}`, json: `/api/metrics/timeseries${query}` }}
      state={cardState(group.card, deps.now())}
    >
      <DataTable
        id={`domain-${group.name.toLowerCase().replaceAll(' ', '-')}`}
        caption={`Metrics of ${group.name}`}
        rowHeight={44}
        columns={[
          { key: 'metric', label: 'Metric' },
          { key: 'key', label: 'Key', wide: true, muted: true },
          { key: 'value', label: 'Value', number: true, strong: true },
          ...(comparing ? [{ key: 'change', label: 'Change', number: true, wide: true }] : []),
          { key: 'spark', label: 'By day', number: true, wide: true },
        ]}
        rows={group.keys.map(row)}
      />
    </Card>
  )
}
