import { cardState } from '../../../src/card-state.ts'
import type { Worker } from '../../../src/connectors/workers.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { metricHref } from '../../../src/page.ts'
import { Badge, Card, DataTable, Dot, TwoLines } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

const DOTS = { healthy: 'up', active: 'up', idle: 'up', unhealthy: 'down', offline: 'down' } as const

/** CPU and GPU workers with their last sign of life; those that are silent come first. */
export const WorkersCard = ({ data, context }: LiveProps) => {
  const { deps, filters } = context
  const workers = [...(shownOf(data.workers) ?? [])].sort((a, b) => Number(isGone(b)) - Number(isGone(a)))
  return (
    <Card
      id="workers"
      title="Workers"
      sub={workers.length > 0 ? headline(workers) : undefined}
      span={3}
      height="tall"
      flush={workers.length > 0}
      menu={{ metric: metricHref(filters, 'workers.cpu_healthy') }}
      state={cardState(data.workers, deps.now(), (value) => (value.length === 0 ? NOTHING : undefined))}
    >
      <DataTable
        id="workers"
        caption="Workers"
        rowHeight={44}
        columns={[
          { key: 'name', label: 'Worker' },
          { key: 'state', label: 'State' },
          { key: 'beat', label: 'Beat', number: true, muted: true },
        ]}
        rows={workers.map((worker) => ({
          cells: {
            name: (
              <span class="q-state-name">
                <Dot state={DOTS[worker.state]} />
                <TwoLines title={worker.name} sub={typeOf(worker)} />
              </span>
            ),
            state: isGone(worker) ? <Badge tone="crit" text={worker.state} /> : worker.state,
            beat: worker.heartbeatAt ? ageText(worker.heartbeatAt, deps.now()) : '—',
          },
        }))}
      />
    </Card>
  )
}

const NOTHING = {
  kind: 'empty' as const,
  icon: 'cpu' as const,
  title: 'No worker reports',
  text: 'Workers show here by a heartbeat: a key worker:<name> in Redis, or a gauge.',
  code: 'POST /ingest/gauges\n[{ "name": "worker.heartbeat", "value": 1,\n   "labels": { "worker": "gpu-1", "kind": "gpu", "state": "active" } }]',
}

const typeOf = ({ kind, instanceType, pricing }: Worker): string =>
  [kind.toUpperCase(), instanceType, pricing].filter(Boolean).join(', ')

const isGone = ({ state }: Worker): boolean => DOTS[state] === 'down'

function headline(workers: readonly Worker[]): string {
  const of = (kind: Worker['kind']) => workers.filter((worker) => worker.kind === kind)
  const words = (['cpu', 'gpu'] as const)
    .filter((kind) => of(kind).length > 0)
    .map((kind) => `${of(kind).filter((worker) => !isGone(worker)).length} of ${of(kind).length} ${kind.toUpperCase()}`)
  return words.join(', ')
}
