import type { Logger } from 'pino'
import { beginChain } from './audit/chain.ts'
import type { Config } from './config.ts'
import { openRedis } from './connectors/redis.ts'
import type { Deps } from './context.ts'
import { connect, connectWriter } from './db/connect.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import { keepSecretKey } from './db/secret-key.ts'
import { createEnricher } from './enrich/index.ts'
import { createWriter } from './facts/writer.ts'
import { StateBook } from './lib/settle.ts'
import { createPriceBook } from './prices/book.ts'
import { seedPrices } from './prices/seed.ts'

/** What the server and every command work with. */
export interface Core {
  deps: Deps
  close: () => Promise<void>
}

/** Database, migrations, prices and the writer; nothing runs by itself yet. */
export async function openCore(settings: Config, log: Logger, options: { watch?: boolean } = {}): Promise<Core> {
  const config = keepSecretKey(settings)
  const now = () => new Date()
  const database = await openDatabase(config, log, options)
  try {
    for (const name of await migrate(database.url)) log.info({ migration: name }, 'migrated')
    const db = connect(database.url)
    const writerSql = connectWriter(database.url)
    await beginChain(db.sql, config.secretKey)
    await seedPrices(db.sql)
    const prices = createPriceBook(db.sql, config.currency)
    await prices.load()
    const writer = createWriter({
      sql: writerSql,
      config,
      log,
      now,
      enrich: createEnricher(config),
      price: prices.price,
    })
    const book = new StateBook(log, now)
    const redis = openRedis(config, book)
    return {
      deps: { config, log, db, writer, book, redis, now, fetch },
      async close() {
        redis?.close()
        await writer.close()
        await writerSql.end({ timeout: 5 })
        await db.close()
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}
