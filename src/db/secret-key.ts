import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { makeDataDir } from './postgres-home.ts'

/** The config with its secret: the one that is set, else the one kept in DATA_DIR, made on first use. */
export function keepSecretKey(config: Config): Config {
  if (config.secretKey !== '') return config
  const path = join(makeDataDir(config.dataDir), 'secret-key')
  try {
    writeFileSync(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return { ...config, secretKey: readFileSync(path, 'utf8').trim() }
}
