import { cardState } from '../../../src/card-state.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import type { QueueNow } from '../../../src/live/queues.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, DataTable, Sparkline, TwoLines } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

const NOTHING = {
  kind: 'empty' as const,
  icon: 'circle-check' as const,
  title: 'Nothing waits or runs',
  text: 'Queues show here by their jobs (POST /ingest/jobs), or by lists and BullMQ in Redis (REDIS_URL).',
}

/** What waits, how long the first of it has waited, and how the hour went. */
export const QueuesCard = ({ data, context }: LiveProps) => {
  const { deps, filters } = context
  const queues = shownOf(data.queues) ?? []
  return (
    <Card
      id="queues"
      title="Queues"
      sub={deps.redis ? 'Redis and jobs' : 'jobs'}
      span={3}
      height="tall"
      flush={queues.length > 0}
      menu={{ metric: metricHref(filters, 'jobs.queued') }}
      state={cardState(data.queues, deps.now(), (value) => (value.length === 0 ? NOTHING : undefined))}
    >
      <DataTable
        id="queues"
        caption="Queues"
        rowHeight={44}
        columns={[
          { key: 'queue', label: 'Queue' },
          { key: 'trend', label: 'Hour' },
          { key: 'depth', label: 'Waiting', number: true, strong: true },
        ]}
        rows={queues.map((queue) => ({
          cells: {
            queue: <TwoLines title={queue.name} sub={subOf(queue, deps.now(), deps.config.currency)} />,
            trend: <Sparkline points={queue.trend} small />,
            depth: queue.depth.toLocaleString('en-US'),
          },
        }))}
      />
    </Card>
  )
}

function subOf({ oldestAt, active, meanMs }: QueueNow, now: Date, currency: string): string {
  const parts = [
    oldestAt && `oldest ${ageText(oldestAt, now)}`,
    active ? `${active.toLocaleString('en-US')} running` : undefined,
    meanMs === null ? undefined : `mean ${formatValue(meanMs, 'ms', 'tile', currency)}`,
  ]
  return parts.filter(Boolean).join(', ') || 'nothing in the last hour'
}
