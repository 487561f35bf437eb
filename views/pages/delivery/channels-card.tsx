import { cardState } from '../../../src/card-state.ts'
import { kindOf } from '../../../src/delivery/channels/index.ts'
import type { ChannelRow } from '../../../src/delivery/find.ts'
import { CHANNELS_PATH, channelHref } from '../../../src/delivery/paths.ts'
import { whyNotSend } from '../../../src/delivery/who.ts'
import { STATE_WORDS } from '../../../src/delivery/words.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../../src/lib/settle.ts'
import type { PageContext } from '../../../src/page.ts'
import { Card, DataTable, Icon, TwoLines } from '../../parts/index.ts'
import { ChannelBadge } from './words.tsx'

/** Each channel with its state, what waits for it, and a test. */
export const ChannelsCard = ({ found, context }: { found: Loaded<ChannelRow[]>; context: PageContext }) => {
  const { deps } = context
  const rows = shownOf(found) ?? []
  return (
    <Card
      id="channels"
      title="Channels"
      sub="where alerts are sent"
      flush={rows.length > 0}
      state={cardState(found, deps.now(), () => (rows.length === 0 ? EMPTY : undefined))}
    >
      {rows.length > 0 && (
        <DataTable
          id="channels"
          caption="Channels"
          rowHeight={44}
          columns={[
            { key: 'channel', label: 'Channel', strong: true },
            { key: 'state', label: 'State' },
            { key: 'waiting', label: 'Waiting', number: true, wide: true },
            { key: 'last', label: 'Last delivery', muted: true, wide: true },
            { key: 'canary', label: 'Canary', muted: true, wide: true },
            { key: 'test', label: 'Test', quiet: true },
          ]}
          rows={rows.map((row) => ({ cells: cellsOf(row, context) }))}
          json={{ label: 'JSON', href: '/api/channels' }}
        />
      )}
    </Card>
  )
}

const EMPTY = {
  kind: 'empty',
  icon: 'bell',
  title: 'No channels yet',
  text: 'Alerts are seen on their page alone until there is a channel that sends them: e-mail, Slack, or a webhook of yours.',
  link: { label: 'Make a channel', href: `${CHANNELS_PATH}/new` },
} as const

function cellsOf(row: ChannelRow, context: PageContext) {
  const { deps, filters, admin } = context
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  const off = whyNotSend(deps, admin)
  return {
    channel: (
      <TwoLines
        title={<a href={channelHref(row.id)}>{row.name}</a>}
        sub={`${kindOf(row.kind)?.label ?? row.kind}, ${row.target}`}
      />
    ),
    state: <TwoLines title={<ChannelBadge {...row} />} sub={row.reason ?? lateText(row, moment)} />,
    waiting: row.waiting === 0 ? '—' : String(row.waiting),
    last: row.last ? <TwoLines title={moment(row.last.at)} sub={STATE_WORDS[row.last.state]} /> : '—',
    canary:
      row.canaryHours === null ? (
        'none'
      ) : (
        <TwoLines title={`every ${row.canaryHours} h`} sub={canaryText(row, moment)} />
      ),
    test: (
      <form method="post" action={`${channelHref(row.id)}/test`}>
        <button
          type="submit"
          class="q-btn q-btn-small"
          disabled={off !== undefined}
          title={off}
          aria-label={`Send a test by ${row.name}`}
        >
          <Icon name="mail" size={14} />
          Test
        </button>
      </form>
    ),
  }
}

const lateText = ({ lateSince }: ChannelRow, moment: (at: Date) => string): string | undefined =>
  lateSince ? `nothing goes through since ${moment(lateSince)}` : undefined

const canaryText = ({ canary }: ChannelRow, moment: (at: Date) => string): string =>
  canary ? `${STATE_WORDS[canary.state]} ${moment(canary.at)}` : 'none yet'
