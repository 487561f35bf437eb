import { cardState, emptyState } from '../../../src/card-state.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { type ProviderStatus, WINDOW_MINUTES } from '../../../src/live/providers.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { metricHref } from '../../../src/page.ts'
import { Badge, Card, DataTable, Dot, Note } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

/** Whether each provider answers, how often not, and how fast. */
export const ProvidersCard = ({ data, context }: LiveProps) => {
  const { deps, filters } = context
  const providers = shownOf(data.providers) ?? []
  const odd = providers.filter(({ state }) => state === 'degraded' || state === 'down')
  return (
    <Card
      id="providers"
      title="Providers"
      sub={`last ${WINDOW_MINUTES} minutes`}
      span={3}
      height="tall"
      flush={providers.length > 0}
      menu={{ metric: metricHref(filters, 'api.error_rate') }}
      state={cardState(data.providers, deps.now(), (value) =>
        value.length === 0 ? emptyState(deps, 'api-calls', `No calls in ${WINDOW_MINUTES} minutes`) : undefined,
      )}
    >
      <DataTable
        id="providers"
        caption="Providers"
        columns={[
          { key: 'provider', label: 'Provider' },
          { key: 'rate', label: '/min', number: true },
          { key: 'errors', label: 'Errors', number: true },
          { key: 'p95', label: 'p95', number: true },
        ]}
        rows={providers.map((one) => ({
          cells: {
            provider: (
              <span class="q-state-name">
                <Dot state={one.state} />
                {one.provider}
              </span>
            ),
            rate: formatValue(one.callsPerMinute, 'calls', 'table', deps.config.currency),
            errors: <Errors of={one} />,
            p95: formatValue(one.p95Ms, 'ms', 'table', deps.config.currency),
          },
        }))}
      />
      {odd[0] && <Note tone={odd[0].state === 'down' ? 'crit' : 'warn'}>{sentence(odd[0])}</Note>}
    </Card>
  )
}

const Errors = ({ of: { errorRate, state } }: { of: ProviderStatus }) => {
  const text = `${errorRate.toFixed(1)}%`
  return state === 'up' || state === 'off' ? text : <Badge tone={state === 'down' ? 'crit' : 'warn'} text={text} />
}

const sentence = ({ provider, errorRate, worst }: ProviderStatus): string =>
  `${provider} fails ${errorRate.toFixed(1)}% of calls${worst ? `, most by ${worst.kind} (${worst.n})` : ''}.`
