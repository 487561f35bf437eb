import type { Fragment } from 'postgres'
import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { SEEN_LOCK } from '../db/locks.ts'
import { APPEND_TABLES, type AppendTable } from '../facts/append.ts'
import { forgetPartitions } from '../facts/partitions.ts'
import { MINUTES_KEPT_HOURS } from '../rollups/api-calls.ts'

const DAY_MS = 86_400_000
export const SEEN_DAYS = 8
/** A partition's drop waits for readers of the whole table; rather than holding up the writers behind it, it gives up. */
const DROP_LOCK_TIMEOUT = '3s'
/** Days that Quarterdeck's own records are kept. */
export const KEPT_DAYS = {
  rejected: 90,
  loginFailures: 30,
  runs: 90,
  frequentRuns: 7,
  /** Alerts, notices with their attempts, mails, and what the main app was asked. */
  told: 400,
  /** Canaries, tests, and what was bad for too short a time to be an alert: no history. */
  trials: 30,
} as const
/** Months of facts go as a whole: the names of routes, pages and hosts are needed for so long after the retention. */
const NAME_DAYS = 32
/** By the minute or so: they would be most of the table. */
const FREQUENT_JOBS = ['minute', 'settle-days', 'watch']

/**
 * Drops the months of raw facts that ended RETENTION_DAYS ago; answers their names. The retention of an imported fact
 * counts from its import, or a trace of last year would be gone the next night; and nothing is dropped before it is
 * folded.
 */
export async function dropOldPartitions(deps: Deps, now: Date): Promise<string[]> {
  const oldest = new Date(now.getTime() - deps.config.retentionDays * DAY_MS)
  const dropped: string[] = []
  for (const table of APPEND_TABLES) {
    for (const { name, until } of await partitionsOf(deps, table)) {
      if (until <= oldest && (await dropPartition(deps, table, name, until, oldest))) dropped.push(name)
    }
  }
  if (dropped.length > 0) forgetPartitions()
  return dropped
}

/** Every 8 days the older half of what dedupe knows is emptied and becomes the current one: ids are known 8 to 16 days. */
export async function rotateSeen({ db }: Deps, now: Date): Promise<boolean> {
  const due = new Date(now.getTime() - SEEN_DAYS * DAY_MS)
  return (await db.sql.begin(async (tx) => {
    // Writers hold this lock shared while they look into both tables.
    await tx`select pg_advisory_xact_lock(${SEEN_LOCK})`
    const [state] = await tx<{ current: 'a' | 'b' }[]>`select current from seen_state where since <= ${due} for update`
    if (!state) return false
    const older = state.current === 'a' ? 'b' : 'a'
    await tx`truncate ${tx(`seen_${older}`)}`
    await tx`update seen_state set current = ${older}, since = ${now}`
    return true
  })) as boolean
}

/** Facts that change and are about a moment, with the column that says which: they need no table by month to go. */
export const MEASURED = {
  web_vitals: 'ts',
  webhook_deliveries: 'ts',
  prompts: 'ts',
  messages: 'ts',
  tickets: 'created_at',
  invites: 'sent_at',
} as const
const DELETED_AT_ONCE = 20_000

/** Deletes the facts older than RETENTION_DAYS that no month is dropped of, some thousands at a time. */
export async function deleteOldMeasures({ db: { heavy: sql }, config }: Deps, now: Date): Promise<number> {
  const oldest = new Date(now.getTime() - config.retentionDays * DAY_MS)
  let deleted = 0
  for (const [table, at] of Object.entries(MEASURED)) {
    // A ticket that is open is no matter of the past.
    const closed = table === 'tickets' ? sql`status in ('solved', 'closed')` : sql`true`
    deleted += await deleteSome(sql, table, sql`${sql(at)} < ${oldest} and updated_at < ${oldest} and ${closed}`)
  }
  return deleted
}

/** Drops what Quarterdeck no longer needs of its own records. */
export async function pruneOwnTables({ db: { heavy: sql }, config }: Deps, now: Date): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS)
  await sql`delete from rejected_facts where at < ${ago(KEPT_DAYS.rejected)}`
  await sql`delete from login_failures where at < ${ago(KEPT_DAYS.loginFailures)}`
  await sql`delete from admin_sessions where expires_at < ${now}`
  await sql`delete from known_names where seen_on < ${ago(config.retentionDays + NAME_DAYS)}::date`
  await sql`
    delete from job_runs
    where finished_at < ${ago(KEPT_DAYS.runs)}
      or (finished_at < ${ago(KEPT_DAYS.frequentRuns)} and job = any(${FREQUENT_JOBS}))`
  await deleteTold(sql, ago(KEPT_DAYS.told), ago(KEPT_DAYS.trials))
}

/** What is over of alerts, notices, mails and actions: what still waits or fires stays, however old it is. */
async function deleteTold(sql: Sql, told: Date, trials: Date): Promise<void> {
  const over = sql`state in ('sent', 'kept', 'failed', 'dead')`
  await deleteSome(sql, 'emails', sql`created_at < ${told} and status <> 'queued'`)
  await deleteSome(sql, 'notifications', sql`kind in ('canary', 'test') and created_at < ${trials} and ${over}`)
  // A mail is read with its notice.
  await deleteSome(
    sql,
    'notifications',
    sql`created_at < ${told} and ${over} and not exists (select from emails e where e.notification_id = notifications.id)`,
  )
  await deleteSome(sql, 'alerts', sql`state = 'passed' and ended_at < ${trials}`)
  await deleteSome(sql, 'alerts', sql`state = 'resolved' and ended_at < ${told}`)
  // What was undone goes after what undid it.
  await deleteSome(
    sql,
    'action_runs',
    sql`at < ${told} and settled_at is not null and not exists (
      select from action_runs u where u.undo_of = action_runs.id)`,
  )
}

/** Some thousands at a time; answers how many. */
async function deleteSome(sql: Sql, table: string, which: Fragment): Promise<number> {
  let deleted = 0
  for (let more = true; more; ) {
    const gone = await sql`
      delete from ${sql(table)}
      where ctid = any(array(select ctid from ${sql(table)} where ${which} limit ${DELETED_AT_ONCE}))
      returning 1`
    deleted += gone.length
    more = gone.length === DELETED_AT_ONCE
  }
  return deleted
}

/** Drops the minutes that live cards no longer show. */
export async function pruneMinutes({ db }: Deps, now: Date): Promise<void> {
  await db.heavy`delete from api_call_minutes where at < ${new Date(now.getTime() - MINUTES_KEPT_HOURS * 3_600_000)}`
}

/** The months of a table, by the names that `ensure_partition` gives them. */
async function partitionsOf({ db }: Deps, table: AppendTable): Promise<{ name: string; until: Date }[]> {
  const rows = await db.sql<{ name: string }[]>`
    select c.relname as name
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${table}::regclass
    order by c.relname`
  return rows.flatMap(({ name }) => {
    const [, year, month] = /_(\d{4})_(\d\d)$/.exec(name) ?? []
    return year && month ? { name, until: new Date(Date.UTC(Number(year), Number(month), 1)) } : []
  })
}

async function dropPartition(
  { db, log }: Deps,
  table: AppendTable,
  name: string,
  until: Date,
  oldest: Date,
): Promise<boolean> {
  try {
    return (await db.heavy.begin(async (tx) => {
      // The lock first: a row that commits between the look and the drop would be lost.
      await tx`select set_config('lock_timeout', ${DROP_LOCK_TIMEOUT}, true)`
      await tx`lock table ${tx(table)}, ${tx(name)} in access exclusive mode`
      const [found] = await tx<{ needed: boolean }[]>`
        select exists (select from ${tx(name)} where received_at > ${oldest})
          or exists (select from fact_batches where kind = ${table} and min_ts < ${until}) as needed`
      if (found?.needed) return false
      await tx`drop table ${tx(name)}`
      await tx`
        insert into dropped_months (fact_table, month)
        values (${table}, (${until} at time zone 'UTC')::date - interval '1 month') on conflict do nothing`
      return true
    })) as boolean
  } catch (error) {
    log.warn({ err: error, partition: name }, 'an old partition was not dropped; it is tried again tomorrow')
    return false
  }
}
