import { cardState, emptyState } from '../../../src/card-state.ts'
import { clockTime } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, Gauge, LineChart } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

/** Calls of the last hour, minute by minute. */
export const RateCard = ({ data, context }: LiveProps) => {
  const { deps, filters } = context
  const rate = shownOf(data.rate)
  const minutes = rate?.minutes ?? []
  const total = minutes.reduce((sum, { calls }) => sum + calls, 0)
  return (
    <Card
      id="rate"
      title="API calls per minute"
      sub="last 60 minutes"
      span={6}
      height="chart"
      menu={{ table: true, metric: metricHref(filters, 'api.calls_per_minute') }}
      state={cardState(data.rate, deps.now(), () =>
        total === 0 ? emptyState(deps, 'api-calls', 'No calls in 60 minutes') : undefined,
      )}
    >
      <LineChart
        id="rate"
        summary={`API calls per minute: ${total.toLocaleString('en-US')} in 60 minutes, now ${rate?.perMinute ?? 0} a minute.`}
        unit="calls"
        labels={minutes.map(({ at }) => clockTime(at, deps.config.timeZone))}
        series={[
          { name: 'all calls', values: minutes.map(({ calls }) => calls) },
          { name: 'AI requests', values: minutes.map(({ aiRequests }) => aiRequests) },
        ]}
        partial
      />
    </Card>
  )
}

const TICKS: [number, number] = [70, 90]
const QUIET = 20

/** How near the rate of now is to the busiest minute of the day. */
export const RateGaugeCard = ({ data, context }: LiveProps) => {
  const { deps, filters } = context
  const rate = shownOf(data.rate)
  const share = rate && rate.peak > 0 ? Math.min(100, (100 * rate.perMinute) / rate.peak) : null
  return (
    <Card
      id="rate-gauge"
      title="Request rate"
      sub="of the day’s peak"
      span={3}
      height="chart"
      menu={{ metric: metricHref(filters, 'api.calls_per_minute') }}
      state={cardState(data.rate, deps.now(), ({ peak }) =>
        peak === 0
          ? {
              kind: 'empty',
              title: 'No peak yet',
              text: 'The gauge shows the rate against the busiest minute of the last 24 hours.',
            }
          : undefined,
      )}
    >
      <Gauge
        value={share}
        text={(rate?.perMinute ?? 0).toLocaleString('en-US')}
        of="calls/min"
        word={wordOf(share)}
        tone="plain"
        ticks={TICKS}
        rows={[{ label: 'Busiest minute, 24 h', value: (rate?.peak ?? 0).toLocaleString('en-US') }]}
      />
    </Card>
  )
}

function wordOf(share: number | null): string {
  if (share === null) return 'Not known'
  if (share >= TICKS[1]) return 'At its peak'
  if (share < QUIET) return 'Quiet'
  return share >= TICKS[0] ? 'Busy' : 'Usual'
}
