import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, inject } from 'vitest'
import { checkPreset } from '../src/connectors/check.ts'
import { type SyncResult, syncAll } from '../src/connectors/sync.ts'
import type { Deps } from '../src/context.ts'
import { connect, type Sql } from '../src/db/connect.ts'
import { expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import { type Writer, WriterUnavailable } from '../src/facts/writer.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import type { TestApp } from './helpers/app.ts'
import { PATIENCE_S } from './helpers/db.ts'

export interface SourceDb {
  sql: Sql
  url: string
  close(): Promise<void>
}

/** A product's database, with a preset's fixture in it. */
export async function sourceDb(preset: string): Promise<SourceDb> {
  const name = `source_${randomBytes(6).toString('hex')}`
  const admin = connect(inject('postgresUrl'), PATIENCE_S)
  await admin.sql`create database ${admin.sql(name)}`
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  const db = connect(url.href, PATIENCE_S)
  for (const file of ['schema', 'rows'])
    await db.sql.unsafe(readFileSync(new URL(`./fixtures/presets/${preset}/${file}.sql`, import.meta.url), 'utf8'))
  return {
    sql: db.sql,
    url: url.href,
    async close() {
      await db.close()
      await admin.sql`drop database if exists ${admin.sql(name)} with (force)`
      await admin.close()
    },
  }
}

/** The check finds every file of a preset as its README says: nothing refused, nothing odd; answers rows tried by file. */
export async function expectChecked({ deps }: TestApp, preset: string, files: number): Promise<Record<string, number>> {
  const found = await checkPreset(deps, preset)
  expect(found).toHaveLength(files)
  for (const { name, state, findings, rows } of found) {
    expect({ name, state, refused: rows.filter((row) => row.refused) }).toEqual({ name, state: 'ok', refused: [] })
    const odd = findings.filter(({ reason }) => !/goes to (properties|traits)/.test(reason))
    expect(odd, name).toEqual([])
  }
  return Object.fromEntries(found.map(({ name, rows }) => [name, rows.length]))
}

/** Pulls all files to their end, folds, and ends what is over: what the jobs of a running server do. */
export async function syncAndFold(t: TestApp, deps: Deps = t.deps): Promise<SyncResult> {
  const result = await syncAll(deps, { force: true })
  await expireSubscriptions(t.deps)
  await t.fold()
  return result
}

/**
 * Pulls as a process that dies does: batch number `dies` commits, and nothing is noted of it. Another process, which
 * remembers nothing of the first one, then begins anew.
 */
export async function syncAndDie(t: TestApp, dies: number): Promise<void> {
  let batches = 0
  const write: Writer['write'] = async (facts, meta) => {
    const outcome = await t.deps.writer.write(facts, meta)
    if (++batches === dies) throw new WriterUnavailable('killed')
    return outcome
  }
  const mortal = { ...otherProcess(t.deps), writer: { ...t.deps.writer, write } }
  await expect(syncAll(mortal, { force: true })).rejects.toThrow('killed')
}

/** What is kept in memory is kept by the database's object. */
export const otherProcess = (deps: Deps): Deps => ({ ...deps, db: { ...deps.db } })

/** A metric's total as the JSON API tells it; by group where `by` says so. */
export async function numbers(t: TestApp, key: string, metrics: MetricKey[], [from, to]: [string, string], more = '') {
  const path = `/api/metrics/timeseries?metrics=${metrics.join(',')}&from=${from}&to=${to}${more}`
  const response = await t.request(path, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status, path).toBe(200)
  const body = (await response.json()) as {
    metrics: { metric: string; total: number | null; groups?: { key: string; total: number | null }[] }[]
  }
  return body.metrics
}

/** Metric → total. */
export async function totals(t: TestApp, key: string, metrics: MetricKey[], span: [string, string], more = '') {
  const found = await numbers(t, key, metrics, span, more)
  return Object.fromEntries(found.map(({ metric, total }) => [metric, total]))
}

/** What the tile of a metric on the Overview says: where the machine is busy, a card comes with a later look. */
export async function tile(t: TestApp, cookie: string, id: string, query: string): Promise<string | undefined> {
  const look = async () => {
    const response = await t.request(`/dashboard?${query}`, { headers: { cookie, accept: 'text/html' } })
    expect(response.status).toBe(200)
    return new RegExp(`id="tile-${id}".*?q-tile-value[^>]*>([^<]*)<`, 's').exec(await response.text())?.[1]
  }
  await expect.poll(look, { timeout: 20_000, interval: 500 }).not.toBe('—')
  return look()
}

/** Every row of the tables, without what depends on when it was written: two ways of syncing must come to the same. */
export async function stored(sql: Sql, tables: string[]): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  for (const table of tables) {
    const rows = await sql<{ row: string }[]>`
      select (to_jsonb(t) - 'received_at' - 'batch_id' - 'message_id' - 'told' - 'recorded_at' - 'movement_id')::text as row
      from ${sql(table)} t`
    found[table] = rows.map(({ row }) => row).sort()
  }
  return found
}
