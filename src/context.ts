import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { RedisSource } from './connectors/redis.ts'
import type { Db } from './db/connect.ts'
import type { Writer } from './facts/writer.ts'
import type { StateBook } from './lib/settle.ts'

/** Everything the app needs from outside; tests inject their own `now`, `fetch` and database. */
export interface Deps {
  config: Config
  log: Logger
  db: Db
  writer: Writer
  /** Which sources are degraded, for every page and connector. */
  book: StateBook
  /** The Redis of the watched product; null where none is configured. */
  redis: RedisSource | null
  now: () => Date
  fetch: typeof fetch
}
