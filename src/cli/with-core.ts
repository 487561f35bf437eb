import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import type { Deps } from '../context.ts'
import { openCore } from '../core.ts'
import { createLog } from '../lib/log.ts'

/** Opens what a command needs, beside a running server if there is one, and closes it after. Logs go to stderr. */
export async function withCore<T>(action: (deps: Deps) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env)
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, pino.destination(2))
  const core = await openCore(config, log)
  try {
    return await action(core.deps)
  } finally {
    await core.close()
  }
}
