import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { SOURCES_LOCK } from '../db/locks.ts'
import { every, within } from '../lib/every.ts'
import type { SourceChange } from '../lib/state-book.ts'

type RecorderDeps = Pick<Deps, 'db' | 'book' | 'log' | 'now'>

export interface Recorder {
  /** Writes what waits, as far as the database takes it. */
  flush: () => Promise<void>
  /** Hears what other processes have noticed. */
  listen: () => Promise<void>
  stop: () => Promise<void>
}

const RETRY_MS = 2_000
const LISTEN_EVERY_MS = 10_000
/** Changes that wait for our own database; of more, the oldest are given up. */
const MOST_WAITING = 1_000
const STOP_WITHIN_MS = 2_000
/** What was away before a restart and is watched by nobody any more, as a setting was taken away, is let go. */
const UNWATCHED_AFTER_MS = 15 * 60_000

/**
 * Writes each change of a source's state to source_events once, however many processes notice it, and takes over what
 * the others, or this one before its restart, have noticed. While our own database is away changes wait in memory.
 */
export async function startRecorder(deps: RecorderDeps): Promise<Recorder> {
  const { book, db } = deps
  const me = randomUUID()
  const waiting: SourceChange[] = []
  let heardId: number | undefined
  let writing = Promise.resolve()

  const startedTick = performance.now()
  const restored = await restore(deps).catch(() => [])

  const flush = () => {
    writing = writing.then(async () => {
      while (waiting.length > 0) {
        const batch = waiting.slice(0, 100)
        await write(db.sql, me, batch)
        waiting.splice(0, batch.length)
      }
    })
    const done = writing
    writing = writing.catch(() => undefined)
    return done
  }
  const listen = async () => {
    const { lastId, changes } = await changesSince(db.sql, me, heardId ?? 0)
    // The first time it only learns where to begin: what was before has been restored.
    if (heardId !== undefined) for (const change of changes) book.adopt(change)
    heardId = lastId
    if (performance.now() - startedTick < UNWATCHED_AFTER_MS) return
    for (const source of restored.splice(0)) if (!book.hasMet(source)) book.recovered(source)
  }

  await listen().catch(() => undefined)
  const unsubscribe = book.subscribe((change) => {
    if (waiting.length >= MOST_WAITING) waiting.shift()
    waiting.push(change)
    void flush().catch(() => undefined)
  })
  const retries = every(RETRY_MS, () => (waiting.length > 0 ? flush() : Promise.resolve()))
  const listening = every(LISTEN_EVERY_MS, listen)
  return {
    flush,
    listen,
    async stop() {
      unsubscribe()
      const ended = Promise.all([retries(), listening()]).then(flush)
      await within(STOP_WITHIN_MS, ended).catch((error: Error) => {
        if (waiting.length > 0) deps.log.warn({ err: error, lost: waiting.length }, 'changes of sources not recorded')
      })
    },
  }
}

/** What was away when the last process ended still is, until somebody finds it answering. */
async function restore({ db: { sql }, book }: RecorderDeps): Promise<string[]> {
  const rows = await sql<SourceChange[]>`
    select source, state, coalesce(reason, '') as reason, at
    from (select distinct on (source) * from source_events order by source, at desc, id desc) latest
    where state = 'degraded'`
  for (const row of rows) book.adopt(row)
  return rows.map(({ source }) => source)
}

async function write(sql: Deps['db']['sql'], me: string, changes: SourceChange[]): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${SOURCES_LOCK})`
    for (const change of changes) await writeOne(tx, me, change)
  })
}

/** Of processes which notice the same thing the first one writes it: the state is that already, or was told within 30 s. */
async function writeOne(tx: TransactionSql, me: string, change: SourceChange): Promise<void> {
  const { source, state, at } = change
  await tx`
    insert into source_events (at, source, state, reason, down_ms, noticed_by)
    select ${at}, ${source}, ${state}, ${change.reason?.slice(0, 500) ?? null}, ${change.downMs ?? null}, ${me}
    where ${state} is distinct from (
        select state from source_events
        where source = ${source} and at <= ${at} order by at desc, id desc limit 1
      )
      and not exists (
        select from source_events
        where source = ${source} and state = ${state} and noticed_by <> ${me}
          and at between ${at}::timestamptz - interval '30 s' and ${at}::timestamptz + interval '30 s'
      )`
}

async function changesSince(sql: Deps['db']['sql'], me: string, id: number) {
  // Written under the lock, so ids become visible in their order.
  const rows = await sql<(SourceChange & { id: number; noticed_by: string })[]>`
    select id::float8 as id, source, state, coalesce(reason, '') as reason, at, noticed_by
    from source_events where id > ${id} order by id desc limit 500`
  const changes = rows.reverse().filter((row) => row.noticed_by !== me)
  return { lastId: rows.at(-1)?.id ?? id, changes }
}
