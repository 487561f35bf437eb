import { cardState } from '../../../src/card-state.ts'
import { deliveryHref } from '../../../src/delivery/paths.ts'
import type { Delivery } from '../../../src/delivery/read.ts'
import { KIND_WORDS } from '../../../src/delivery/words.ts'
import { counted } from '../../../src/lib/counted.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../../src/lib/settle.ts'
import type { PageContext } from '../../../src/page.ts'
import { Card, DataTable, Segments, TwoLines } from '../../parts/index.ts'
import { StateBadge } from './words.tsx'

export const DELIVERIES = 50

interface Props {
  /** One more than is shown, where there are more. */
  found: Loaded<Delivery[]>
  context: PageContext
  /** Of one channel alone. */
  channel?: string
  /** Which are shown; absent = no choice. */
  shows?: { label: string; href: string; selected?: boolean }[]
}

/** What was sent and what waits, the newest first. */
export const DeliveriesCard = ({ found, context, channel, shows }: Props) => {
  const { deps, query, href } = context
  const rows = shownOf(found) ?? []
  const shown = rows.slice(0, DELIVERIES)
  const last = shown.at(-1)
  const of = channel === undefined ? '' : `?channel=${encodeURIComponent(channel)}`
  return (
    <Card
      id="deliveries"
      title="Deliveries"
      sub="notices, tests and canaries"
      tools={shows && <Segments name="Which deliveries" items={shows} />}
      flush
      state={cardState(found, deps.now())}
    >
      <DataTable
        id="deliveries"
        caption="Deliveries"
        rowHeight={44}
        columns={[
          { key: 'what', label: 'What', strong: true },
          { key: 'state', label: 'State' },
          ...(channel === undefined ? [{ key: 'channel', label: 'Channel', wide: true }] : []),
          { key: 'attempts', label: 'Attempts', number: true, wide: true },
          { key: 'at', label: 'Written', muted: true, wide: true },
        ]}
        rows={shown.map((row) => ({ cells: cellsOf(row, context) }))}
        empty="Nothing was sent yet."
        csv={{ label: 'CSV', href: `/exports/notifications.csv${of}` }}
        json={{ label: 'JSON', href: `/api/notifications${of}` }}
        pager={{
          previous: query.before ? href({ query: { before: '' } }) : undefined,
          next: rows.length > DELIVERIES && last ? href({ query: { before: String(last.id) } }) : undefined,
          size: DELIVERIES,
        }}
      />
    </Card>
  )
}

function cellsOf(row: Delivery, { deps, filters }: PageContext) {
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  const waits = row.state === 'queued' && row.attempts > 0 && `next try ${moment(row.nextAt)}`
  return {
    what: <TwoLines title={<a href={deliveryHref(row.id)}>{row.title || '—'}</a>} sub={KIND_WORDS[row.kind]} />,
    state: (
      <TwoLines
        title={<StateBadge state={row.state} />}
        sub={[row.lastError, waits].filter(Boolean).join(', ') || undefined}
      />
    ),
    channel: row.channel,
    attempts: String(row.attempts),
    at: moment(row.createdAt),
  }
}

/** "3 waiting", for heads and notes. */
export const waitingText = (n: number): string => `${counted(n, 'notice')} ${n === 1 ? 'waits' : 'wait'}`
