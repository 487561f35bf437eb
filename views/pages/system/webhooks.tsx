import { cardState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { Card, DataTable } from '../../parts/index.ts'
import type { SystemProps } from '../system.tsx'

/** Webhooks that failed, those that came to us and those that the product sent. */
export const WebhooksCard = ({ data, context: { deps, filters } }: SystemProps) => {
  const found = shownOf(data.webhooks)
  const failed = found?.failed ?? []
  const count = (value = 0) => value.toLocaleString('en-US')
  return (
    <Card
      id="webhooks"
      title="Failed webhooks"
      sub={found && `7 days: ${count(found.received)} received, ${count(found.sent)} sent`}
      span={6}
      flush={failed.length > 0}
      state={cardState(data.webhooks, deps.now(), (value) =>
        value.failed.length > 0
          ? undefined
          : value.received + value.sent === 0
            ? NONE
            : {
                kind: 'empty',
                icon: 'circle-check',
                title: 'None failed',
                text: 'Every webhook of the last 7 days went through.',
              },
      )}
    >
      <DataTable
        id="webhooks"
        caption="Failed webhooks"
        columns={[
          { key: 'at', label: 'When', muted: true },
          { key: 'party', label: 'With' },
          { key: 'event', label: 'Event', code: true },
          { key: 'reason', label: 'Reason', strong: true },
        ]}
        rows={failed.map(({ at, direction, party, event, reason }) => ({
          cells: {
            at: momentText(at, filters.today, deps.config.timeZone),
            party: direction === 'received' ? `from ${party}` : `to ${party}`,
            event,
            reason,
          },
        }))}
      />
    </Card>
  )
}

const NONE = {
  kind: 'empty' as const,
  title: 'No webhooks yet',
  text: 'Stripe, Paystack and Brevo send theirs here; what your product sends out comes by POST /ingest/webhook-deliveries.',
  link: { label: 'How to connect', href: '/dashboard/data/connect#stripe' },
}
