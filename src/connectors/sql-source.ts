import postgres from 'postgres'
import type { Sql } from '../db/connect.ts'
import type { Tx } from '../facts/types.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { PullError } from './pull.ts'

export const SOURCE_DATABASE = 'source-database'
const STATEMENT_TIMEOUT_S = 30
const INT8 = 20
const TIMESTAMPTZ = 1184
const TIMESTAMP = 1114
const DATE = 1082
const NUMERIC = 1700
const BYTEA = 17

const asIs = (value: string) => value
/** ISO 8601. The driver would read a `timestamp` in this machine's zone, and lose microseconds of both. */
const asIso = (value: string) => value.replace(' ', 'T').replace(/\+00$/, 'Z')
/** Ids may be larger than a double holds. */
const asCount = (value: string) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)

const types = {
  instants: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ, TIMESTAMP], serialize: String, parse: asIso },
  days: { to: DATE, from: [DATE], serialize: String, parse: asIs },
  counts: { to: INT8, from: [INT8], serialize: String, parse: asCount },
  numbers: { to: NUMERIC, from: [NUMERIC], serialize: String, parse: Number },
  bytes: { to: BYTEA, from: [BYTEA], serialize: String, parse: asIs },
}

/**
 * A pool to the product's database, as light a guest as can be: two connections that cannot write, whose statements
 * end after 30 s. Nothing connects before the first query.
 */
export function connectSource(url: string): Sql {
  return postgres(url, {
    max: 2,
    types,
    connect_timeout: 5,
    idle_timeout: 20,
    onnotice: () => {},
    connection: {
      application_name: 'quarterdeck',
      default_transaction_read_only: true,
      statement_timeout: STATEMENT_TIMEOUT_S * 1000,
      idle_in_transaction_session_timeout: 60_000,
      TimeZone: 'UTC',
      DateStyle: 'ISO',
    },
  }) as unknown as Sql
}

/**
 * Runs queries in a read-only transaction on the product's database.
 * @throws SourceUnavailable when it is away, PullError when it refuses the query
 */
export async function readSource<T>(source: Sql, query: (tx: Tx) => Promise<T>): Promise<T> {
  let connected = false
  const asked = (tx: Tx) => {
    connected = true
    return query(tx)
  }
  try {
    return (await source.begin('read only', asked)) as T
  } catch (error) {
    throw sourceError(error, connected)
  }
}

/** Connection, resources, intervention by an operator. Whatever keeps us from connecting at all counts as well. */
const AWAY_CLASSES = new Set(['08', '53', '57', '58'])
const CANCELLED = '57014'

function sourceError(error: unknown, connected: boolean): unknown {
  const { code, message } = error as { code?: unknown; message?: string }
  if (error instanceof PullError || typeof code !== 'string') return error
  const options = { cause: error }
  if (code === CANCELLED)
    return new PullError(`it took longer than ${STATEMENT_TIMEOUT_S} s: an index on the watermark helps`, {}, options)
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE'
  if (!isSqlState && !/^(E|CONN)/.test(code)) return error
  if (!isSqlState || !connected || AWAY_CLASSES.has(code.slice(0, 2)))
    return new SourceUnavailable(SOURCE_DATABASE, awayReason(code, message), options)
  return new QueryRefused(message ?? code, undefined, options)
}

/** Postgres refused a statement; `line` is the file's. */
export class QueryRefused extends PullError {
  constructor(message: string, line: number | undefined, options: ErrorOptions) {
    super(message, { line, column: columnIn(message) }, options)
  }
}

/** `column "plan" does not exist`, `column u.plan does not exist`. */
const columnIn = (message: string): string | undefined => /column "?([\w.]+)"?/.exec(message)?.[1]?.split('.').at(-1)

/** The driver's messages may be empty (several addresses, all refused). */
const awayReason = (code: string, message: string | undefined): string =>
  `The source database does not answer: ${message || code}`
