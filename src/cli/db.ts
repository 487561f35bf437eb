import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { createLog } from '../lib/log.ts'
import type { Command } from './command.ts'

const open = (config = loadConfig(process.env)) => openDatabase(config, createLog('warn', pino.destination(2)))

export const migrateCommand: Command = {
  name: 'migrate',
  usage: '',
  doc: 'Brings the database to this version. The server does it by itself when it starts.',
  async run() {
    const database = await open()
    try {
      const applied = await migrate(database.url)
      console.log(applied.length > 0 ? applied.join('\n') : 'nothing to do')
    } finally {
      await database.stop()
    }
    return 0
  },
}

export const dbUrl: Command = {
  name: 'db url',
  usage: '',
  doc: 'Prints a connection string for psql. The embedded Postgres is started if need be, and then left running.',
  async run() {
    const config = loadConfig(process.env)
    if (!config.databaseUrl && !existsSync(join(config.dataDir, 'postgres'))) {
      console.error(
        `There is no database in ${config.dataDir} yet: start Quarterdeck first, or set DATA_DIR (the demo's is .demo).`,
      )
      return 1
    }
    const database = await open(config)
    console.log(database.url)
    return 0
  },
}
