import { exportQuery } from '../../src/lib/filters.ts'
import { type LiveData, loadLive } from '../../src/live/load.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Grid } from '../parts/index.ts'
import { CallsCard } from './live/calls.tsx'
import { DevicesCard } from './live/devices.tsx'
import { IncidentsCard } from './live/incidents.tsx'
import { ProvidersCard } from './live/providers.tsx'
import { QueuesCard } from './live/queues.tsx'
import { RateCard, RateGaugeCard } from './live/rate.tsx'
import { Strip } from './live/strip.tsx'
import { WorkersCard } from './live/workers.tsx'

export interface LiveProps {
  data: LiveData
  context: PageContext
}

export default definePage<LiveData>({
  path: '/dashboard/live',
  title: 'Live',
  group: 'Now',
  order: 20,
  icon: 'bolt',
  key: 'L',
  role: 'viewer',
  // Calls are shown within seconds; a fragment is computed once for all who look.
  every: 5,
  params: ['calls'],
  filters: 'scope',
  load: loadLive,
  frame: ({ context: { filters } }) => ({
    exports: [
      { label: 'Activity, CSV', href: `/exports/activity.csv${exportQuery(filters)}` },
      {
        label: 'Queue depth by day, CSV',
        href: `/exports/metrics.csv${exportQuery(filters, { metrics: 'jobs.queued' })}`,
      },
    ],
  }),
  Live: (props) => (
    <div class="q-flow">
      <Strip {...props} />
      <Grid>
        <RateCard {...props} />
        <RateGaugeCard {...props} />
        <DevicesCard {...props} />
        <QueuesCard {...props} />
        <ProvidersCard {...props} />
        {/* Of all tenants together: who is bound to some sees neither. */}
        {!props.context.admin.tenants && <WorkersCard {...props} />}
        {!props.context.admin.tenants && <IncidentsCard {...props} />}
        <CallsCard {...props} />
      </Grid>
    </div>
  ),
})
