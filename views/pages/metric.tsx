import { newRuleHref } from '../../src/alerts/paths.ts'
import { whyNoAlerts } from '../../src/alerts/store.ts'
import { annotateHref, annotateProps } from '../../src/annotations/form.ts'
import { FLAGS_PARAM } from '../../src/annotations/on-charts.ts'
import { catalogueOf } from '../../src/custom-metrics/catalogue.ts'
import { exportQuery, filterQuery } from '../../src/lib/filters.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { loadMetric, type MetricData } from '../../src/metric-page/load.ts'
import { definePage, type PageContext, rowsHref } from '../../src/page.ts'
import { AnnotateButton, AnnotateDrawer, Grid, Icon, Note, SqlDrawer, Stack } from '../parts/index.ts'
import { AgedNote, RecomputeButton } from './metric/aged.tsx'
import { BreakdownCard } from './metric/breakdown.tsx'
import { DONE, EditButton, GoneNote, MadeOfCard } from './metric/custom.tsx'
import { DaysCard } from './metric/days.tsx'
import { MainCard } from './metric/main.tsx'
import { MovedCard } from './metric/moved.tsx'
import { DefinitionCard, FactsCard, TrendsCard } from './metric/side.tsx'
import { ThresholdsCard } from './metric/thresholds.tsx'

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
  params: ['by', FLAGS_PARAM, 'done'],
  load: loadMetric,

  frame: ({ data, context }) => {
    const { key } = data
    const { deps, filters, href } = context
    const query = exportQuery(filters, { metrics: key, compare: filters.compare })
    return {
      title: catalogueOf(deps).of(key).label,
      titleNote: <code class="q-code">{key}</code>,
      crumbs: [{ label: 'Metrics', href: `/dashboard/metrics${filterQuery(filters)}` }],
      exports: [
        { label: 'CSV', href: `/exports/metrics.csv${query}` },
        { label: 'JSON', href: `/api/metrics/timeseries${query}` },
      ],
      actions: isGone(data) ? (
        <EditButton data={data} context={context} />
      ) : (
        <>
          <a class="q-btn" href={rowsHref(filters, key)}>
            The rows
          </a>
          <button class="q-btn" type="button" data-action="drawer" data-value={DRAWER}>
            <Icon name="code" />
            SQL
          </button>
          {!whyNoAlerts(deps, context.admin) && (
            <a class="q-btn" href={newRuleHref(key)}>
              <Icon name="bell" />
              Alert
            </a>
          )}
          <AnnotateButton href={annotateHref(filters, href())} />
          <RecomputeButton data={data} />
          <EditButton data={data} context={context} />
        </>
      ),
    }
  },

  View: ({ data, context, live }) => (
    <>
      {context.query.done && DONE[context.query.done] && <Note tone="info">{DONE[context.query.done]}</Note>}
      {data.custom && <GoneNote custom={data.custom} />}
      {data.unknownBy && <Note tone="warn">This metric has no such dimension; the first one is shown.</Note>}
      {live}
      {!isGone(data) && <Drawer data={data} context={context} />}
      <AnnotateDrawer {...annotateProps(context.deps, context.admin, context.filters.tenant, context.href())} />
    </>
  ),

  Live: (props) => (isGone(props.data) ? <DefinitionCard {...props} /> : <Numbers {...props} />),
})

const Numbers = (props: MetricProps) => (
  <Grid>
    <Stack span={9}>
      <AgedNote {...props} />
      <MainCard {...props} />
      <BreakdownCard {...props} />
      <DaysCard {...props} />
    </Stack>
    <Stack span={3}>
      <DefinitionCard {...props} />
      <MadeOfCard {...props} />
      <ThresholdsCard {...props} />
      <FactsCard {...props} />
      <TrendsCard {...props} />
      <MovedCard {...props} />
    </Stack>
  </Grid>
)

/** A custom metric that is out of use has no numbers. */
const isGone = ({ custom }: MetricData): boolean => !!custom?.archivedAt || custom?.broken !== undefined

/** The statement behind the number; outside the live part, so that a poll does not scroll it. */
const Drawer = ({ data: { key, main }, context: { filters, deps } }: MetricProps) => {
  const found = shownOf(main)?.series
  const query = exportQuery(filters, { metrics: key, compare: filters.compare })
  return (
    <SqlDrawer
      id={DRAWER}
      title={catalogueOf(deps).of(key).label}
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
