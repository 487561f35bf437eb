import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import type { Day } from '../lib/time.ts'

/** Which lines of the log are asked for. */
export interface AuditQuery {
  /** 'admin:ID', 'key:ID', 'cli', 'system', 'anonymous', or the e-mail address of an admin. */
  actor?: string | undefined
  /** 'key.create', or 'key' for all that was done to keys. */
  action?: string | undefined
  /** What it was done to, whole, or its beginning followed by '*'. */
  target?: string | undefined
  from?: Day | undefined
  to?: Day | undefined
  /** Only lines older than the one of this number. */
  before?: number | undefined
  /** Only newer ones, those next to it first. */
  after?: number | undefined
}

export interface AuditLine {
  id: number
  at: Date
  actor: string
  /** The admin's address, the key's name; null = neither, or gone. */
  by: string | null
  action: string
  target: string | null
  /** The same for what it was done to, where that is an admin or a key. */
  about: string | null
  detail: Record<string, unknown> | null
  erased: boolean
  /** Its place in the chain; null = not sealed yet. */
  seq: number | null
  hash: string | null
}

type Read = Pick<Deps, 'db' | 'config'>

/** Lines of the log, newest first; behind `after` oldest first. */
export function readAudit({ db: { sql }, config }: Read, query: AuditQuery, limit: number): Promise<AuditLine[]> {
  return sql<AuditLine[]>`${selection(sql, config.timeZone, query)} limit ${limit}`
}

const BATCH = 2_000

/** All lines asked for, some thousands at a time. */
export async function* walkAudit({ db: { heavy: sql }, config }: Read, query: AuditQuery): AsyncGenerator<AuditLine[]> {
  for await (const lines of sql<AuditLine[]>`${selection(sql, config.timeZone, query)}`.cursor(BATCH)) yield lines
}

const selection = (sql: Tag, timeZone: string, query: AuditQuery) => sql`
  select l.id, l.at, l.actor, coalesce(a.email, k.name, p.name) as by, l.action, l.target,
    coalesce(ta.email, tk.name, tp.name) as about, l.detail, l.salt is null as erased, l.seq, l.hash
  from audit_log l
  left join admins a on l.actor = 'admin:' || a.id
  left join api_keys k on l.actor = 'key:' || k.id
  left join public_keys p on l.actor = 'key:' || p.id
  left join admins ta on l.target = 'admin:' || ta.id
  left join api_keys tk on l.target = 'key:' || tk.id
  left join public_keys tp on l.target = 'key:' || tp.id
  where true ${conditions(sql, timeZone, query)}
  order by l.id ${query.after === undefined ? sql`desc` : sql`asc`}`

function conditions(sql: Tag, timeZone: string, { actor, action, target, from, to, before, after }: AuditQuery) {
  const parts = [
    actor !== undefined && byActor(sql, actor),
    action !== undefined && sql`(l.action = ${action} or starts_with(l.action, ${`${action}.`}))`,
    target !== undefined && byTarget(sql, target),
    from !== undefined && sql`l.at >= ${from}::date::timestamp at time zone ${timeZone}`,
    to !== undefined && sql`l.at < (${to}::date + 1)::timestamp at time zone ${timeZone}`,
    before !== undefined && sql`l.id < ${before}`,
    after !== undefined && sql`l.id > ${after}`,
  ]
  return parts.reduce((all, part) => (part === false ? all : sql`${all} and ${part}`), sql``)
}

const byActor = (sql: Tag, actor: string) =>
  actor.includes('@')
    ? sql`l.actor in (select 'admin:' || id from admins where lower(email) = ${actor.toLowerCase()})`
    : sql`l.actor = ${actor}`

/** An address of an admin stands for them, here as well. */
function byTarget(sql: Tag, target: string) {
  if (target.includes('@'))
    return sql`(l.target = ${target} or l.target in (
      select 'admin:' || id from admins where lower(email) = ${target.toLowerCase()}))`
  return target.endsWith('*') ? sql`starts_with(l.target, ${target.slice(0, -1)})` : sql`l.target = ${target}`
}

/** Who and what the filters offer: the kinds of things that were done, and who could do them. */
export interface AuditChoices {
  actors: { value: string; label: string }[]
  actions: string[]
}

const CHOICES = 200

/** The actions by jumping through the index from one to the next: as fast with a million lines as with ten. */
export async function auditChoices({ db: { sql } }: Read): Promise<AuditChoices> {
  const [actors, actions] = await Promise.all([
    sql<{ value: string; label: string }[]>`
      (select 'admin:' || id as value, email as label from admins order by email limit ${CHOICES})
      union all
      (select 'key:' || id, name || ' (key)' from api_keys
        where id like 'key\\_%' and 'act' = any(scopes) order by name limit ${CHOICES})`,
    sql<{ action: string }[]>`
      with recursive one as (
        select min(action) as action from audit_log
        union all
        select (select min(l.action) from audit_log l where l.action > one.action) from one where one.action is not null
      )
      select action from one where action is not null limit ${CHOICES}`,
  ])
  const others = ['cli', 'system', 'anonymous'].map((value) => ({ value, label: value }))
  return { actors: [...actors, ...others], actions: actions.map(({ action }) => action) }
}
