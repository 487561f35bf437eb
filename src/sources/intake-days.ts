import type { Deps } from '../context.ts'
import { every, within } from '../lib/every.ts'
import { dayOf } from '../lib/time.ts'

const EVERY_MS = 5_000
const STOP_WITHIN_MS = 2_000

/** Keeps how many facts of each kind the doors took and refused by day; like the minutes, counts for the eye. */
export function startIntakeDays(deps: Pick<Deps, 'db' | 'writer' | 'config' | 'log'>): { stop: () => Promise<void> } {
  const stop = every(EVERY_MS, () => flushIntake(deps))
  return {
    async stop() {
      await within(
        STOP_WITHIN_MS,
        stop().then(() => flushIntake(deps)),
      ).catch((error: Error) => {
        deps.log.warn({ err: error }, 'the last counts of facts by kind are not written down')
      })
    },
  }
}

/** Adds what was counted to intake_days; on failure it is kept for the next time. */
export async function flushIntake({
  db: { sql },
  writer,
  config,
}: Pick<Deps, 'db' | 'writer' | 'config'>): Promise<void> {
  const taken = writer.counts.takeKinds()
  if (taken.length === 0) return
  const rows = taken.map(({ minute, ...row }) => ({ ...row, day: dayOf(minute, config.timeZone) }))
  try {
    await sql`
      insert into intake_days as i (day, source, kind, accepted, duplicate, rejected)
      select day, source, kind, sum(accepted), sum(duplicate), sum(rejected)
      from json_to_recordset(${JSON.stringify(rows)}::text::json) r(
        day date, source text, kind text, accepted bigint, duplicate bigint, rejected bigint
      )
      group by 1, 2, 3 order by 1, 2, 3
      on conflict (day, source, kind) do update set
        accepted = i.accepted + excluded.accepted,
        duplicate = i.duplicate + excluded.duplicate,
        rejected = i.rejected + excluded.rejected`
  } catch (error) {
    writer.counts.putBackKinds(taken)
    throw error
  }
}
