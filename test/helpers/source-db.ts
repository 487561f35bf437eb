import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inject } from 'vitest'
import { connect, type Sql } from '../../src/db/connect.ts'
import { PATIENCE_S } from './db.ts'

/** A watched product's database. */
export interface SourceDb {
  sql: Sql
  url: string
  /** Nobody gets in any more, and who is in is thrown out: as far as a client can tell, the server has stopped. */
  stop: () => Promise<void>
  start: () => Promise<void>
  close: () => Promise<void>
}

/** A database without anything of ours, with the schema and rows of a preset's fixture. */
export async function sourceDb(preset?: string): Promise<SourceDb> {
  const name = `source_${randomBytes(6).toString('hex')}`
  const admin = connect(inject('postgresUrl'), PATIENCE_S)
  await admin.sql`create database ${admin.sql(name)} template template0`
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  const db = connect(url.href, PATIENCE_S)
  for (const file of preset === undefined ? [] : ['schema', 'rows']) {
    const path = new URL(`../fixtures/presets/${preset}/${file}.sql`, import.meta.url)
    await db.sql.unsafe(readFileSync(path, 'utf8')).simple()
  }
  return {
    sql: db.sql,
    url: url.href,
    async stop() {
      await admin.sql`alter database ${admin.sql(name)} allow_connections false`
      await admin.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`
    },
    async start() {
      await admin.sql`alter database ${admin.sql(name)} allow_connections true`
    },
    async close() {
      await db.close()
      await admin.sql`drop database if exists ${admin.sql(name)} with (force)`
      await admin.close()
    },
  }
}
