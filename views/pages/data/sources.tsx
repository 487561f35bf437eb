import { cardState } from '../../../src/card-state.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import type { SourceRow } from '../../../src/sources/board.ts'
import { Badge, Card, DataTable, Dot, Sparkline, TwoLines } from '../../parts/index.ts'
import type { DataProps } from '../data.tsx'

const DOTS = { up: 'up', degraded: 'degraded', down: 'down', waiting: 'off', off: 'off' } as const
const ORDER: SourceRow['state'][] = ['down', 'degraded', 'up', 'waiting', 'off']

interface GroupProps extends DataProps {
  group: SourceRow['group']
  title: string
  sub: string
}

/** The sources of a group: what is wrong first, what is not set up last. */
export const SourcesCard = ({ data, context: { deps }, group, title, sub }: GroupProps) => {
  const rows = (shownOf(data.board) ?? []).filter((row) => row.group === group)
  const sorted = [...rows].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
  return (
    <Card id={`sources-${group}`} title={title} sub={sub} flush state={cardState(data.board, deps.now())}>
      <DataTable
        id={`sources-${group}`}
        caption={title}
        rowHeight={44}
        columns={[
          { key: 'source', label: 'Source' },
          { key: 'hour', label: 'Last hour', wide: true },
          { key: 'today', label: 'Today', number: true, strong: true },
          { key: 'refused', label: 'Refused', number: true, wide: true },
          { key: 'last', label: 'Last fact', number: true, muted: true },
        ]}
        rows={sorted.map((row) => rowOf(row, deps.now()))}
      />
    </Card>
  )
}

function rowOf(row: SourceRow, now: Date) {
  const carries = row.state !== 'off' && (row.lastFactAt !== undefined || row.group !== 'live')
  return {
    id: `source-${row.name.replace(/[^\w-]+/g, '-')}`,
    cells: {
      source: (
        <span class="q-state-name">
          <Dot state={DOTS[row.state]} />
          <TwoLines title={row.label} sub={<State row={row} now={now} />} />
        </span>
      ),
      hour: row.perMinute.some((n) => n > 0) ? <Sparkline points={row.perMinute} small /> : '',
      today: carries ? row.today.toLocaleString('en-US') : '',
      refused:
        row.rejected24h > 0 ? <Badge tone="warn" text={row.rejected24h.toLocaleString('en-US')} /> : carries ? '0' : '',
      last: row.lastFactAt ? `${ageText(row.lastFactAt, now)} ago` : '',
    },
  }
}

/** Only what is odd gets words of weight. */
const State = ({ row: { state, reason, since, lagSeconds }, now }: { row: SourceRow; now: Date }) => {
  if (state === 'off') return `off: ${reason ?? 'not set up'}`
  if (state === 'waiting') return 'ready, nothing has come yet'
  if (state === 'up') return lagSeconds === undefined ? 'in order' : `in order, ${lagText(lagSeconds)} behind`
  const sinceText = since ? `, for ${ageText(since, now)}` : ''
  return (
    <span
      class={state === 'down' ? 'q-ink-crit' : 'q-ink-warn'}
    >{`${state}${sinceText}: ${reason ?? 'no reason given'}`}</span>
  )
}

const lagText = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} m`)
