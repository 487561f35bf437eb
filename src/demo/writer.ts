import type { Deps } from '../context.ts'
import { connectWriter } from '../db/connect.ts'
import { createEnricher } from '../enrich/index.ts'
import { createWriter, type Writer } from '../facts/writer.ts'
import { createPriceBook } from '../prices/book.ts'
import type { Calendar } from './calendar.ts'
import { enterPolicies, enterPriceChange } from './prices.ts'

/**
 * A writer for the history, whose price book knows of the story's price change: the server's own would notice within a
 * minute, which is after the history.
 */
export async function openHistoryWriter(
  { db, config, log, now }: Omit<Deps, 'writer' | 'fetch'>,
  calendar: Calendar,
): Promise<{ writer: Writer; close: () => Promise<void> }> {
  await enterPriceChange(db.sql, calendar)
  await enterPolicies(db.sql, calendar)
  const prices = createPriceBook(db.sql, config.currency)
  await prices.load()
  const sql = connectWriter(db.url)
  const writer = createWriter({ sql, config, log, now, enrich: createEnricher(config), price: prices.price })
  return {
    writer,
    async close() {
      await writer.close()
      await sql.end({ timeout: 5 })
    },
  }
}
