import { FLAGS_PARAM } from '../../src/annotations/on-charts.ts'
import { exportQuery } from '../../src/lib/filters.ts'
import { COMPANIONS, KPIS } from '../../src/overview/keys.ts'
import { loadOverview, type OverviewData } from '../../src/overview/load.ts'
import { kpiTiles } from '../../src/overview/tiles.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Grid, Note, Pair, Stack, Tile, TileGrid } from '../parts/index.ts'
import { ActivityCard, AlertsCard, AtRiskCard } from './overview/attention.tsx'
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
      { label: 'Daily analytics, CSV', href: `/exports/usage_analytics_daily.csv${exportQuery(filters)}` },
      { label: 'Activity, CSV', href: `/exports/activity.csv${exportQuery(filters)}` },
    ],
  }),
  Live: (props) => (
    <div class="q-flow">
      <Outage {...props} />
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
