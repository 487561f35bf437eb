import { cardState } from '../../src/card-state.ts'
import { type LastPing, lastPing } from '../../src/delivery/dead-man.ts'
import { type ChannelRow, listChannels } from '../../src/delivery/find.ts'
import { senderOf } from '../../src/delivery/mailer.ts'
import { CHANNELS_PATH } from '../../src/delivery/paths.ts'
import { type Attempt, type Delivery, readDeliveries, readDelivery } from '../../src/delivery/read.ts'
import type { DeliveryState } from '../../src/delivery/types.ts'
import { version } from '../../src/delivery/version.ts'
import { requireWhole, whyNotConfigure } from '../../src/delivery/who.ts'
import { idIn } from '../../src/lib/below.ts'
import { momentText } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Facts, Grid, Icon, Note, Stack } from '../parts/index.ts'
import { ChannelsCard } from './delivery/channels-card.tsx'
import { DELIVERIES, DeliveriesCard } from './delivery/deliveries-card.tsx'
import { DeliveryCard } from './delivery/delivery-card.tsx'

interface Data {
  channels: Loaded<ChannelRow[]>
  deliveries: Loaded<Delivery[]>
  told: (Delivery & { tries: Attempt[] }) | undefined
  ping: Loaded<LastPing | undefined>
}
interface Props {
  data: Data
  context: PageContext
}

/** Which deliveries are listed, by what the address says. */
const SHOWS: Record<string, { label: string; states?: readonly DeliveryState[] }> = {
  '': { label: 'All' },
  waiting: { label: 'Waiting', states: ['queued', 'sending'] },
  failed: { label: 'Not sent', states: ['failed', 'dead', 'kept'] },
}

/** Where alerts are sent, and what became of each. */
export default definePage<Data>({
  path: CHANNELS_PATH,
  under: '/dashboard/settings',
  title: 'Channels',
  group: 'Work',
  order: 82,
  role: 'viewer',
  every: 10,
  personal: () => String(version()),
  params: ['delivery', 'show', 'before', 'done'],
  filters: 'none',
  load: async (context) => {
    const { deps, admin, query } = context
    requireWhole(admin)
    const key = `${version()}`
    const states = SHOWS[query.show ?? '']?.states
    const before = idIn(query.before)
    const asked = { ...(states && { states }), ...(before !== undefined && { before }), limit: DELIVERIES + 1 }
    const [channels, deliveries, ping, told] = await Promise.all([
      card(context, 'channels', () => listChannels(deps), { key }),
      card(context, 'deliveries', () => readDeliveries(deps, asked), { key: `${key}|${query.show}|${query.before}` }),
      card(context, 'dead-man', () => lastPing(deps)),
      query.delivery ? readDelivery(deps, query.delivery) : undefined,
    ])
    return { channels, deliveries, told, ping }
  },
  frame: ({ context }) => ({
    crumbs: [{ label: 'Settings', href: '/dashboard/settings' }],
    actions: whyNotConfigure(context.deps, context.admin) ? undefined : (
      <a class="q-btn q-btn-primary" href={`${CHANNELS_PATH}/new`}>
        <Icon name="plus" />
        New channel
      </a>
    ),
  }),
  View: ({ context, live }) => (
    <div class="q-flow">
      {context.query.done && <Note tone="info">{DONE[context.query.done] ?? 'Done.'}</Note>}
      {live}
    </div>
  ),
  Live: (props) => (
    <div class="q-flow">
      <Failed {...props} />
      {props.data.told && <DeliveryCard told={props.data.told} context={props.context} />}
      <ChannelsCard found={props.data.channels} context={props.context} />
      <Grid>
        <Stack span={8}>
          <DeliveriesCard found={props.data.deliveries} context={props.context} shows={showsOf(props.context)} />
        </Stack>
        <Stack span={4}>
          <Outside {...props} />
        </Stack>
      </Grid>
    </div>
  ),
})

const DONE: Record<string, string> = {
  deleted: 'The channel is deleted. What it delivered stays in the list.',
  retried: 'It was tried again.',
}

const showsOf = ({ query, href }: PageContext) =>
  Object.entries(SHOWS).map(([show, { label }]) => ({
    label,
    href: href({ query: { show, before: '', done: '', delivery: '' } }),
    selected: (query.show ?? '') === show,
  }))

/** A channel that failed is said first: alerts do not get through it. */
const Failed = ({ data }: Props) => {
  const failed = (shownOf(data.channels) ?? []).filter(({ state }) => state === 'failed')
  if (failed.length === 0) return null
  const names = failed.map(({ name }) => `“${name}”`).join(', ')
  return (
    <Note tone="crit">
      {`${names} ${failed.length === 1 ? 'refuses' : 'refuse'} what is sent: alerts for ${failed.length === 1 ? 'it' : 'them'} wait until an owner mends the channel.`}
    </Note>
  )
}

/** What delivery depends on outside: the mail server, and who notices when all of this stops. */
const Outside = ({ data: { ping }, context: { deps, filters } }: Props) => {
  const { smtpUrl, deadmanUrl, timeZone, allowPrivateWebhooks } = deps.config
  const last = shownOf(ping)
  const told = last && `${last.note}, ${momentText(last.at, filters.today, timeZone)}`
  return (
    <Card
      id="outside"
      title="Outside"
      link={{ label: 'Environment', href: '/dashboard/docs/settings#environment' }}
      state={cardState(ping, deps.now())}
    >
      <Facts
        items={[
          { label: 'Mail server', value: smtpUrl === '' ? 'not set: mails are kept' : new URL(smtpUrl).host },
          { label: 'Mails are from', value: smtpUrl === '' ? '—' : senderOf(deps.config) },
          { label: 'Private addresses', value: allowPrivateWebhooks ? 'allowed' : 'refused' },
          { label: 'Dead-man ping', value: deadmanUrl === '' ? 'off' : (told ?? 'none yet') },
        ]}
      />
      {deadmanUrl === '' && (
        <p class="form-hint">
          With DEADMAN_URL set, a service outside is told each minute that all works, and raises the alarm when it is
          not.
        </p>
      )}
    </Card>
  )
}
