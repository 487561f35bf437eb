import { pino } from 'pino'
import type { Sql } from 'postgres'
import { expect } from 'vitest'
import { type Config, loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import { connectWriter, type Db } from '../src/db/connect.ts'
import { createEnricher } from '../src/enrich/index.ts'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import { createWriter } from '../src/facts/writer.ts'
import { StateBook } from '../src/lib/state-book.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { series } from '../src/metrics/query.ts'
import { createPriceBook } from '../src/prices/book.ts'
import { seedPrices } from '../src/prices/seed.ts'
import { type FoldResult, foldAll } from '../src/rollups/fold.ts'
import { PATIENCE_S, testDb } from './helpers/db.ts'

export interface Core {
  deps: Deps
  sql: Sql
  db: Db
  send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void>
  fold(): Promise<FoldResult>
  /** A metric's total of a day or a range, by default of all tenants. */
  value(key: MetricKey, from: string, to?: string, scope?: string): Promise<number | null>
  /** The totals of a breakdown. */
  by(key: MetricKey, dim: string, from: string, to?: string): Promise<Record<string, number | null>>
  close(): Promise<void>
}

/** Writer, fold and metrics on a database of their own, without the app around them. */
export async function openCore(now: () => Date, config: Partial<Config> = {}): Promise<Core> {
  const db = await testDb()
  const all = { ...loadConfig({ BASE_URL: 'http://localhost', SECRET_KEY: 's'.repeat(40) }), ...config }
  const log = pino({ level: 'silent' })
  await seedPrices(db.sql)
  const prices = createPriceBook(db.sql, all.currency)
  await prices.load()
  const writerSql = connectWriter(db.url, PATIENCE_S)
  const writer = createWriter({
    sql: writerSql,
    config: all,
    log,
    now,
    enrich: createEnricher(all),
    price: prices.price,
  })
  const deps = { config: all, log, db, writer, book: new StateBook(log), redis: null, now, fetch } as unknown as Deps
  return {
    deps,
    sql: db.sql,
    db,
    async send(kind, ...rows) {
      const facts = rows.map((row, index): FactIn => ({ kind, row, index, ...(row.id ? { id: String(row.id) } : {}) }))
      const { rejected } = await writer.write(facts, { source: 'test', receivedAt: now() })
      expect(rejected).toEqual([])
    },
    fold: () => foldAll(deps),
    async value(key, from, to = from, scope = '*') {
      return (await series(deps, key, { scope, from, to })).total
    },
    async by(key, dim, from, to = from) {
      const { groups = [] } = await series(deps, key, { scope: '*', from, to, by: dim })
      return Object.fromEntries(groups.map((group) => [group.key, group.total]))
    },
    async close() {
      await writer.close()
      await writerSql.end({ timeout: 5 })
      await db.close()
    },
  }
}
