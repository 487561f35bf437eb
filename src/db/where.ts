import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config.ts'

/** A folder of its own: the demo's figures never mix with real ones. */
export const DEMO_DATA_DIR = '.demo'

/** There is no database yet, and what was asked for is not what should make one; the message says where it looked. */
export class NoDatabase extends Error {
  override name = 'NoDatabase'
}

type Where = Pick<Config, 'databaseUrl' | 'dataDir'>

/** Whether there is a database to be opened: one of your own, or the embedded one of DATA_DIR. */
export const hasDatabase = ({ databaseUrl, dataDir }: Where): boolean =>
  databaseUrl !== '' || existsSync(join(dataDir, 'postgres'))

/** Keeps a new and empty database from being taken for the one that was meant. @throws NoDatabase */
export function requireDatabase(config: Where): void {
  if (hasDatabase(config)) return
  const demo = join(dirname(resolve(config.dataDir)), DEMO_DATA_DIR)
  const hint = hasDatabase({ databaseUrl: '', dataDir: demo }) ? `DATA_DIR=${DEMO_DATA_DIR} for the demo’s` : 'DATA_DIR'
  throw new NoDatabase(
    `there is no database in ${config.dataDir}: set ${hint}, or DATABASE_URL; “npx quarterdeck start” makes one`,
  )
}
