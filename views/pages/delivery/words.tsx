import type { Channel } from '../../../src/delivery/find.ts'
import type { DeliveryState } from '../../../src/delivery/types.ts'
import { STATE_WORDS } from '../../../src/delivery/words.ts'
import { Badge } from '../../parts/index.ts'

const STATE_TONES: Record<Exclude<DeliveryState, 'sent'>, Parameters<typeof Badge>[0]['tone']> = {
  queued: 'stale',
  sending: 'running',
  kept: 'info',
  failed: 'crit',
  dead: 'crit',
}

/** How far a notification or a mail is; what is as it should be is a plain word. */
export const StateBadge = ({ state }: { state: DeliveryState }) =>
  state === 'sent' ? (
    <span class="q-ink-2">{STATE_WORDS.sent}</span>
  ) : (
    <Badge tone={STATE_TONES[state]} text={STATE_WORDS[state]} />
  )

/** Whether a channel is used. */
export const ChannelBadge = ({ state, lateSince }: Pick<Channel, 'state' | 'lateSince'>) => {
  if (state === 'on' && lateSince) return <Badge tone="crit" text="late" />
  if (state === 'on') return <span class="q-ink-2">on</span>
  return state === 'off' ? <Badge tone="plain" text="off" /> : <Badge tone="crit" text="failed" />
}
