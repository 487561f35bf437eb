import type { Deps } from '../context.ts'
import { noteChange } from './version.ts'

/**
 * Writes a canary for each channel whose time has come: a notice that takes the same way as an alert, from the outbox to
 * whoever reads it. The hour is part of its key, so that two processes write one. Answers how many.
 */
export async function sendCanaries({ db: { sql } }: Pick<Deps, 'db'>): Promise<number> {
  const sent = await sql`
    insert into notifications (channel_id, dedupe_key, kind, payload)
    select c.id, 'canary:' || to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24'), 'canary', jsonb_build_object(
      'severity', 'info', 'title', 'Alerts reach ' || c.name,
      'text', 'This is sent every ' || c.canary_hours || ' h. When it stays away, alerts do too.',
      'link', '/dashboard/settings/channels/' || c.id)
    from channels c
    where c.deleted_at is null and c.state = 'on' and c.canary_hours is not null and not exists (
      select from notifications n
      where n.channel_id = c.id and n.kind = 'canary'
        -- A minute less: the clock of a schedule is not exact.
        and n.created_at > now() - c.canary_hours * interval '1 hour' + interval '1 minute')
    on conflict (channel_id, dedupe_key) do nothing
    returning id`
  if (sent.length > 0) noteChange()
  return sent.length
}
