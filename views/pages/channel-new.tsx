import { channelKinds, kindOf } from '../../src/delivery/channels/index.ts'
import { CHANNELS_PATH } from '../../src/delivery/paths.ts'
import type { ChannelKind } from '../../src/delivery/types.ts'
import { requireWhole, whyNotConfigure } from '../../src/delivery/who.ts'
import { definePage } from '../../src/page.ts'
import { Card, Segments } from '../parts/index.ts'
import { ChannelForm, NEW_CHANNEL } from './delivery/channel-form.tsx'

/** A new channel, of one of the kinds. */
export default definePage<ChannelKind>({
  path: `${CHANNELS_PATH}/new`,
  under: '/dashboard/settings',
  title: 'New channel',
  group: 'Work',
  order: 83,
  role: 'owner',
  params: ['kind'],
  filters: 'none',
  load: async ({ admin, query }) => {
    requireWhole(admin)
    return kindOf(query.kind || 'email')
  },
  frame: () => ({
    freshness: undefined,
    crumbs: [
      { label: 'Settings', href: '/dashboard/settings' },
      { label: 'Channels', href: CHANNELS_PATH },
    ],
  }),
  Live: ({ data: kind, context: { deps, admin, href } }) => (
    <Card
      id="channel-form"
      title={kind.label}
      sub={kind.doc}
      tools={
        <Segments
          name="Kind of channel"
          items={channelKinds.map((one) => ({
            label: one.label,
            href: href({ query: { kind: one.kind } }),
            selected: one.kind === kind.kind,
          }))}
        />
      }
    >
      <ChannelForm kind={kind} config={deps.config} values={NEW_CHANNEL} off={whyNotConfigure(deps, admin)} />
    </Card>
  ),
})
