import { cardState, emptyState } from '../../../src/card-state.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { metricHref } from '../../../src/page.ts'
import type { ProbeTarget } from '../../../src/system/probes.ts'
import { Card, DataTable, Dot, TwoLines } from '../../parts/index.ts'
import type { SystemProps } from '../system.tsx'

/** Whether each probed address answers, and how often it did. */
export const ProbesCard = ({ data, context }: SystemProps) => {
  const { deps, filters } = context
  const targets = shownOf(data.probes) ?? []
  const { currency } = deps.config
  return (
    <Card
      id="probes"
      title="Uptime"
      sub="probed each minute"
      span={6}
      flush={targets.length > 0}
      menu={{ metric: metricHref(filters, 'system.uptime') }}
      state={cardState(data.probes, deps.now(), (value) =>
        value.length === 0 ? emptyState(deps, 'probes', 'Nothing is probed') : undefined,
      )}
    >
      <DataTable
        id="probes"
        caption="Probed addresses"
        rowHeight={44}
        columns={[
          { key: 'target', label: 'Address' },
          { key: 'latency', label: 'Answer', number: true },
          { key: 'day', label: '24 h', number: true },
          { key: 'month', label: '30 d', number: true, wide: true },
          { key: 'at', label: 'Probed', number: true, muted: true, wide: true },
        ]}
        rows={targets.map((one) => ({
          cells: {
            target: (
              <span class="q-state-name">
                <Dot state={one.ok ? 'up' : 'down'} />
                <TwoLines title={one.target} sub={wordsOf(one)} />
              </span>
            ),
            latency: formatValue(one.latencyMs, 'ms', 'table', currency),
            day: formatValue(one.uptimeDay, 'percent', 'table', currency),
            month: formatValue(one.uptimeMonth, 'percent', 'table', currency),
            at: `${ageText(one.lastAt, deps.now())} ago`,
          },
        }))}
      />
    </Card>
  )
}

const wordsOf = ({ ok, httpStatus, error }: ProbeTarget): string =>
  ok ? `up${httpStatus ? `, HTTP ${httpStatus}` : ''}` : `down: ${error ?? `HTTP ${httpStatus ?? '—'}`}`
