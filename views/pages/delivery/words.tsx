import type { Channel } from '../../../src/delivery/find.ts'
import type { DeliveryState } from '../../../src/delivery/types.ts'
import { STATE_WORDS } from '../../../src/delivery/words.ts'
import { Badge } from '../../parts/index.ts'

const STATE_TONES: Record<DeliveryState, Parameters<typeof Badge>[0]['tone']> = {
  queued: 'stale',
  sending: 'running',
  sent: 'good',
  kept: 'info',
  failed: 'crit',
  dead: 'crit',
}

/** How far a notification or a mail is. */
export const StateBadge = ({ state }: { state: DeliveryState }) => (
  <Badge tone={STATE_TONES[state]} text={STATE_WORDS[state]} />
)

/** Whether a channel is used. */
export const ChannelBadge = ({ state }: Pick<Channel, 'state'>) => {
  if (state === 'on') return <Badge tone="good" text="on" />
  return state === 'off' ? <Badge tone="plain" text="off" /> : <Badge tone="crit" text="failed" />
}

/** "3 attempts" */
export const count = (n: number, noun: string): string => `${n.toLocaleString('en-GB')} ${noun}${n === 1 ? '' : 's'}`
