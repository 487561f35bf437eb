import { annotateHref, annotateProps } from '../../src/annotations/form.ts'
import { FLAGS_PARAM } from '../../src/annotations/on-charts.ts'
import { exportQuery, filterQuery } from '../../src/lib/filters.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { loadMetric, type MetricData } from '../../src/metric-page/load.ts'
import { metricOf } from '../../src/metrics/catalogue.ts'
import { definePage, type PageContext, rowsHref } from '../../src/page.ts'
import { AnnotateButton, AnnotateDrawer, Grid, Icon, Note, SqlDrawer, Stack } from '../parts/index.ts'
import { BreakdownCard } from './metric/breakdown.tsx'
import { DaysCard } from './metric/days.tsx'
import { MainCard } from './metric/main.tsx'
import { MovedCard } from './metric/moved.tsx'
import { DefinitionCard, FactsCard, TrendsCard } from './metric/side.tsx'

export interface MetricProps {
  data: MetricData
  context: PageContext
}

const DRAWER = 'metric-sql'

export default definePage<MetricData>({
  path: '/dashboard/metrics/:key',
  under: '/dashboard/metrics',
  title: 'Metric',
  group: 'Work',
  order: 41,
  role: 'viewer',
  every: 30,
  params: ['by', FLAGS_PARAM],
  load: loadMetric,

  frame: ({ data: { key }, context: { filters, href } }) => {
    const query = exportQuery(filters, { metrics: key, compare: filters.compare })
    return {
      title: metricOf(key).label,
      titleNote: <code class="q-code">{key}</code>,
      crumbs: [{ label: 'Metrics', href: `/dashboard/metrics${filterQuery(filters)}` }],
      exports: [
        { label: 'CSV', href: `/exports/metrics.csv${query}` },
        { label: 'JSON', href: `/api/metrics/timeseries${query}` },
      ],
      actions: (
        <>
          <a class="q-btn" href={rowsHref(filters, key)}>
            The rows
          </a>
          <button class="q-btn" type="button" data-action="drawer" data-value={DRAWER}>
            <Icon name="code" />
            SQL
          </button>
          <AnnotateButton href={annotateHref(filters, href())} />
        </>
      ),
    }
  },

  View: ({ data, context, live }) => (
    <>
      {data.unknownBy && <Note tone="warn">This metric has no such dimension; the first one is shown.</Note>}
      {live}
      <Drawer data={data} context={context} />
      <AnnotateDrawer {...annotateProps(context.deps, context.admin, context.filters.tenant, context.href())} />
    </>
  ),

  Live: (props) => (
    <>
      <Grid>
        <Stack span={9}>
          <MainCard {...props} />
          <BreakdownCard {...props} />
          <DaysCard {...props} />
        </Stack>
        <Stack span={3}>
          <DefinitionCard {...props} />
          <FactsCard {...props} />
          <TrendsCard {...props} />
          <MovedCard {...props} />
        </Stack>
      </Grid>
    </>
  ),
})

/** The statement behind the number; outside the live part, so that a poll does not scroll it. */
const Drawer = ({ data: { key, main }, context: { filters, deps } }: MetricProps) => {
  const found = shownOf(main)?.series
  const query = exportQuery(filters, { metrics: key, compare: filters.compare })
  return (
    <SqlDrawer
      id={DRAWER}
      title={metricOf(key).label}
      code={key}
      sql={found?.sql ?? '-- not computed: the database does not answer'}
      tookMs={found?.tookMs}
      note="What computes this from the roll-ups, with its parameters filled in; of closed days the page read the results it keeps in `metric_days`. `quarterdeck db url` prints an address for psql."
      addresses={[
        { verb: 'GET', text: `${deps.config.baseUrl}/exports/metrics.csv${query}` },
        { verb: 'GET', text: `${deps.config.baseUrl}/api/metrics/timeseries${query}` },
      ]}
    />
  )
}
