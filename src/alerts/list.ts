import type { Fragment } from 'postgres'
import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import type { Who } from '../env.ts'
import { visible } from './find.ts'
import { SEVERITIES, type Severity } from './rule.ts'
import type { EndedWhy } from './write.ts'

/** An alert as pages and programs see it. */
export interface Alert {
  id: number
  ruleSlug: string
  ruleName: string
  /** Of a rule that was deleted only the name is left. */
  ruleGone: boolean
  metric: string
  subject: string
  scope: string
  state: 'pending' | 'firing' | 'resolved' | 'passed'
  severity: Severity
  title: string
  text: string
  value: number | null
  peak: number | null
  pendingSince: Date
  firedAt: Date | null
  endedAt: Date | null
  endedWhy: EndedWhy | null
  unknownSince: Date | null
  ackedAt: Date | null
  ackedBy: string | null
  silencedUntil: Date | null
  /** It fired, its rule tells somebody, and there was no channel to tell. */
  toldNobody: boolean
}

const columns = (sql: Tag): Fragment => sql`
  a.id::float8 as id, r.slug as "ruleSlug", r.name as "ruleName", r.deleted_at is not null as "ruleGone",
  coalesce(r.rule ->> 'metric', '') as metric, a.subject, a.scope, a.state, a.severity, a.title, a.text, a.value, a.peak,
  a.pending_since as "pendingSince", a.fired_at as "firedAt", a.ended_at as "endedAt", a.ended_why as "endedWhy",
  a.unknown_since as "unknownSince", a.acked_at as "ackedAt",
  coalesce(m.name, m.email, a.acked_by) as "ackedBy", a.silenced_until as "silencedUntil",
  coalesce(a.told_to = '{}' and r.rule -> 'channels' <> '[]', false) as "toldNobody"`

const tables = (sql: Tag): Fragment => sql`
  alerts a join alert_rules r on r.id = a.rule_id left join admins m on a.acked_by = 'admin:' || m.id`

/** Scope of a page or a request: '*' shows all that may be seen, a tenant its own. */
export interface Asked {
  who: Pick<Who, 'tenants'>
  scope: string
}

const of = (sql: Tag, { who, scope }: Asked): Fragment =>
  sql`${visible(sql, who, sql`a.scope`)} and ${scope === '*' ? sql`true` : sql`a.scope = ${scope}`}`

/** So many are listed on a page. */
export const MOST_OPEN = 200

export interface OpenQuery extends Asked {
  /** Only what lies behind this one: "rank~instant~id". */
  before?: string
  limit?: number
  /** Of these alone; a silenced one is only that. */
  only?: { kind: OpenKind; at: Date }
}
export type OpenKind = 'firing' | 'pending' | 'silenced'

/** What is pending or firing, the worst first, then the newest; among the silenced also what has ended, while its silence holds. */
export async function openAlerts({ db: { sql } }: Pick<Deps, 'db'>, query: OpenQuery): Promise<Alert[]> {
  const [, rank, at, id] = OPEN_CURSOR.exec(query.before ?? '') ?? []
  const after =
    rank && at && id && !Number.isNaN(Date.parse(at))
      ? sql`and (${rankIn(sql)} > ${rank}::int
          or (${rankIn(sql)} = ${rank}::int and (${sinceIn(sql)}, a.id) < (${at}::timestamptz, ${id}::bigint)))`
      : sql``
  return [
    ...(await sql<Alert[]>`
      select ${columns(sql)} from ${tables(sql)}
      where ${ofKind(sql, query)} and ${of(sql, query)} ${after}
      order by ${rankIn(sql)}, ${sinceIn(sql)} desc, a.id desc
      limit ${query.limit ?? MOST_OPEN}`),
  ]
}

function ofKind(sql: Tag, { only }: OpenQuery): Fragment {
  if (!only) return isOpen(sql)
  const silenced = silencedAt(sql, only.at)
  return only.kind === 'silenced'
    ? sql`(${isOpen(sql)} and ${silenced} or ${holdsOn(sql, only.at)})`
    : sql`a.state = ${only.kind} and not ${silenced}`
}

const isOpen = (sql: Tag): Fragment => sql`a.state in ('pending', 'firing')`
const silencedAt = (sql: Tag, at: Date): Fragment => sql`coalesce(a.silenced_until > ${at}, false)`
/** Ended, while its silence, the longest of its rule and subject, still holds for the next alert of them. */
const holdsOn = (sql: Tag, at: Date): Fragment => sql`(
        a.silenced_until > ${at} and a.state not in ('pending', 'firing')
        and exists (select from alert_rules x where x.id = a.rule_id and x.deleted_at is null)
        and not exists (
          select from alerts b
          where b.rule_id = a.rule_id and b.subject = a.subject and b.silenced_until is not null
            and (b.silenced_until, b.id) > (a.silenced_until, a.id)))`
const OPEN_CURSOR = /^(\d)~([^~]{1,40})~(\d{1,15})$/
const RANKS = { firing: 0, pending: 3, resolved: 6, passed: 6 }
/** Firing ones first, then pending ones, each sort the worst first. */
const rankIn = (sql: Tag): Fragment =>
  sql`(case a.state when 'firing' then 0 when 'pending' then 3 else 6 end + array_position(${SEVERITIES}::text[], a.severity))`
const sinceIn = (sql: Tag): Fragment => sql`coalesce(a.fired_at, a.pending_since)`

/** Where the next page of the open ones begins. */
export const openCursorOf = ({ state, severity, firedAt, pendingSince, id }: Alert): string =>
  [RANKS[state] + SEVERITIES.indexOf(severity) + 1, (firedAt ?? pendingSince).toISOString(), id].join('~')

/** How many are open, of each kind; and how many fire, silenced ones among them. */
export type OpenCounts = Record<OpenKind | Severity, number>

/** Counts all that is open. */
export async function openCounts({ db: { sql }, now }: Pick<Deps, 'db' | 'now'>, asked: Asked): Promise<OpenCounts> {
  const silenced = silencedAt(sql, now())
  const [row] = await sql<OpenCounts[]>`
    select count(*) filter (where not ${silenced} and a.state = 'firing')::float8 as firing,
      count(*) filter (where not ${silenced} and a.state = 'pending')::float8 as pending,
      count(*) filter (where ${silenced})::float8 as silenced,
      count(*) filter (where a.state = 'firing' and a.severity = 'critical')::float8 as critical,
      count(*) filter (where a.state = 'firing' and a.severity = 'warning')::float8 as warning,
      count(*) filter (where a.state = 'firing' and a.severity = 'info')::float8 as info
    from alerts a where (${isOpen(sql)} or ${holdsOn(sql, now())}) and ${of(sql, asked)}`
  return row ?? { firing: 0, pending: 0, silenced: 0, critical: 0, warning: 0, info: 0 }
}

/** How many fire. */
export const firingOf = ({ critical, warning, info }: OpenCounts): number => critical + warning + info

export interface HistoryQuery extends Asked {
  from: Date
  until: Date
  /** Only what lies behind this one: "instant~id". */
  before?: string
  limit: number
}

/** What has fired within some days, the newest first. */
export async function firedAlerts({ db: { sql } }: Pick<Deps, 'db'>, query: HistoryQuery): Promise<Alert[]> {
  const [at, id] = (query.before ?? '').split('~')
  const after =
    at && id && /^\d{1,15}$/.test(id) && !Number.isNaN(Date.parse(at))
      ? sql`and (a.fired_at, a.id) < (${at}::timestamptz, ${id}::bigint)`
      : sql``
  return [
    ...(await sql<Alert[]>`
      select ${columns(sql)} from ${tables(sql)}
      where a.fired_at >= ${query.from} and a.fired_at < ${query.until} and ${of(sql, query)} ${after}
      order by a.fired_at desc, a.id desc limit ${query.limit}`),
  ]
}

export const cursorOf = ({ firedAt, id }: Alert): string => `${firedAt?.toISOString() ?? ''}~${id}`

/** An alert by its id; undefined where there is none, or it may not be seen. */
export async function findAlert(
  { db: { sql } }: Pick<Deps, 'db'>,
  asked: Asked,
  id: string,
): Promise<Alert | undefined> {
  if (!/^\d{1,15}$/.test(id)) return undefined
  const [alert] = await sql<Alert[]>`
    select ${columns(sql)} from ${tables(sql)} where a.id = ${id} and ${of(sql, asked)}`
  return alert
}

export interface AlertStats {
  fired: number
  /** In as many days before. */
  firedBefore: number
  bySeverity: Record<Severity, number>
  /** Median, in ms; null where none was acknowledged. */
  ackMs: number | null
  ackMsBefore: number | null
  resolveMs: number | null
  /** By the id of the rule. */
  byRule: Map<number, number>
  /** How many fired on each local day. */
  byDay: { day: string; severity: Severity; n: number }[]
}

/** Counts of what has fired within some days. */
export async function alertStats(
  { db: { sql }, config }: Pick<Deps, 'db' | 'config'>,
  asked: Asked & { from: Date; until: Date },
): Promise<AlertStats> {
  const { from, until } = asked
  const before = new Date(2 * from.getTime() - until.getTime())
  const [totals, byRule, byDay] = await Promise.all([
    sql<
      {
        fired: number
        firedBefore: number
        ackMs: number | null
        ackMsBefore: number | null
        resolveMs: number | null
      }[]
    >`
      select count(*) filter (where recent)::float8 as fired, count(*) filter (where not recent)::float8 as "firedBefore",
        percentile_cont(0.5) within group (order by ack) filter (where recent) as "ackMs",
        percentile_cont(0.5) within group (order by ack) filter (where not recent) as "ackMsBefore",
        percentile_cont(0.5) within group (order by took) filter (where recent) as "resolveMs"
      from (
        select a.fired_at >= ${from} as recent, extract(epoch from a.acked_at - a.fired_at)::float8 * 1000 as ack,
          extract(epoch from a.ended_at - a.fired_at)::float8 * 1000 as took
        from alerts a where a.fired_at >= ${before} and a.fired_at < ${until} and ${of(sql, asked)}
      ) x`,
    sql<{ id: number; n: number }[]>`
      select a.rule_id::float8 as id, count(*)::float8 as n from alerts a
      where a.fired_at >= ${from} and a.fired_at < ${until} and ${of(sql, asked)} group by 1`,
    sql<{ day: string; severity: Severity; n: number }[]>`
      select (a.fired_at at time zone ${config.timeZone})::date::text as day, a.severity, count(*)::float8 as n
      from alerts a where a.fired_at >= ${from} and a.fired_at < ${until} and ${of(sql, asked)} group by 1, 2`,
  ])
  const sum = (severity: Severity) => byDay.reduce((n, row) => n + (row.severity === severity ? row.n : 0), 0)
  const none = { fired: 0, firedBefore: 0, ackMs: null, ackMsBefore: null, resolveMs: null }
  return {
    ...(totals[0] ?? none),
    bySeverity: { critical: sum('critical'), warning: sum('warning'), info: sum('info') },
    byRule: new Map(byRule.map(({ id, n }) => [id, n])),
    byDay: [...byDay],
  }
}
