import postgres from 'postgres'

export type Sql = postgres.Sql

/** The pools of one database. */
export interface Db {
  /** Pages and everything short. */
  sql: Sql
  /** Folds, exports, jobs: few connections, never pipelined, so that a long query holds up nothing behind it. */
  heavy: Sql
  url: string
  close(): Promise<void>
}

const INT8 = 20
const NUMERIC = 1700
const DATE = 1082

/**
 * Counts and money in minor units fit a double exactly up to 2^53; days are strings, since a Date would give them a
 * time and a zone that they do not have.
 */
const types = {
  bigint: { to: INT8, from: [INT8], serialize: String, parse: Number },
  numeric: { to: NUMERIC, from: [NUMERIC], serialize: String, parse: Number },
  day: { to: DATE, from: [DATE], serialize: String, parse: (value: string) => value },
}

interface PoolOptions {
  max: number
  name: string
  statementTimeoutMs: number
  connectTimeoutS: number
  pipeline?: number
  session?: Record<string, string | number>
}

/** A pool which fails fast when Postgres is away, so that pages can answer from their caches within 2 s. */
function connectPool(
  url: string,
  { max, name, statementTimeoutMs, connectTimeoutS, pipeline, session }: PoolOptions,
): Sql {
  return postgres(url, {
    max,
    types,
    connect_timeout: connectTimeoutS,
    // A new connection plans each statement anew, five times: the larger ones take as long for that as for their work.
    idle_timeout: 10 * 60,
    max_lifetime: 30 * 60,
    backoff: (attempts: number) => Math.min(1, 0.05 * attempts),
    ...(pipeline === undefined ? {} : { max_pipeline: pipeline }),
    onnotice: () => {},
    connection: {
      application_name: `quarterdeck ${name}`,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
      TimeZone: 'UTC',
      ...session,
    },
  }) as unknown as Sql
}

/** A page answers within 2 s, and a database that is there takes a connection within much less. */
const CONNECT_TIMEOUT_S = 1.5

/** The pools for reading and for heavy work. Who cannot answer from caches may wait longer for a connection. */
export function connect(url: string, connectTimeoutS = CONNECT_TIMEOUT_S): Db {
  const sql = connectPool(url, { max: 6, name: 'pages', statementTimeoutMs: 15_000, connectTimeoutS })
  // Two close days at the same time, one waits to fold: the fourth is for exports and the progress of a backfill.
  const heavy = connectPool(url, {
    max: 4,
    name: 'heavy',
    statementTimeoutMs: 10 * 60_000,
    pipeline: 0,
    connectTimeoutS,
  })
  return {
    sql,
    heavy,
    url,
    async close() {
      await Promise.all([sql.end({ timeout: 5 }), heavy.end({ timeout: 5 })])
    },
  }
}

/**
 * The writer's two connections. synchronous_commit is set whatever the server says: off, acknowledged facts are lost
 * when the server is killed.
 */
export function connectWriter(url: string, connectTimeoutS = CONNECT_TIMEOUT_S): Sql {
  const session = { synchronous_commit: 'on' }
  return connectPool(url, { max: 2, name: 'writer', statementTimeoutMs: 30_000, connectTimeoutS, pipeline: 0, session })
}

/** A connection which nothing else waits on: whether the database answers at all. */
export function connectWatch(url: string): Sql {
  return connectPool(url, { max: 1, name: 'watch', statementTimeoutMs: 10_000, connectTimeoutS: CONNECT_TIMEOUT_S })
}
