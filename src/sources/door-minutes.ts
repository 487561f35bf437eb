import type { Deps } from '../context.ts'
import { every, within } from '../lib/every.ts'

const EVERY_MS = 5_000
const STOP_WITHIN_MS = 2_000
const KEPT_HOURS = 48

/**
 * Writes down every few seconds what the doors have taken. What was counted since the last time is lost by a kill -9:
 * these are counts for the eye, the facts themselves are not concerned.
 */
export function startDoorMinutes(deps: Pick<Deps, 'db' | 'writer' | 'log'>): { stop: () => Promise<void> } {
  const stop = every(EVERY_MS, () => flushDoorMinutes(deps))
  return {
    async stop() {
      const ended = stop().then(() => flushDoorMinutes(deps))
      await within(STOP_WITHIN_MS, ended).catch((error: Error) => {
        deps.log.warn({ err: error }, 'the last counts of the doors are not written down')
      })
    },
  }
}

/** Adds what was counted to door_minutes; on failure it is kept for the next time. */
export async function flushDoorMinutes({ db: { sql }, writer }: Pick<Deps, 'db' | 'writer'>): Promise<void> {
  const minutes = writer.counts.take()
  if (minutes.length === 0) return
  const rows = minutes.map(({ lastFactAt, ...rest }) => ({ ...rest, last_fact_at: lastFactAt ?? null }))
  try {
    await sql`
      insert into door_minutes as d (source, minute, accepted, duplicate, rejected, last_fact_at)
      select source, minute, accepted, duplicate, rejected, last_fact_at
      from json_to_recordset(${JSON.stringify(rows)}::text::json) r(
        source text, minute timestamptz, accepted bigint, duplicate bigint, rejected bigint, last_fact_at timestamptz
      )
      order by source, minute
      on conflict (source, minute) do update set
        accepted = d.accepted + excluded.accepted,
        duplicate = d.duplicate + excluded.duplicate,
        rejected = d.rejected + excluded.rejected,
        last_fact_at = greatest(d.last_fact_at, excluded.last_fact_at)`
  } catch (error) {
    writer.counts.putBack(minutes)
    throw error
  }
}

/** Drops the counts that no page shows; of each source the last one stays, which says when it last sent anything. */
export async function pruneDoorMinutes({ db }: Pick<Deps, 'db'>, now: Date): Promise<void> {
  await db.heavy`
    delete from door_minutes d
    where minute < ${new Date(now.getTime() - KEPT_HOURS * 3_600_000)}
      and exists (
        select from door_minutes later
        where later.source = d.source and later.minute > d.minute and later.last_fact_at is not null
      )`
}
