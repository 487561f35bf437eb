import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { fingerprintOf } from './fingerprint.ts'

/** One line's trouble, on its way into an incident. */
export interface Trouble {
  ts: Date
  kind: string
  severity: 'warn' | 'error'
  provider: string
  /** Normalised. */
  message: string
  source: string
  sample: string | null
}

/** Alike troubles, one after another. */
export interface Incident {
  id: number
  kind: string
  provider: string
  severity: 'warn' | 'error'
  message: string
  firstAt: Date
  lastAt: Date
  n: number
  source: string
  /** The first one in its own words; null in privacy mode strict. */
  sample: string | null
  /** How many in each hour, oldest first, hours without any left out. */
  hours: { hour: Date; n: number }[]
}

const HOUR_MS = 3_600_000
/** After so long without a like it is another incident. */
const GAP_MS = 4 * HOUR_MS
const KEPT_DAYS = 90

/** Adds troubles to their incidents, or makes new ones. One process at a time does this: the one that reads the logs. */
export async function recordIncidents(tx: TransactionSql, troubles: Trouble[], now: Date): Promise<void> {
  const oldest = now.getTime() - KEPT_DAYS * 24 * HOUR_MS
  const runs = runsOf(troubles.filter(({ ts }) => ts.getTime() >= oldest))
  // Two runs of one fingerprint may belong to one incident, of which a statement can change each row once.
  for (let round = 0; ; round++) {
    const rows = runs.filter((run) => run.round === round)
    if (rows.length === 0) return
    await recordRound(tx, rows)
  }
}

/** The newest incidents that were seen in the last hours. */
export async function recentIncidents(
  { db: { sql }, config, now }: Pick<Deps, 'db' | 'config' | 'now'>,
  { limit, hours }: { limit: number; hours: number },
): Promise<Incident[]> {
  const since = new Date(now().getTime() - hours * HOUR_MS)
  const strict = config.privacy === 'strict'
  return await sql<Incident[]>`
    select i.id::float8 as id, i.kind, i.provider, i.severity, i.message, i.first_at as "firstAt", i.last_at as "lastAt",
      i.n, i.source, case when ${strict} then null else i.sample end as sample,
      coalesce(h.hours, '[]'::json) as hours
    from (
      select * from incidents where last_at >= ${since} order by last_at desc, id desc limit ${limit}
    ) i
    left join lateral (
      select json_agg(json_build_object('hour', hour, 'n', n) order by hour) as hours
      from incident_hours where incident_id = i.id
    ) h on true
    order by i.last_at desc, i.id desc`.then((rows) =>
    rows.map((row) => ({ ...row, hours: row.hours.map(({ hour, n }) => ({ hour: new Date(hour), n })) })),
  )
}

/** Drops what is too old for any page. */
export async function pruneIncidents({ db }: Pick<Deps, 'db'>, now: Date): Promise<void> {
  await db.heavy`delete from incidents where last_at < ${new Date(now.getTime() - KEPT_DAYS * 24 * HOUR_MS)}`
}

interface Run extends Trouble {
  fingerprint: string
  round: number
  lastAt: Date
  n: number
  hours: Map<number, number>
}

/** Troubles of one fingerprint without a long pause, counted together. */
function runsOf(troubles: Trouble[]): Run[] {
  const runs: Run[] = []
  const last = new Map<string, Run>()
  for (const trouble of [...troubles].sort((a, b) => a.ts.getTime() - b.ts.getTime())) {
    const { kind, severity, provider, message, source, ts } = trouble
    const fingerprint = fingerprintOf(kind, severity, provider, message, source)
    const before = last.get(fingerprint)
    let run = before
    if (!run || ts.getTime() - run.lastAt.getTime() > GAP_MS) {
      run = { ...trouble, fingerprint, round: before ? before.round + 1 : 0, lastAt: ts, n: 0, hours: new Map() }
      runs.push(run)
      last.set(fingerprint, run)
    }
    const hour = Math.floor(ts.getTime() / HOUR_MS) * HOUR_MS
    run.n++
    run.lastAt = ts
    run.hours.set(hour, (run.hours.get(hour) ?? 0) + 1)
  }
  return runs
}

async function recordRound(tx: TransactionSql, runs: Run[]): Promise<void> {
  const rows = runs.map(({ ts, lastAt, hours, round, ...rest }) => ({
    ...rest,
    first_at: ts,
    last_at: lastAt,
    hours: [...hours].map(([hour, n]) => ({ hour: new Date(hour), n })),
  }))
  await tx`
    with run as materialized (
      select r.*, (
          select id from incidents i
          where i.fingerprint = r.fingerprint
            and i.last_at >= r.first_at - ${GAP_MS / 1000} * interval '1 s'
            and i.first_at <= r.last_at + ${GAP_MS / 1000} * interval '1 s'
          order by i.last_at desc, i.id desc limit 1
        ) as incident_id
      from json_to_recordset(${JSON.stringify(rows)}::text::json) r(
        fingerprint text, kind text, provider text, severity text, message text, source text, sample text,
        first_at timestamptz, last_at timestamptz, n bigint, hours json
      )
    ),
    grown as (
      update incidents i set
        n = i.n + run.n,
        first_at = least(i.first_at, run.first_at),
        last_at = greatest(i.last_at, run.last_at)
      from run where i.id = run.incident_id
      returning i.id, i.fingerprint
    ),
    made as (
      insert into incidents (fingerprint, kind, provider, severity, message, first_at, last_at, n, source, sample)
      select fingerprint, kind, provider, severity, message, first_at, last_at, n, source, sample
      from run where incident_id is null
      returning id, fingerprint
    )
    insert into incident_hours as h (incident_id, hour, n)
    select one.id, x.hour, x.n
    from (select * from grown union all select * from made) one
    join run using (fingerprint)
    cross join lateral json_to_recordset(run.hours) x(hour timestamptz, n bigint)
    on conflict (incident_id, hour) do update set n = h.n + excluded.n`
}
