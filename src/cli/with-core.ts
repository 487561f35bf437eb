import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import type { Deps } from '../context.ts'
import { openCore } from '../core.ts'
import { hasDatabase, requireDatabase } from '../db/where.ts'
import { createLog } from '../lib/log.ts'

/**
 * Opens what a command needs, beside a running server if there is one, and closes it after. Logs go to stderr. `first`
 * is for what makes sense before the first start: it makes the database, and says so. @throws NoDatabase for all else
 */
export async function withCore<T>(action: (deps: Deps) => Promise<T>, { first = false } = {}): Promise<T> {
  const config = loadConfig(process.env)
  if (!first) requireDatabase(config)
  else if (!hasDatabase(config)) console.error(`quarterdeck: making a new database in ${config.dataDir}`)
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, pino.destination(2))
  const core = await openCore(config, log)
  try {
    return await action(core.deps)
  } finally {
    await core.close()
  }
}
