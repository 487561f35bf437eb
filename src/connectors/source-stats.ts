import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { Tag } from '../db/tag.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { PullError } from './pull.ts'
import { readSlowQueries, type SlowQueries } from './source-queries.ts'
import { connectSource, readSource, SOURCE_DATABASE } from './sql-source.ts'

/** What is known of one thing, or in plain words why not. */
export type Part<T> = { value: T } | { reason: string }

export interface SourceTable {
  /** schema.table; of a partitioned table the whole. */
  name: string
  /** An estimate, of the table's last analyze; null before the first. */
  rows: number | null
  bytes: number
}

/** The watched product's own database. */
export interface SourceStats {
  bytes: Part<number>
  /** The largest 200. */
  tables: Part<SourceTable[]>
  connections: Part<{ used: number; max: number }>
  slow: Part<SlowQueries>
}

const STATEMENT_MS = 500

/**
 * Size, tables, connections and slow statements of the source database; each can be unknown by itself. Null without
 * SOURCE_DATABASE_URL. Sizes make it look at every file it has, so a page shows this on a slow card.
 * @throws SourceUnavailable when it is away
 */
export async function readSourceStats(deps: Deps): Promise<SourceStats | null> {
  if (deps.config.sourceDatabaseUrl === '') return null
  const source = connectSource(deps.config.sourceDatabaseUrl)
  try {
    const [bytes, tables, connections, slow] = await Promise.all([
      part(source, readBytes),
      part(source, readTables),
      part(source, readConnections),
      part(source, (tx) => readSlowQueries(tx, deps.config.privacy === 'strict')),
    ])
    deps.book.recovered(SOURCE_DATABASE, performance.now())
    return { bytes, tables, connections, slow }
  } catch (error) {
    if (error instanceof SourceUnavailable) deps.book.degraded(SOURCE_DATABASE, error.reason)
    throw error
  } finally {
    await source.end({ timeout: 1 })
  }
}

async function part<T>(source: Sql, read: (tx: Tag) => Promise<T>): Promise<Part<T>> {
  try {
    const value = await readSource(source, async (tx) => {
      await tx`select set_config('statement_timeout', ${String(STATEMENT_MS)}, true)`
      return read(tx)
    })
    return { value }
  } catch (error) {
    if (error instanceof PullError) return { reason: reasonOf(error) }
    throw error
  }
}

async function readBytes(tx: Tag): Promise<number> {
  const [row] = await tx<{ bytes: number }[]>`select pg_database_size(current_database()) as bytes`
  return row?.bytes ?? 0
}

async function readTables(tx: Tag): Promise<SourceTable[]> {
  const rows = await tx<SourceTable[]>`
    select n.nspname || '.' || c.relname as name, sum(pg_total_relation_size(p.oid))::bigint as bytes,
      case when bool_and(p.reltuples >= 0) then sum(p.reltuples)::bigint end as rows
    from pg_class p
    join pg_class c on c.oid = coalesce(pg_partition_root(p.oid)::oid, p.oid)
    join pg_namespace n on n.oid = c.relnamespace
    where p.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname !~ '^pg_(toast|temp)'
    group by 1 order by 2 desc, 1 limit 200`
  return [...rows]
}

async function readConnections(tx: Tag): Promise<{ used: number; max: number }> {
  const [row] = await tx<{ used: number; max: number }[]>`
    select count(*)::int as used, current_setting('max_connections')::int as max
    from pg_stat_activity where datname = current_database()`
  return row ?? { used: 0, max: 0 }
}

function reasonOf(error: PullError): string {
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string }
  if (code === '57014') return `It takes longer than ${STATEMENT_MS} ms`
  if (code === '42501') return 'The role of SOURCE_DATABASE_URL may not read it'
  if (code === '55000') return 'pg_stat_statements is there, but not in shared_preload_libraries'
  return message ?? error.reason
}
