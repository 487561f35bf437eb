import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { syncAll } from '../../src/connectors/sync.ts'
import type { Deps } from '../../src/context.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import { StateBook } from '../../src/lib/settle.ts'
import { median, medianRatio, ROUNDS, rate, thousands, timed } from './measure.ts'
import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

const ROUND_ROWS = 100_000
const USERS = 20_000
const MAX_CSV_BYTES = 100_000_000
const FILE = `-- kind: events
-- watermark: ts
-- key: id
select id::text as id, at as ts, name, who as user_id, tenant as tenant_id, session as session_id, properties
from clicks`
/** The same rows as the file's, in the columns that bench.copy loads. */
const OUT = `
  copy (
    select at, now(), 0, gen_random_uuid(), who, tenant, session, 'track', name, 'sync', null, null, null, null, null, properties
    from clicks where round = $round
  ) to stdout with (format csv)`

/** Reading a table of the product and storing it, against COPY out of that table and COPY into ours. */
export async function benchSyncing(bench: Bench): Promise<Result> {
  const url = new URL(bench.url)
  url.pathname = '/bench_source'
  await bench.db.heavy`create database bench_source`
  const source = connect(url.href)
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-sync-'))
  mkdirSync(join(folder, 'bench'))
  writeFileSync(join(folder, 'bench', 'events.sql'), FILE)
  try {
    await source.heavy`
      create table clicks (id bigint generated always as identity primary key, round int, at timestamptz, name text,
        who text, tenant text, session text, properties jsonb)`
    await source.heavy`create index on clicks (at)`
    return await measure(bench, source, depsOf(bench, url.href, join(folder, 'bench')))
  } finally {
    rmSync(folder, { recursive: true })
    await source.close()
  }
}

async function measure(bench: Bench, source: Db, deps: Deps): Promise<Result> {
  const speeds: Record<'sync' | 'copy', number[]> = { sync: [], copy: [] }
  for (let round = 0; round < ROUNDS; round++) {
    await click(source, round)
    let rows = 0
    const syncMs = await timed(async () => {
      rows = (await syncAll(deps, { force: true })).rows
    })
    if (rows !== ROUND_ROWS) throw new Error(`${rows} rows were synced`)
    let csv = ''
    const outMs = await timed(async () => {
      csv = await copyOut(bench, source, round)
    })
    speeds.sync.push(rate(ROUND_ROWS, syncMs))
    speeds.copy.push(rate(ROUND_ROWS, outMs + (await bench.copy(csv))))
  }
  await bench.fold()
  return {
    name: 'sync ÷ (COPY out + COPY in)',
    value: medianRatio(speeds.sync, speeds.copy),
    target: 0.5,
    floor: 0.3,
    better: 'more',
    note: `sync ${thousands(median(speeds.sync))}/s, COPY out and in ${thousands(median(speeds.copy))}/s`,
  }
}

/** Rows of an hour, older than what could still be committed late. */
async function click({ heavy }: Db, round: number): Promise<void> {
  await heavy`
    insert into clicks (round, at, name, who, tenant, session, properties)
    select ${round}::int, now() - interval '10 hours' + ${round}::int * interval '1 hour' + i * interval '30 milliseconds',
      'clicked_' || i % 40, 'user_' || i * 7919 % ${USERS}::int, 'tenant_' || i * 7919 % ${USERS}::int % 20, md5((i / 8)::text),
      jsonb_build_object('path', '/projects/' || i % 1000, 'plan', 'pro', 'took', i % 900)
    from generate_series(1, ${ROUND_ROWS}::int) i`
  await heavy`analyze clicks`
}

/** By psql where COPY into ours is by it, too. */
async function copyOut(bench: Bench, source: Db, round: number): Promise<string> {
  const copy = OUT.replace('$round', String(round))
  if (bench.copiedBy === 'psql') {
    const { stdout } = await promisify(execFile)('psql', [source.url, '-qXc', copy], { maxBuffer: MAX_CSV_BYTES })
    return stdout
  }
  const chunks: Buffer[] = []
  // Read in pieces on demand, the driver's stream sometimes never ends.
  const stream = (await source.sql.unsafe(copy).readable()).on('data', (chunk) => chunks.push(chunk))
  await once(stream, 'end')
  return Buffer.concat(chunks).toString()
}

function depsOf({ db, config, writer, foldDeps: { log, now } }: Bench, url: string, folder: string): Deps {
  const settings = { ...config, sourceDatabaseUrl: url, presets: [folder] }
  return { config: settings, db, writer, log, now, fetch, redis: null, book: new StateBook(log) }
}
