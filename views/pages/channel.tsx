import { kindOf } from '../../src/delivery/channels/index.ts'
import { type ChannelRow, listChannels } from '../../src/delivery/find.ts'
import { CHANNELS_PATH, channelHref, deliveryHref } from '../../src/delivery/paths.ts'
import { type Attempt, type Delivery, readDeliveries, readDelivery } from '../../src/delivery/read.ts'
import type { ChannelKind } from '../../src/delivery/types.ts'
import { version } from '../../src/delivery/version.ts'
import { requireWhole, whyNotConfigure, whyNotSend } from '../../src/delivery/who.ts'
import { SEVERITIES, STATE_WORDS } from '../../src/delivery/words.ts'
import { idIn } from '../../src/lib/below.ts'
import { counted } from '../../src/lib/counted.ts'
import { momentText } from '../../src/lib/dates.ts'
import type { Card as Loaded } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Facts, Grid, Icon, Menu, Note, Stack } from '../parts/index.ts'
import { ChannelForm } from './delivery/channel-form.tsx'
import { DELIVERIES, DeliveriesCard, waitingText } from './delivery/deliveries-card.tsx'
import { ChannelBadge } from './delivery/words.tsx'

interface Data {
  channel: ChannelRow
  kind: ChannelKind
  deliveries: Loaded<Delivery[]>
  /** The test that was just sent. */
  told: (Delivery & { tries: Attempt[] }) | undefined
}
interface Props {
  data: Data
  context: PageContext
}

/** One channel: its settings, its state, and what it delivered. */
export default definePage<Data>({
  path: `${CHANNELS_PATH}/:id`,
  under: '/dashboard/settings',
  title: 'Channel',
  group: 'Work',
  order: 84,
  role: 'viewer',
  personal: () => String(version()),
  params: ['told', 'done', 'before'],
  filters: 'none',
  load: async (context) => {
    const { deps, admin, param, query } = context
    requireWhole(admin)
    const channel = (await listChannels(deps)).find(({ id }) => id === param.id)
    const kind = channel && kindOf(channel.kind)
    if (!channel || !kind) return undefined
    const before = idIn(query.before)
    const asked = { channel: channel.id, ...(before !== undefined && { before }), limit: DELIVERIES + 1 }
    const [deliveries, told] = await Promise.all([
      card(context, 'channel-deliveries', () => readDeliveries(deps, asked), {
        key: `${channel.id}|${version()}|${query.before}`,
      }),
      query.told ? readDelivery(deps, query.told) : undefined,
    ])
    return { channel, kind, deliveries, told }
  },
  frame: ({ data: { channel }, context }) => ({
    title: channel.name,
    titleNote: <ChannelBadge {...channel} />,
    crumbs: [
      { label: 'Settings', href: '/dashboard/settings' },
      { label: 'Channels', href: CHANNELS_PATH },
    ],
    actions: <Actions channel={channel} context={context} />,
  }),
  Live: (props) => (
    <div class="q-flow">
      {props.context.query.done && <Note tone="info">{DONE[props.context.query.done] ?? 'Done.'}</Note>}
      {props.data.told && <TestResult told={props.data.told} />}
      {props.data.channel.state === 'failed' && <FailedNote channel={props.data.channel} />}
      <Grid>
        <Stack span={7}>
          <Settings {...props} />
        </Stack>
        <Stack span={5}>
          <State {...props} />
        </Stack>
      </Grid>
      <DeliveriesCard found={props.data.deliveries} context={props.context} channel={props.data.channel.id} />
    </div>
  ),
})

const DONE: Record<string, string> = {
  created: 'The channel is made. Send a test to see whether it gets through.',
  saved: 'Saved.',
  on: 'The channel is on; what waited for it is sent now.',
  off: 'The channel is off: nothing new is sent by it.',
}

const TestResult = ({ told }: { told: NonNullable<Data['told']> }) => {
  const last = told.tries.at(-1)
  const detail = last?.detail ? `: ${last.detail}` : ''
  const tone = told.state === 'sent' ? 'info' : told.state === 'kept' || told.state === 'sending' ? 'warn' : 'crit'
  return (
    <Note tone={tone}>
      {`${TEST_WORDS[told.state] ?? 'The test was not sent'}${detail} `}
      <a href={deliveryHref(told.id)}>What was sent</a>
    </Note>
  )
}

const TEST_WORDS: Partial<Record<Delivery['state'], string>> = {
  sent: 'The test is sent',
  kept: 'The test is kept',
  sending: 'The test is being sent',
}

const FailedNote = ({ channel: { reason, waiting } }: { channel: ChannelRow }) => (
  <Note tone="crit">
    {`It does not deliver: ${reason ?? 'no reason given'}. ${waiting > 0 ? `${waitingText(waiting)} for it. ` : ''}Mend the settings and save them, or switch it on again.`}
  </Note>
)

const Settings = ({ data: { channel, kind }, context: { deps, admin } }: Props) => (
  <Card id="channel-form" title={kind.label} sub={kind.doc}>
    <ChannelForm
      kind={kind}
      config={deps.config}
      channel={channel}
      values={{ ...settingsFor(channel, admin), ...formValues(channel) }}
      off={whyNotConfigure(deps, admin)}
    />
  </Card>
)

const formValues = ({ name, canaryHours, leastSeverity, tellsResolved }: ChannelRow) => ({
  name,
  canary: String(canaryHours ?? ''),
  severity: SEVERITIES[leastSeverity - 1] ?? 'info',
  resolved: tellsResolved ? 'yes' : '',
})

/** The whole URL of a webhook may hold a key: it is for who configures. */
const settingsFor = ({ settings, kind, target }: ChannelRow, { role }: PageContext['admin']): Record<string, string> =>
  role === 'owner' || kind === 'email' ? settings : { url: target }

const State = ({ data: { channel }, context: { deps, filters } }: Props) => {
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  const { lateSince, stateAt, target, waiting, last, canary, canaryHours, by, id } = channel
  return (
    <Card id="channel-state" title="State">
      <Facts
        items={[
          { label: <ChannelBadge {...channel} />, value: `since ${moment(lateSince ?? stateAt)}` },
          { label: 'Leads to', value: target },
          { label: 'Waiting', value: String(waiting) },
          { label: 'Last delivery', value: last ? `${STATE_WORDS[last.state]}, ${moment(last.at)}` : '—' },
          { label: 'Canary', value: canaryHours === null ? 'none' : `every ${counted(canaryHours, 'hour')}` },
          ...(canary ? [{ label: 'Last canary', value: `${STATE_WORDS[canary.state]}, ${moment(canary.at)}` }] : []),
          { label: 'Made by', value: by },
          { label: 'Id, for rules', value: <code class="q-code">{id}</code> },
        ]}
      />
    </Card>
  )
}

const Actions = ({ channel, context: { deps, admin } }: { channel: ChannelRow; context: PageContext }) => {
  const noTest = whyNotSend(deps, admin)
  return (
    <>
      <form method="post" action={`${channelHref(channel.id)}/test`}>
        <button type="submit" class="q-btn" disabled={noTest !== undefined} title={noTest}>
          <Icon name="mail" />
          Send test
        </button>
      </form>
      {!whyNotConfigure(deps, admin) && (
        <>
          <form method="post" action={`${channelHref(channel.id)}/state`}>
            <input type="hidden" name="on" value={channel.state === 'on' ? 'no' : 'yes'} />
            <button type="submit" class="q-btn">
              <Icon name={channel.state === 'on' ? 'player-pause' : 'player-play'} />
              {channel.state === 'on' ? 'Switch off' : 'Switch on'}
            </button>
          </form>
          <Menu kind="button" icon="trash" label="Delete" side="right" id="menu-delete-channel">
            <form class="q-view-form" method="post" action={`${channelHref(channel.id)}/delete`}>
              <p class="q-help">{`“${channel.name}” is gone then, with its secret. Rules that name it send nothing there.`}</p>
              <button class="q-btn q-btn-small q-btn-danger" type="submit">
                Delete the channel
              </button>
            </form>
          </Menu>
        </>
      )}
    </>
  )
}
