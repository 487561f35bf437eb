import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { Sql } from '../../src/db/connect.ts'
import type { Enrichment, FactIn, Meta } from '../../src/facts/types.ts'

const COLUMNS =
  `ts, received_at, batch_id, message_id, user_id, tenant_id, session_id, type, name, source, country, city,
  browser, os, device, properties`.replace(/\s+/g, ' ')
const COPY = `copy events (${COLUMNS}) from stdin with (format csv)`

/** Loads CSV text into the events table; answers the milliseconds. */
export type Copy = (csv: string) => Promise<number>

/** psql where it is on the PATH: that is what the target is stated against. Else the driver's own COPY. */
export async function openCopy(sql: Sql, url: string): Promise<{ by: string; copy: Copy }> {
  const hasPsql = await promisify(execFile)('psql', ['--version']).then(
    () => true,
    () => false,
  )
  return hasPsql
    ? { by: 'psql', copy: (csv) => copyByPsql(url, csv) }
    : { by: 'the driver', copy: (csv) => copyByDriver(sql, csv) }
}

async function copyByPsql(url: string, csv: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-copy-'))
  try {
    writeFileSync(join(folder, 'events.csv'), csv)
    const started = performance.now()
    const psql = spawn('psql', [url, '-qXc', COPY], {
      stdio: [openSync(join(folder, 'events.csv'), 'r'), 'ignore', 'inherit'],
    })
    const [code] = await once(psql, 'exit')
    if (code !== 0) throw new Error(`psql ended with ${code}`)
    return performance.now() - started
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function copyByDriver(sql: Sql, csv: string): Promise<number> {
  const started = performance.now()
  const bytes = Buffer.from(csv)
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
    bytes.subarray(n * 65_536, (n + 1) * 65_536),
  )
  await pipeline(Readable.from(chunks), await sql.unsafe(COPY).writable())
  return performance.now() - started
}

/** The rows that the writer makes of these facts. Batch 0 is never pending, so that no fold takes them. */
export function csvOf(facts: FactIn[], meta: Meta, place: Enrichment): string {
  const same = [meta.source, place.country, place.city, place.browser, place.os, place.device].map(cell).join(',')
  const received = meta.receivedAt.toISOString()
  return facts
    .map(({ id, row }) => {
      const own = [row.user_id, row.tenant_id, row.session_id, 'track', row.name].map(cell).join(',')
      return `${row.ts},${received},0,${id},${own},${same},${cell(JSON.stringify(row.properties))}\n`
    })
    .join('')
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  return /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)
}
