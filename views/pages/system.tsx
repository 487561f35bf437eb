import { exportQuery } from '../../src/lib/filters.ts'
import { tileOf } from '../../src/metric-view.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { FIGURES, loadSystem, type SystemData } from '../../src/system/load.ts'
import { Grid, Note, Tile, TileGrid } from '../parts/index.ts'
import { OwnDatabaseCard, SlowQueriesCard, SourceCard } from './system/databases.tsx'
import { JobKindsCard, OwnJobsCard } from './system/jobs.tsx'
import { NatsCard } from './system/nats.tsx'
import { ProbesCard } from './system/probes.tsx'
import { WebhooksCard } from './system/webhooks.tsx'

export interface SystemProps {
  data: SystemData
  context: PageContext
}

export default definePage<SystemData>({
  path: '/dashboard/system',
  title: 'System',
  group: 'Engineering',
  order: 20,
  icon: 'server-2',
  key: 'S',
  role: 'viewer',
  every: 30,
  load: loadSystem,
  frame: ({ context: { filters } }) => ({
    exports: [
      {
        label: 'Uptime and jobs, CSV',
        href: `/exports/metrics.csv${exportQuery(filters, { metrics: FIGURES.join() })}`,
      },
    ],
  }),
  Live: (props) => (
    <div class="q-flow">
      <TileGrid>
        {FIGURES.map((key) => (
          <Tile {...tileOf(props.context.deps, props.context.filters, key, props.data.figures)} />
        ))}
      </TileGrid>
      {props.context.admin.tenants ? (
        <>
          <Grid>
            <JobKindsCard {...props} />
            <WebhooksCard {...props} />
          </Grid>
          <Note tone="info">
            Machines, databases and messages serve all tenants; your account is bound to some, so they are not shown.
          </Note>
        </>
      ) : (
        <Grid>
          <ProbesCard {...props} />
          <JobKindsCard {...props} />
          <SourceCard {...props} />
          <SlowQueriesCard {...props} />
          <NatsCard {...props} />
          <WebhooksCard {...props} />
          <OwnJobsCard {...props} />
          <OwnDatabaseCard {...props} />
        </Grid>
      )}
    </div>
  ),
})
