import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { connect, type Db } from '../../src/db/connect.ts'

/** A busy machine is slow, not away. */
export const PATIENCE_S = 30

/** A database of the test file's own, migrated and empty. */
export async function testDb(): Promise<Db> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = connect(inject('postgresUrl'), PATIENCE_S)
  await admin.sql`create database ${admin.sql(name)} template template_quarterdeck`
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  const db = connect(url.href, PATIENCE_S)
  return {
    ...db,
    async close() {
      await db.close()
      await admin.sql`drop database if exists ${admin.sql(name)} with (force)`
      await admin.close()
    },
  }
}
