import type { Tag } from '../db/tag.ts'

/** For how long what did not come through is still news. */
export const NEWS = '7 days'

/**
 * Puts what a channel was meant to tell into the outbox again, and lets what waits be tried at once: it is mended. Left
 * out is what has been overtaken: that an alert fires is no news to who was told that it is over.
 */
export async function requeue(tx: Tag, channelId: string): Promise<void> {
  await tx`
    update notifications n set state = 'queued', next_at = now()
    where channel_id = ${channelId} and kind in ('firing', 'resolved') and created_at > now() - ${NEWS}::interval
      and (state = 'queued' or (state in ('failed', 'dead') and (thread is null or not exists (
        select from notifications l
        where l.channel_id = n.channel_id and l.thread = n.thread and l.id > n.id and l.state in ('sent', 'kept')))))`
}
