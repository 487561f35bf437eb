import type { Deps } from '../context.ts'
import type { Tx } from '../facts/types.ts'
import { addDays, type Day, today } from '../lib/time.ts'
import { closedDays } from './snapshot.ts'

/** Facts that come late are in the nightly tables after so many days at most. */
const LATE_DAYS = 7
/** A night's share after an import of years. */
const MAX_DAYS = 400

/** The closed days that a nightly table has to be made for: those it was never made for, and the last few again. */
export async function dueDays(deps: Deps, name: string): Promise<Day[]> {
  const closed = await closedDays(deps)
  const made = await deps.db.sql<{ day: Day }[]>`select day::text as day from nightly_days where name = ${name}`
  const known = new Set(made.map(({ day }) => day))
  const late = addDays(today(deps.now(), deps.config.timeZone), -LATE_DAYS)
  return closed.filter((day) => day >= late || !known.has(day)).slice(-MAX_DAYS)
}

/** Notes the days for which a nightly table was made, in the transaction that made it. */
export async function noteMade(tx: Tx, name: string, days: readonly Day[], now: Date): Promise<void> {
  await tx`
    insert into nightly_days (name, day, computed_at)
    select ${name}, day, ${now} from unnest(${days}::text[]::date[]) day
    on conflict (name, day) do update set computed_at = excluded.computed_at`
}
