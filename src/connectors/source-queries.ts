import type { Tag } from '../db/tag.ts'
import { PullError } from './pull.ts'

export interface SlowQuery {
  /** Without what was asked for; null where it may not be shown. */
  query: string | null
  calls: number
  meanMs: number
  totalMs: number
  rows: number
}

export interface SlowQueries {
  /** The 20 that took the most time together and the 20 with the longest mean, by total time. */
  queries: SlowQuery[]
  /** Statements whose mean is over half a second, shown or not. */
  slow: number
  /** Why texts are missing, if they are. */
  note?: string
}

const SHOWN = 20
const SLOW_MS = 500
const LONGEST = 500

interface Row {
  query: string
  calls: number
  mean: number
  total: number
  rows: number
  slow: number
}

/** What pg_stat_statements has counted in this database since it was reset. @throws PullError without it */
export async function readSlowQueries(tx: Tag, strict: boolean): Promise<SlowQueries> {
  const [extension] = await tx<{ schema: string; version: number }[]>`
    select n.nspname as schema, current_setting('server_version_num')::int as version
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`
  if (!extension) throw new PullError('The extension pg_stat_statements is not installed there')
  // Its columns were renamed in Postgres 13.
  const [mean, total] =
    extension.version >= 130_000 ? ['mean_exec_time', 'total_exec_time'] : ['mean_time', 'total_time']
  const rows = await tx<Row[]>`
    select * from (
      select query, calls::float8 as calls, ${tx(mean)} as mean, ${tx(total)} as total, rows::float8 as rows,
        count(*) filter (where ${tx(mean)} > ${SLOW_MS}) over () as slow,
        row_number() over (order by ${tx(mean)} desc) as by_mean, row_number() over (order by ${tx(total)} desc) as by_total
      from ${tx(`${extension.schema}.pg_stat_statements`)}
      where dbid = (select oid from pg_database where datname = current_database())
        and query not like '%pg_stat_statements%'
    ) s
    where by_mean <= ${SHOWN} or by_total <= ${SHOWN}
    order by total desc`
  const hidden = rows.some(({ query }) => query === '<insufficient privilege>')
  return {
    queries: rows.map((row) => ({
      query: strict ? null : shownText(row.query),
      calls: row.calls,
      meanMs: row.mean,
      totalMs: row.total,
      rows: row.rows,
    })),
    slow: rows[0]?.slow ?? 0,
    ...noteOf(strict, hidden),
  }
}

function noteOf(strict: boolean, hidden: boolean): { note?: string } {
  if (strict) return { note: 'Texts are not shown in strict privacy' }
  if (hidden) return { note: 'Texts of other roles are hidden from this one: grant it pg_read_all_stats' }
  return {}
}

/**
 * Postgres has put $1 for the values of queries; utility statements (`alter role … password '…'`) come as they were sent,
 * and of them only the first words are shown.
 */
function shownText(query: string): string | null {
  if (query === '<insufficient privilege>') return null
  const text = query
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/--[^\n]*/g, ' ')
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, '?')
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/(?<![\w$."])\d+(?:\.\d+)?/g, '?')
    .replace(/\s+/g, ' ')
    .trim()
  const isQuery = /^\(*(select|insert|update|delete|merge|with|values)\b/i.test(text)
  return isQuery ? text.slice(0, LONGEST) : `${text.split(' ').slice(0, 2).join(' ')} …`
}
