import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, loadConfig } from '../../src/config.ts'
import { connect, connectWriter, type Db } from '../../src/db/connect.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createEnricher, type Enrich } from '../../src/enrich/index.ts'
import type { Meta } from '../../src/facts/types.ts'
import { createWriter, type Writer } from '../../src/facts/writer.ts'
import { type FoldDeps, type FoldResult, foldAll } from '../../src/rollups/fold.ts'
import { type Copy, openCopy } from './copy.ts'

/** A Postgres of the bench's own, as safe against power loss as a real one. */
export interface Bench {
  /** Rows of the events table that the data at size has. */
  events: number
  users: number
  /** The database was kept by an earlier run and has them already. */
  filled: boolean
  url: string
  db: Db
  config: Config
  writer: Writer
  enrich: Enrich
  foldDeps: FoldDeps
  fold: () => Promise<FoldResult>
  copy: Copy
  copiedBy: string
  /** Later runs need not fill a database that is kept. */
  noteFilled: () => void
  close: () => Promise<void>
}

/** In `kept`, where the database stays for further runs of the same size, or in a folder that goes with the run. */
export async function openBench(events: number, kept?: string): Promise<Bench> {
  const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'quarterdeck-bench-'))
  // Made for us alone; as root, Postgres runs as somebody else.
  if (!kept) chmodSync(dataDir, 0o711)
  const mark = join(dataDir, `bench-${events}`)
  if (existsSync(join(dataDir, 'postgres')) && !existsSync(mark))
    throw new Error(`${dataDir} holds a database that is not one of a bench of ${events} events.`)
  const server = await startEmbedded({ dataDir })
  await migrate(server.url)
  const db = connect(server.url)
  const config = loadConfig({})
  const log = pino({ level: 'warn' })
  const now = () => new Date()
  const enrich = createEnricher(config)
  const sql = connectWriter(server.url)
  const writer = createWriter({ sql, config, log, now, enrich, price: () => undefined })
  const foldDeps = { db, config, log, now }
  const { by, copy } = await openCopy(db.heavy, server.url)
  return {
    events,
    users: Math.ceil(events / 100),
    filled: existsSync(mark),
    url: server.url,
    db,
    config,
    writer,
    enrich,
    foldDeps,
    fold: () => foldAll(foldDeps),
    copy,
    copiedBy: by,
    noteFilled: () => writeFileSync(mark, ''),
    async close() {
      await writer.close()
      await sql.end({ timeout: 5 })
      await db.close()
      await server.stop()
      if (!kept) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

/** How the bench's facts come in: with an address and a browser, so that they are enriched. */
export const metaNow = (): Meta => ({ source: 'typed', receivedAt: new Date(), ip: '81.2.69.142', userAgent: BROWSER })
