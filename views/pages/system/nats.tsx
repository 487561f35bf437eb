import { cardState } from '../../../src/card-state.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, Facts } from '../../parts/index.ts'
import type { SystemProps } from '../system.tsx'

const NOT_CONNECTED = {
  kind: 'empty' as const,
  title: 'No message server is watched',
  text: 'Connections, WebSockets, messages a second and slow consumers of NATS show here, read from its monitoring address.',
  code: 'NATS_URL=http://nats.example.com:8222',
}

/** Connections and messages of the product's live channel. */
export const NatsCard = ({ data, context: { deps, filters } }: SystemProps) => {
  const nats = shownOf(data.nats)
  const count = (value: number | null | undefined) => (value == null ? '—' : Math.round(value).toLocaleString('en-US'))
  return (
    <Card
      id="nats"
      title="WebSockets and messages"
      sub={nats ? `NATS ${nats.version}` : undefined}
      span={6}
      menu={{ metric: metricHref(filters, 'nats.connections') }}
      state={cardState(data.nats, deps.now(), (value) => (value === null ? NOT_CONNECTED : undefined))}
    >
      <Facts
        items={[
          { label: 'Connections', value: count(nats?.connections) },
          { label: 'Of them WebSockets', value: count(nats?.webSockets) },
          { label: 'Messages in, a second', value: count(nats?.messagesIn) },
          { label: 'Messages out, a second', value: count(nats?.messagesOut) },
          { label: 'Slow consumers', value: count(nats?.slowConsumers) },
          { label: 'Round trip', value: formatValue(nats?.roundTripMs ?? null, 'ms', 'table', '') },
          { label: 'Memory', value: formatValue(nats?.memoryBytes ?? null, 'bytes', 'table', '') },
        ]}
      />
    </Card>
  )
}
