import { cardState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { Card, DataTable } from '../../parts/index.ts'
import type { DataProps } from '../data.tsx'

/** What was refused, and why: nothing that was sent is dropped without a trace. */
export const RejectedCard = ({ data, context }: DataProps) => {
  const { deps, filters, href, query } = context
  const page = shownOf(data.rejected)
  const rows = page?.rows ?? []
  return (
    <Card
      id="rejected"
      title="Refused facts"
      sub="newest first; kept 90 days"
      flush={rows.length > 0}
      state={cardState(data.rejected, deps.now(), () =>
        rows.length === 0
          ? {
              kind: 'empty',
              icon: 'circle-check',
              title: 'Nothing was refused',
              text: 'A fact that cannot be stored comes here with its reason; its neighbours are stored all the same.',
            }
          : undefined,
      )}
    >
      <DataTable
        id="rejected"
        caption="Refused facts"
        columns={[
          { key: 'at', label: 'When', muted: true },
          { key: 'source', label: 'From', wide: true },
          { key: 'kind', label: 'Kind' },
          { key: 'reason', label: 'Reason', strong: true },
          { key: 'bytes', label: 'Bytes', number: true, muted: true, wide: true },
        ]}
        rows={rows.map(({ id, at, source, kind, reason, bytes }) => ({
          id: `rejected-${id}`,
          href: `/dashboard/data/rejected/${id}`,
          cells: {
            at: momentText(at, filters.today, deps.config.timeZone),
            source,
            kind: kind.replaceAll('_', ' '),
            reason,
            bytes: bytes.toLocaleString('en-US'),
          },
        }))}
        pager={
          query.before || page?.next
            ? {
                previous: query.before ? href({ query: { before: '' } }) : undefined,
                next: page?.next ? href({ query: { before: String(page.next) } }) : undefined,
                size: 25,
              }
            : undefined
        }
      />
    </Card>
  )
}
