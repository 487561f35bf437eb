import { cardState } from '../../../src/card-state.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, DataTable, Share } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

const NOBODY = {
  kind: 'empty' as const,
  icon: 'users' as const,
  title: 'Nobody is online',
  text: 'Who had an event, a call or a WebSocket session in the last 2 minutes is counted here.',
}

const LABELS = { desktop: 'Desktop', phone: 'Phone', ipad: 'iPad', unknown: 'Unknown' } as const

/** What the users online look at the product with. */
export const DevicesCard = ({ data, context }: LiveProps) => {
  const { deps, filters } = context
  const found = shownOf(data.presence)
  const total = Object.values(found?.devices ?? {}).reduce((sum, n) => sum + n, 0)
  const types = Object.keys(LABELS) as (keyof typeof LABELS)[]
  return (
    <Card
      id="devices"
      title="Devices online"
      sub={
        found && total > 0
          ? `${total.toLocaleString('en-US')} for ${found.users.toLocaleString('en-US')} users`
          : undefined
      }
      span={3}
      height="chart"
      flush={total > 0}
      menu={{ metric: metricHref(filters, 'devices.desktop') }}
      state={cardState(data.presence, deps.now(), () => (total === 0 ? NOBODY : undefined))}
    >
      <DataTable
        id="devices"
        caption="Devices online by type"
        rowHeight={34}
        columns={[
          { key: 'type', label: 'Type' },
          { key: 'n', label: 'Devices', number: true, strong: true },
          { key: 'share', label: 'Share' },
        ]}
        rows={types.map((type) => ({
          href: metricHref(filters, `devices.${type}`),
          cells: {
            type: LABELS[type],
            n: (found?.devices[type] ?? 0).toLocaleString('en-US'),
            share: (
              <Share
                share={total ? (found?.devices[type] ?? 0) / total : null}
                text={total ? `${((100 * (found?.devices[type] ?? 0)) / total).toFixed(1)}%` : '—'}
                name={`Share of ${LABELS[type]}`}
              />
            ),
          },
        }))}
      />
    </Card>
  )
}
