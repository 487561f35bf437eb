import { FLAGS_PARAM } from '../../src/annotations/on-charts.ts'
import { exportQuery, ofAll } from '../../src/lib/filters.ts'
import { COMPANIONS, KPIS } from '../../src/overview/keys.ts'
import { loadOverview, type OverviewData } from '../../src/overview/load.ts'
import { kpiTiles } from '../../src/overview/tiles.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Card, Grid, Icon, Note, Pair, Stack, Tile, TileGrid } from '../parts/index.ts'
import { AtRiskCard } from './overview/at-risk.tsx'
import { ActivityCard, AlertsCard } from './overview/attention.tsx'
import { AiHoursCard, AiLatencyCard, BuildsCard, DauCard, PlansCard } from './overview/charts.tsx'
import { HealthCard } from './overview/health.tsx'
import { NowStrip, TodayStrip } from './overview/strips.tsx'
import { TrendCard } from './overview/trend.tsx'

export interface OverviewProps {
  data: OverviewData
  context: PageContext
}

export default definePage<OverviewData>({
  path: '/dashboard',
  title: 'Overview',
  group: 'Now',
  order: 10,
  icon: 'layout-dashboard',
  key: 'O',
  role: 'viewer',
  every: 30,
  params: ['trend', FLAGS_PARAM],
  load: loadOverview,
  frame: ({ context: { filters } }) => ({
    exports: [
      {
        label: 'Key figures, CSV',
        href: `/exports/metrics.csv${exportQuery(filters, { metrics: [...KPIS, ...COMPANIONS].join() })}`,
      },
      { label: 'Daily analytics, CSV', href: `/exports/usage_analytics_daily.csv${exportQuery(ofAll(filters))}` },
      { label: 'Activity, CSV', href: `/exports/activity.csv${exportQuery(ofAll(filters))}` },
    ],
  }),
  Live: (props) => (
    <div class={isNew(props) ? 'q-flow q-flow-new' : 'q-flow'}>
      <Outage {...props} />
      {isNew(props) && <Welcome />}
      <NowStrip {...props} />
      <TileGrid lead={<HealthCard {...props} />}>
        {kpiTiles(props.context, props.data).map((tile) => (
          <Tile {...tile} />
        ))}
      </TileGrid>
      <TodayStrip {...props} />
      <Grid>
        <Stack span={8}>
          <TrendCard {...props} />
          <Pair>
            <AiHoursCard {...props} />
            <AiLatencyCard {...props} />
            <PlansCard {...props} />
            <BuildsCard {...props} />
          </Pair>
        </Stack>
        <Stack span={4}>
          <AlertsCard {...props} />
          <AtRiskCard {...props} />
          <ActivityCard {...props} />
          <DauCard {...props} />
        </Stack>
      </Grid>
    </div>
  ),
})

/** Said once above the cards, which say it each for themselves. */
const Outage = ({ data }: OverviewProps) => {
  const away = Object.values(data).find((card) => typeof card === 'object' && card.state === 'degraded')
  if (!away || typeof away !== 'object' || away.state !== 'degraded') return null
  return (
    <Note tone="warn">{`${away.reason}. Cards show their last good values, marked stale; the page tries again by itself.`}</Note>
  )
}

/** Whether nothing at all has come yet, of any kind. */
function isNew({ data: { kpis }, context: { filters } }: OverviewProps): boolean {
  if (kpis.state !== 'filled' || filters.scope !== '*') return false
  return Object.values(kpis.value).every(({ value, points }) => value === null && points.every((p) => p.value === null))
}

/** Said once on an empty dashboard, instead of by every card. */
const Welcome = () => (
  <Card id="welcome" title="Connect your product">
    <p class="q-ink-2">
      Nothing has come in yet. Point a client that you have at this address, or give Quarterdeck a read-only look at
      your database: cards fill within seconds of the first fact.
    </p>
    <p class="q-actions">
      <a class="q-btn q-btn-primary" href="/dashboard/data/connect">
        <Icon name="arrow-right" size={14} />
        Connect
      </a>
      <a class="q-btn" href="/dashboard/data">
        What is arriving
      </a>
    </p>
  </Card>
)
