import type { Deps } from '../context.ts'
import { addDays, type Day, startOfDay, today } from '../lib/time.ts'
import { rawDays } from '../rollups/rebuild.ts'
import { lockJob, requestRun } from './claim.ts'
import { findJob } from './index.ts'

/**
 * Days are days of TIME_ZONE. Called at boot: when the setting differs from the zone that the newest days were folded
 * in, notes from which day the new one holds and has the days rebuilt whose raw facts remain. Older days stay days of
 * the zone they were folded in.
 */
export async function ensureDayZone(deps: Deps): Promise<void> {
  const { config, db, log } = deps
  const rebuild = findJob('rebuild')!
  const raw = await rawDays(deps)
  const now = today(deps.now(), config.timeZone)
  const since = raw ? await firstWholeDay(deps, raw.from) : now
  await db.sql.begin(async (tx) => {
    await lockJob(tx, rebuild)
    const [newest] = await tx<{ zone: string }[]>`select zone from day_zones order by since desc limit 1`
    if (newest?.zone === config.timeZone) return
    await tx`delete from day_zones where since >= ${since}`
    await tx`insert into day_zones (since, zone) values (${since}, ${config.timeZone})`
    if (!newest || !raw) return
    // Facts may be up to a day ahead.
    const to = addDays(now, 1)
    await requestRun(tx, rebuild, { slot: deps.now(), startedBy: 'time zone', note: `${since}..${to}` })
    log.info({ from: newest.zone, to: config.timeZone, since }, 'the time zone changed: days are rebuilt')
  })
}

/**
 * The day before the first facts, for in the other zone they may have been counted on it. Months are UTC: where one was
 * dropped, part of the first local day is gone, and a rebuild would make it smaller.
 */
async function firstWholeDay({ db, config }: Deps, first: Day): Promise<Day> {
  const [row] = await db.sql<{ month: string | null }[]>`
    select min(substring(c.relname from '\\d{4}_\\d\\d$')) as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('events'::regclass, 'api_calls'::regclass)`
  const start = row?.month ? new Date(`${row.month.replace('_', '-')}-01T00:00:00Z`) : undefined
  const days = [addDays(first, -1), first]
  return days.find((day) => !start || startOfDay(day, config.timeZone) >= start) ?? addDays(first, 1)
}
