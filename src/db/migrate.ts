import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sql } from './connect.ts'

const LOCK = 7100

/** A migration that has run was edited since: what it would do now is not what the database went through. */
export class EditedMigration extends Error {
  override name = 'EditedMigration'
}

interface Migration {
  name: string
  text: string
  checksum: string
}

/**
 * Runs what has not run yet, in order, a transaction each. Any number of processes may call it at once: one works, the
 * others wait and find nothing to do. Answers the names of those that ran.
 */
export async function migrate(sql: Sql, folder: string = migrationsFolder()): Promise<string[]> {
  const connection = await sql.reserve()
  try {
    await connection`select pg_advisory_lock(${LOCK})`
    await connection`
      create table if not exists schema_migrations (
        name text primary key, checksum text not null, ran_at timestamptz not null default now()
      )`
    return await runMissing(connection, readMigrations(folder))
  } finally {
    await connection`select pg_advisory_unlock(${LOCK})`.catch(() => {})
    connection.release()
  }
}

async function runMissing(connection: Sql, migrations: Migration[]): Promise<string[]> {
  const rows = await connection`select name, checksum from schema_migrations`
  const ran = new Map(rows.map((row) => [row.name as string, row.checksum as string]))
  const names: string[] = []
  for (const { name, text, checksum } of migrations) {
    const known = ran.get(name)
    if (known === checksum) continue
    if (known) throw new EditedMigration(`migrations/${name} was edited after it had run; add a new one instead`)
    await connection`begin`
    try {
      await connection.unsafe(text).simple()
      await connection`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`
      await connection`commit`
    } catch (error) {
      await connection`rollback`
      throw new Error(`migrations/${name}: ${(error as Error).message}`, { cause: error })
    }
    names.push(name)
  }
  return names
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    })
}

/** Beside the bundle when built, else at the top of the source tree. */
function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const candidates = [join(here, 'migrations'), join(here, '..', '..', 'migrations')]
  const found = candidates.find((folder) => existsSync(folder))
  if (!found) throw new Error(`no migrations at ${candidates.join(' or ')}`)
  return found
}
