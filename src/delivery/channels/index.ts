import type { ChannelKind } from '../types.ts'
import { email } from './email.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** Every kind of channel there is; a test finds the file that is missing here. */
export const channelKinds: readonly ChannelKind[] = [email, slack, webhook]

/** The kind of a name; undefined = there is none. */
export function kindOf(name: string): ChannelKind | undefined {
  return channelKinds.find(({ kind }) => kind === name)
}
