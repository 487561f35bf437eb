import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { requireDatabase } from '../db/where.ts'
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
    requireDatabase(config)
    const database = await open(config)
    console.log(database.url)
    return 0
  },
}
