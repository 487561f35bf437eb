import { type DataPage, loadData } from '../../src/data-page/load.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Grid, Icon, Note, Stack } from '../parts/index.ts'
import { PresetsCard } from './data/presets.tsx'
import { RejectedCard } from './data/rejected.tsx'
import { SourcesCard } from './data/sources.tsx'
import { DataStrip } from './data/strip.tsx'

export interface DataProps {
  data: DataPage
  context: PageContext
}

const REPLAYED: Record<string, string> = {
  stored: 'The fact was sent again and is stored; it is counted within seconds.',
  duplicate: 'The fact was stored already, so that it changed nothing; it is off the list.',
}

export default definePage<DataPage>({
  path: '/dashboard/data',
  title: 'Data',
  group: 'Work',
  order: 50,
  icon: 'database',
  key: 'D',
  role: 'viewer',
  every: 10,
  params: ['before', 'replayed'],
  filters: 'none',
  load: loadData,
  frame: () => ({
    actions: (
      <>
        <a class="q-btn" href="/dashboard/docs/connecting">
          <Icon name="bulb" />
          Help
        </a>
        <a class="q-btn q-btn-primary" href="/dashboard/data/connect">
          <Icon name="plus" />
          Connect
        </a>
      </>
    ),
  }),
  View: ({ context: { query }, live }) => (
    <>
      {Object.hasOwn(REPLAYED, query.replayed ?? '') && <Note tone="info">{REPLAYED[query.replayed ?? '']}</Note>}
      {live}
    </>
  ),
  Live: (props) =>
    props.context.admin.tenants ? (
      <Note tone="info">
        Doors and sources serve all tenants; your account is bound to some, so they are not shown.
      </Note>
    ) : (
      <div class="q-flow">
        <DataStrip {...props} />
        <Grid>
          <Stack span={6}>
            <SourcesCard {...props} group="push" title="Pushed to us" sub="clients, doors, the browser" />
            <SourcesCard {...props} group="webhook" title="Webhooks" sub="billing and mail" />
          </Stack>
          <Stack span={6}>
            <SourcesCard {...props} group="pull" title="Pulled by us" sub="databases and APIs, read only" />
            <SourcesCard {...props} group="live" title="Watched live" sub="Redis, logs, probes" />
          </Stack>
          <PresetsCard {...props} />
          <RejectedCard {...props} />
        </Grid>
      </div>
    ),
})
