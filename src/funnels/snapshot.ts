import type { Deps } from '../context.ts'
import type { Tx } from '../facts/types.ts'
import type { Day } from '../lib/time.ts'
import { dueDays, noteMade } from '../metrics/nightly-days.ts'
import { windowOf } from '../metrics/window.ts'
import { scopes } from '../rollups/fragments.ts'
import { byPerson } from '../rollups/owners.ts'
import type { Fragment } from '../rollups/types.ts'
import { STAGES } from './stages.ts'

const TABLE = 'funnel_snapshots'
/** Events of so many days are read in one statement. */
const DAYS_AT_ONCE = 31

interface Told {
  signal?: AbortSignal
  progress?: (done: number, total: number) => Promise<void>
}

/** Counts, for each day that is due, who reached which stage on it; answers those days. */
export async function snapshotFunnel(deps: Deps, { signal, progress }: Told = {}): Promise<Day[]> {
  const days = await dueDays(deps, TABLE)
  await progress?.(0, days.length)
  for (let i = 0; i < days.length; i += DAYS_AT_ONCE) {
    signal?.throwIfAborted()
    await storeDays(deps, days.slice(i, i + DAYS_AT_ONCE))
    await progress?.(Math.min(days.length, i + DAYS_AT_ONCE), days.length)
  }
  return days
}

/** The stages of some days, of all tenants and of each that anybody reached one in. */
async function storeDays(deps: Deps, some: Day[]): Promise<void> {
  const { days } = windowOf(['*'], some)
  const now = deps.now()
  await deps.db.heavy.begin(async (tx) => {
    await tx`delete from funnel_snapshots where day = any(${days}::text[]::date[])`
    await tx`
      with days as (select unnest(${days}::text[]::date[]) as day),
      reached as materialized (
        select day, scope, stage, count(*) as people from (
          ${visitors(deps, tx, days)}
          union all
          ${firsts(deps, tx, days)}
        ) r
        where day in (select day from days)
        group by 1, 2, 3
      ),
      known as (${known(deps, tx)}),
      places as (select day, '*' as scope from days union select day, scope from reached)
      insert into funnel_snapshots (day, scope, place, stage, people, computed_at)
      select p.day, p.scope, s.place, s.stage, case when k.since <= p.day then coalesce(r.people, 0) end, ${now}
      from places p cross join unnest(${STAGES.map(({ key }) => key)}::text[]) with ordinality s (stage, place)
        left join known k using (stage) left join reached r using (day, scope, stage)`
    await noteMade(tx, TABLE, days, now)
  })
}

/** Since which day there is anything to tell of a stage; `reached` are those of the days at hand. */
function known({ config }: Deps, tx: Tx): Fragment {
  return tx`
    select n.stage, (min(f.ts) at time zone ${config.timeZone})::date as since
    from ${names(tx, 'n')} left join lateral (select min(ts) as ts from user_firsts f where f.name = n.name) f on true
    group by 1
    union all
    select 'visitors', min(day)
    from (
      select day from funnel_snapshots where scope = '*' and stage = 'visitors' and people > 0
      union all
      select day from reached where stage = 'visitors'
    ) v`
}

/** The names of each stage, as rows. */
function names(tx: Tx, alias: string): Fragment {
  const pairs = STAGES.flatMap(({ key, names }) => names.map((name) => [key, name] as const))
  const [stages, each] = [pairs.map(([stage]) => stage), pairs.map(([, name]) => name)]
  return tx`unnest(${stages}::text[], ${each}::text[]) ${tx(alias)} (stage, name)`
}

const isVisit = (tx: Tx): Fragment => tx`(type = 'page' or name = 'visit')`

/** Who looked at a page on a day, without an account of an earlier one. */
function visitors({ config, now }: Deps, tx: Tx, days: Day[]): Fragment {
  const zone = config.timeZone
  const facts = tx`
    select user_id, anonymous_id, tenant_id, ts from events
    where ${isVisit(tx)} and ${during(tx, tx`ts`, days, zone)}`
  return tx`
    select distinct p.day, scope, 'visitors' as stage, p.person
    from (${byPerson({ tx, config, now: now() }, facts, [])}) p
      left join users u on u.user_id = p.person
      cross join ${scopes(tx, 'p.tenant_id')}
    where scope is not null and (u.user_id is null or u.created_at >= p.day::timestamp at time zone ${zone})`
}

/** The first of each stage of a user, on its day. */
function firsts({ config }: Deps, tx: Tx, days: Day[]): Fragment {
  const zone = config.timeZone
  return tx`
    select (f.ts at time zone ${zone})::date as day, scope, n.stage, f.user_id as person
    from ${names(tx, 'n')} join user_firsts f on f.name = n.name and ${during(tx, tx`f.ts`, days, zone)}
      join users u on u.user_id = f.user_id and u.status <> 'deleted'
      cross join ${scopes(tx, 'u.tenant_id')}
    where scope is not null and not exists (
      select from ${names(tx, 'm')} join user_firsts e on e.name = m.name and e.user_id = f.user_id
      where m.stage = n.stage and (e.ts, e.name) < (f.ts, f.name)
    )`
}

function during(tx: Tx, ts: Fragment, days: Day[], zone: string): Fragment {
  return tx`${ts} >= ${days[0] as Day}::date::timestamp at time zone ${zone}
      and ${ts} < (${days.at(-1) as Day}::date + 1)::timestamp at time zone ${zone}`
}
