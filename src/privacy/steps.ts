import type { Sql } from '../db/connect.ts'
import { UPSERT_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'
import type { Fragment } from '../metrics/metric.ts'
import { withFoldLock } from '../rollups/lock.ts'
import { appended, dropped, type Held, states, together } from './held.ts'
import { asErased, type Erased, ownedBy } from './rename.ts'

/** Rows of one transaction: some hundred milliseconds, and nobody else writes them. */
const BATCH = 5_000
const UNIQUE = '23505'

/**
 * Accounts, money and roll-ups, and what of the facts is not folded yet: in one transaction while nothing is folded, so
 * that what is folded afterwards meets the names that it has then.
 */
export function renameTogether(sql: Sql, timeZone: string, erased: Erased): Promise<number> {
  const old = Object.keys(erased.names)
  return withFoldLock(sql, async (tx) => {
    for (const table of ['users', 'identities', 'subscriptions', 'mrr_movements', 'jobs'])
      await tx`select pg_advisory_xact_lock(${UPSERT_LOCK}, hashtext(${table}))`
    // It is no user of that day any more, and has no plan.
    await tx`
      with gone as (select * from users where user_id = any(${old}::text[]) and status <> 'deleted'),
      days as (
        insert into dirty_buckets select distinct 'signup_days', date_trunc('day', created_at, ${timeZone}) from gone)
      insert into dirty_users select user_id, tenant_id from gone`
    let rows = 0
    for (const held of together) rows += await renameAll(tx, held, erased)
    for (const held of [...appended, ...states.filter(({ table }) => table === 'jobs')])
      rows += await renamePending(tx, held, erased)
    return rows
  })
}

/** In a later turn a row may be there under both names: what a process wrote that had not heard yet. It is left out. */
async function renameAll(tx: Tx, held: Held, erased: Erased): Promise<number> {
  const { table } = held
  let rows = 0
  for (const where of ownedBy(tx, held, Object.keys(erased.names))) {
    try {
      const done = await tx.savepoint(
        (part) => part`update ${part(table)} t set ${asErased(part, held, erased)} where ${where} returning 1`,
      )
      rows += done.length
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE) throw error
      await tx`delete from ${tx(table)} t where ${where}`
    }
  }
  return rows
}

async function renamePending(tx: Tx, held: Held, erased: Erased): Promise<number> {
  const { table } = held
  let rows = 0
  for (const where of ownedBy(tx, held, Object.keys(erased.names))) {
    const done = await tx`
      update ${tx(table)} t set ${asErased(tx, held, erased)}
      where ${where} and t.batch_id = any(array(select id from fact_batches where kind = ${table})) returning 1`
    rows += done.length
  }
  return rows
}

/** Facts, some thousand in a transaction; `told` is called after each with how many it were. */
export async function renameFacts(sql: Sql, erased: Erased, told: (rows: number) => Promise<void>): Promise<void> {
  for (const held of [...states, ...appended])
    for (const table of await partitionsOf(sql, held.table)) await renameTable(sql, { ...held, table }, erased, told)
}

async function partitionsOf(sql: Sql, table: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${table}::regclass order by 1`
  return rows.length > 0 ? rows.map(({ name }) => name) : [table]
}

async function renameTable(sql: Sql, held: Held, erased: Erased, told: (rows: number) => Promise<void>): Promise<void> {
  const { table, visitor } = held
  const old = Object.keys(erased.names)
  // A row belongs to the table's own lock, and to no partition's: those are only ever added to.
  const batch = (pick: (tx: Tx) => Fragment, limit: number) =>
    sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${UPSERT_LOCK}, hashtext(${table}))`
      const rows = await tx`
        with part as materialized (select ctid from ${tx(table)} t where ${pick(tx)} limit ${limit})
        update ${tx(table)} t set ${asErased(tx, held, erased)} from part where t.ctid = part.ctid returning 1`
      return rows.length
    })
  const conditions = (tx: Tx) => ownedBy(tx, held, old)
  const count = held.ids.length + (visitor ? 2 : 0)
  for (let n = 0; n < count; n++) {
    // What others did at the same device is found by reading all: once, for it is little.
    const limit = visitor && n === count - 1 ? Number.MAX_SAFE_INTEGER : BATCH
    for (let rows = limit; rows === limit; ) {
      rows = await batch((tx) => conditions(tx)[n]!, limit)
      await told(rows)
    }
  }
}

/** What the main app was asked about the user, also before it had an id for them, and in a turn before this one. */
export async function runsOf(tx: Tx, { names, emails }: Erased): Promise<string[]> {
  const known = [...Object.keys(names), ...Object.values(names)]
  const rows = await tx<{ id: string }[]>`
    select id::text from action_runs
    where user_id = any(${known}::text[])
      or (user_id = '' and lower(request ->> 'email') = any(${emails}::text[]))`
  return rows.map(({ id }) => id)
}

/** What admins wrote down, mails and what actions said of the user; numbers that are of users who are there. */
export async function dropOwn(tx: Tx, erased: Erased, runIds: readonly string[]): Promise<number> {
  const old = Object.keys(erased.names)
  const gone = dropped.map(({ table }) => tx`delete from ${tx(table)} where user_id = any(${old}::text[]) returning 1`)
  let rows = 0
  for (const statement of gone) rows += (await statement).length
  const mails = await tx<{ id: number }[]>`
    delete from emails where user_id = any(${old}::text[]) returning notification_id::float8 as id`
  await tx`delete from notifications where id = any(${mails.map(({ id }) => id)}::bigint[])`
  const names = tx`${JSON.stringify(erased.names)}::text::jsonb`
  const runs = await tx`
    update action_runs
    set user_id = coalesce(${names} ->> user_id, ${erased.names[old[0] ?? ''] ?? ''}), request = '{}', reason = null,
      answer = null, problem = null
    where id = any(${runIds}::uuid[]) and (user_id = '' or user_id = any(${old}::text[])) returning 1`
  const things = await tx`
    update webhook_things set user_id = ${names} ->> user_id where user_id = any(${old}::text[]) returning 1`
  await tx`insert into dirty_user_stats select unnest(${old}::text[])`
  return rows + mails.length + runs.length + things.length
}
