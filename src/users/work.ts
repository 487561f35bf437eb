import type { Deps } from '../context.ts'
import { addDays, startOfDay, today } from '../lib/time.ts'
import type { Fragment } from '../metrics/metric.ts'
import type { FoundUser } from './find.ts'
import { STATS_DAYS } from './stats.ts'
import { ofTenant } from './usage.ts'

export interface UserJob {
  kind: string
  status: string
  at: Date
  /** null = it has not ended. */
  tookMs: number | null
  error: string | null
  attempt: number
}
export interface JobCount {
  kind: string
  succeeded: number
  failed: number
  open: number
}
export interface UserJobs {
  latest: UserJob[]
  /** Of the last 30 days. */
  counts: JobCount[]
}

/** The newest jobs, and how those of 30 days ended; what went wrong is not told in privacy mode strict. */
export async function jobsOf(deps: Deps, user: FoundUser): Promise<UserJobs> {
  const { sql } = deps.db
  const since = startOfDay(addDays(today(deps.now(), deps.config.timeZone), 1 - STATS_DAYS), deps.config.timeZone)
  const own = sql`c.user_id = any(${user.ids}::text[]) and ${ofTenant(deps, user)}`
  const error = deps.config.privacy === 'strict' ? sql`null` : sql`c.error`
  const [latest, counts] = await Promise.all([
    sql<UserJob[]>`
      select c.kind, c.status, c.ts as at, c.attempt, ${error} as error,
        extract(epoch from c.finished_at - coalesce(c.started_at, c.enqueued_at))::float8 * 1000 as "tookMs"
      from jobs c where ${own} order by c.ts desc limit 8`,
    sql<JobCount[]>`
      select c.kind, count(*) filter (where c.status = 'succeeded')::float8 as succeeded,
        count(*) filter (where c.status = 'failed')::float8 as failed,
        count(*) filter (where c.status in ('queued', 'running'))::float8 as open
      from jobs c where ${own} and c.ts >= ${since} group by 1 order by count(*) desc, 1`,
  ])
  return { latest: [...latest], counts: [...counts] }
}

export interface Visits {
  sessions: { id: string; startedAt: Date; endedAt: Date; events: number }[]
  devices: { device: string; lastAt: Date; events: number }[]
  places: { place: string; lastAt: Date; events: number }[]
}

/** Of so many events it is looked at from where they came. */
const EVENTS_READ = 500

/** The newest visits, and the devices and places of the newest events. */
export async function visitsOf(deps: Deps, user: FoundUser): Promise<Visits> {
  const { sql } = deps.db
  const latest = sql`
    select c.ts, c.device, c.browser, c.os, c.city, c.country from events c
    where c.user_id = any(${user.ids}::text[]) and c.ts <= ${deps.now()} and ${ofTenant(deps, user)}
    order by c.ts desc limit ${EVENTS_READ}`
  const by = (what: Fragment) => sql<{ what: string; lastAt: Date; events: number }[]>`
    select ${what} as what, max(ts) as "lastAt", count(*)::float8 as events from (${latest}) e
    where ${what} <> '' group by 1 order by max(ts) desc limit 5`
  const [sessions, devices, places] = await Promise.all([
    sql<Visits['sessions']>`
      select session_id as id, min(first_ts) as "startedAt", max(last_ts) as "endedAt", sum(events)::float8 as events
      from (
        select * from session_days where user_id = ${user.id} and scope = ${user.scope} order by day desc, last_ts desc limit 40
      ) s group by 1 order by max(last_ts) desc limit 6`,
    by(sql`concat_ws(', ', nullif(device, ''), concat_ws(' on ', nullif(browser, ''), nullif(os, '')))`),
    by(sql`concat_ws(', ', nullif(city, ''), nullif(country, ''))`),
  ])
  return {
    sessions: [...sessions],
    devices: devices.map(({ what, ...rest }) => ({ device: what, ...rest })),
    places: places.map(({ what, ...rest }) => ({ place: what, ...rest })),
  }
}

/** Where what the user made can be seen: the newest addresses of things that are still there. */
export async function sitesOf(deps: Deps, user: FoundUser): Promise<{ kind: string; url: string; at: Date }[]> {
  const { sql } = deps.db
  const rows = await sql<{ kind: string; url: string; at: Date }[]>`
    select kind, url, at from (
      select c.kind, c.properties ->> 'url' as url, c.created_at as at, c.closed_at
      from objects c where c.user_id = any(${user.ids}::text[]) and ${ofTenant(deps, user)}
      order by c.created_at desc limit ${EVENTS_READ}
    ) o where url is not null and closed_at is null order by at desc limit 20`
  const seen = new Set<string>()
  return rows.filter(({ url }) => isWeb(url) && !seen.has(url) && seen.add(url)).slice(0, 3)
}

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url)
