import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import postgres from 'postgres'
import type { Config } from '../config.ts'
import { startEmbedded } from './embedded.ts'

/** A database that answers. */
export interface Opened {
  url: string
  /** Ends the embedded server, unless another process uses it; nothing to do for one of your own. */
  stop: () => Promise<void>
}

/** DATABASE_URL cannot be reached; the message says why. */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway'
}

const PATIENCE_MS = 30_000
/** Wrong password, role or database, no permission: waiting changes nothing. */
const HOPELESS = /^(28|3D|42501|ENOTFOUND$)/

/** The database of the settings: DATABASE_URL, or the embedded Postgres. */
export async function openDatabase(config: Config, log: Logger, { watch = false } = {}): Promise<Opened> {
  if (config.databaseUrl === '')
    return startEmbedded({ dataDir: config.dataDir, watch, log: (message) => log.warn({ embedded: true }, message) })
  await waitFor(config.databaseUrl, log)
  return { url: config.databaseUrl, stop: async () => {} }
}

/** Containers start in any order: the database may be a few seconds behind us. */
async function waitFor(url: string, log: Logger): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  for (let attempt = 1; ; attempt++) {
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
    try {
      await sql`select 1`
      return
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string }
      if (HOPELESS.test(code) || Date.now() > until)
        throw new DatabaseAway(`the database of DATABASE_URL cannot be used: ${message || code}`, { cause: error })
      if (attempt === 1) log.warn({ code }, 'waiting for the database')
      await sleep(500)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
}
