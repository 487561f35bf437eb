import type { Deps } from '../context.ts'

/** What Quarterdeck's own database holds. */
export interface OwnDatabase {
  bytes: number
  tables: { name: string; rows: number; bytes: number }[]
}

const SHOWN = 8

/** Size of our own database and its largest tables; partitions count to their table, rows are Postgres' estimate. */
export async function ownDatabase({ db: { sql } }: Deps): Promise<OwnDatabase> {
  const [[size], tables] = await Promise.all([
    sql<{ bytes: number }[]>`select pg_database_size(current_database()) as bytes`,
    sql<OwnDatabase['tables']>`
      select coalesce(pg_partition_root(c.oid), c.oid::regclass)::text as name, sum(greatest(c.reltuples, 0))::float8 as rows,
        sum(pg_total_relation_size(c.oid))::float8 as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname = 'public'
      group by 1 order by 3 desc limit ${SHOWN}`,
  ])
  return { bytes: size?.bytes ?? 0, tables: [...tables] }
}
