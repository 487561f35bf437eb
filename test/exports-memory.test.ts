import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKey } from '../src/auth/keys.ts'
import type { Db } from '../src/db/connect.ts'
import { makeServer, type Server } from './chaos/server.ts'
import { testDb } from './helpers/db.ts'

const ROWS = 1_000_000
/** Inserted at once. */
const PART = 50_000
const MOST_BYTES = 50 * 1024 * 1024

let db: Db
let server: Server
let key: string
const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-memory-'))

beforeAll(async () => {
  db = await testDb()
  await db.sql`select ensure_partition('events', '2026-10-15')`
  for (let from = 0; from < ROWS; from += PART)
    await db.sql`
    insert into events (ts, received_at, batch_id, user_id, tenant_id, type, name, source, properties)
    select '2026-10-02T00:00:00Z'::timestamptz + n * interval '2 seconds', now(), 1, 'user_' || n % 5000, '', 'track',
      case when n % 100 = 0 then '=HYPERLINK("http://x.example")' else 'click' end, 'test',
      json_build_object('n', -n, 'note', '+1 is no formula')
    from generate_series(${from}::int, ${from + PART - 1}) n`
  key = (await createKey(db.sql, { name: 'memory', scopes: ['read'] })).secret
  server = await makeServer(folder, { DATABASE_URL: db.url, DATA_DIR: join(folder, 'app'), RETENTION_DAYS: '3650' })
  await server.start()
}, 180_000)
afterAll(async () => {
  await server?.stop()
  await db?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Reads a file without keeping it; how many lines it has, how many of them hold a bare formula, and the most memory. */
async function read(path: string): Promise<{ lines: number; formulas: number; most: number }> {
  const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status).toBe(200)
  let [lines, formulas, most, chunks] = [0, 0, server.rss(), 0]
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const text = Buffer.from(chunk).toString()
    lines += text.split('\r\n').length - 1
    formulas += text.match(/,"?=HYPERLINK/g)?.length ?? 0
    if (chunks++ % 20 === 0) most = Math.max(most, server.rss())
  }
  return { lines, formulas, most: Math.max(most, server.rss()) }
}

it.runIf(process.platform === 'linux')(
  'a CSV of a million rows takes less than 50 MB, and none of its texts is a formula',
  async () => {
    // The code of the path is loaded and compiled by a first, short file.
    await read('/exports/events.csv?from=2026-10-02&to=2026-10-02')
    const before = server.rss()
    const { lines, formulas, most } = await read('/exports/events.csv?from=2026-10-01&to=2026-10-31')
    expect(lines).toBe(1 + ROWS)
    expect(formulas).toBe(0)
    expect((most - before) / 1024 / 1024).toBeLessThan(MOST_BYTES / 1024 / 1024)
  },
  600_000,
)
