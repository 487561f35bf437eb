import type { Tag } from '../db/tag.ts'
import { rankOf } from './words.ts'

/** What is told to the channels. */
export interface Notice {
  /** The same again is the same notice: it reaches each channel once. At most 200 characters. */
  dedupeKey: string
  event: 'firing' | 'resolved'
  /** info, warning, critical. */
  severity: string
  title: string
  text: string
  /** A path of Quarterdeck, or a URL. */
  link?: string
  /** What belongs together, as firing and resolved of one alert do: it arrives in its order. */
  thread?: string
  /** Ids of channels; default: all. */
  channels?: readonly string[]
}

/**
 * Writes a notice to the outbox, in the caller's transaction: it is sent if that commits, and only then. A channel that
 * failed gets it when an admin has mended it; one that is switched off, or asks for worse ones only, does not. Answers for
 * how many channels it is new.
 */
export async function notify(tx: Tag, notice: Notice): Promise<number> {
  const { dedupeKey, event, severity, title, text, link, thread, channels } = notice
  const payload = JSON.stringify({ severity, title, text, ...(link !== undefined && { link }) })
  const written = await tx`
    insert into notifications (channel_id, dedupe_key, kind, thread, payload)
    select c.id, ${dedupeKey}, ${event}, ${thread ?? null}, ${payload}::text::jsonb
    from channels c
    where c.deleted_at is null and c.state <> 'off'
      and c.least_severity <= ${rankOf(severity)} and (c.tells_resolved or ${event === 'firing'})
      and (${channels === undefined} or c.id = any(${[...(channels ?? [])]}::text[]))
    order by c.id
    on conflict (channel_id, dedupe_key) do nothing
    returning id`
  return written.length
}
