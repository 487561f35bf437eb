import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import type { Sql } from './connect.ts'
import { MIGRATION_LOCK } from './locks.ts'

/** The database cannot be brought to this version of Quarterdeck; the message says why. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

interface Migration {
  name: string
  text: string
  checksum: string
}

const OLDEST_SERVER = 150_000

/** migrations/ seen from dist/cli.js, which has its own copy, and from src/db/migrate.ts. */
const folders = ['./migrations/', '../../migrations/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))

/** The migrations in their order. */
export function readMigrations(folder = folders.find((path) => existsSync(path))): Migration[] {
  if (!folder) throw new MigrationError(`no migrations found in ${folders.join(' or ')}`)
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  return names.sort().map((name) => {
    // Git may have checked the file out with other line ends than those it was applied with.
    const text = readFileSync(`${folder}/${name}`, 'utf8').replaceAll('\r\n', '\n')
    return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
  })
}

/**
 * Applies what is not applied yet, a transaction each; answers the names. Processes that start at once take turns.
 * @throws MigrationError when an applied migration was edited, or the server is too old
 */
export async function migrate(url: string, migrations = readMigrations()): Promise<string[]> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} })
  try {
    await checkServer(sql)
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`
    await sql`
      create table if not exists schema_migrations (
        name text primary key, checksum text not null, applied_at timestamptz not null default now()
      )`
    const pending = await pendingIn(sql, migrations)
    for (const migration of pending) await apply(sql, migration)
    return pending.map(({ name }) => name)
  } finally {
    // The lock ends with its connection.
    await sql.end({ timeout: 5 })
  }
}

/** The names of migrations that this database still lacks. */
export async function pendingMigrations(sql: Sql, migrations = readMigrations()): Promise<string[]> {
  return (await pendingIn(sql, migrations)).map(({ name }) => name)
}

async function checkServer(sql: postgres.Sql): Promise<void> {
  const [server] = await sql`select current_setting('server_version_num')::int as version`
  if (server!.version < OLDEST_SERVER)
    throw new MigrationError(`Postgres 15 or later is needed, this is ${Math.floor(server!.version / 10_000)}`)
}

async function pendingIn(sql: postgres.Sql, migrations: Migration[]): Promise<Migration[]> {
  const applied = await sql`select name, checksum from schema_migrations`
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of applied) {
    const migration = known.get(name)
    if (!migration)
      throw new MigrationError(`the database has migration ${name}, which this version does not know: it is newer`)
    if (migration.checksum !== checksum)
      throw new MigrationError(`migration ${name} was edited after it had been applied: undo that and add a new one`)
  }
  const names = new Set(applied.map(({ name }) => name as string))
  return migrations.filter(({ name }) => !names.has(name))
}

async function apply(sql: postgres.Sql, { name, text, checksum }: Migration): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(text).simple()
      await tx`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`
    })
  } catch (error) {
    throw new MigrationError(`migration ${name} failed: ${(error as Error).message}`, { cause: error })
  }
}
