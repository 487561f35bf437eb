import type { Sql, TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { within } from '../lib/every.ts'
import { registry, type SettingName, type SettingValues, settingNames } from './registry.ts'

/** A stored value, and who left it. */
export interface Stored {
  value: unknown
  at: Date
  by: string | null
}

/** A setting as it is now, and why. */
export interface Standing<T> {
  value: T
  from: 'environment' | 'stored' | 'default'
  /** Who stored it, and when. */
  at?: Date
  by?: string | null
}

/** A change of another process is seen after so long at the latest. */
const TTL_MS = 2_000
/** While the database does not answer, the last known values do. */
const BUDGET_MS = 300

interface Shelf {
  stored: ReadonlyMap<string, Stored>
  readAt: number
  flight?: Promise<void> | undefined
}
const shelves = new WeakMap<Deps['db'], Shelf>()

/** The settings as known now, without waiting: for rendering, after something awaited `freshSettings`. */
export function settingsOf(deps: Pick<Deps, 'db' | 'config'>): SettingValues {
  return Object.fromEntries(settingNames.map((name) => [name, standingOf(deps, name).value])) as SettingValues
}

/** One setting, and where its value is from. */
export function standingOf<N extends SettingName>(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  name: N,
): Standing<SettingValues[N]> {
  const { fixed, schema, default: fallback } = registry[name]
  const given = fixed(config)
  if (given !== undefined) return { value: given, from: 'environment' }
  const kept = shelfOf(db).stored.get(name)
  const read = schema.safeParse(kept?.value)
  // What an older version stored and this one does not take is as good as not there.
  if (!kept || !read.success) return { value: fallback(config), from: 'default' }
  return { value: read.data, from: 'stored', at: kept.at, by: kept.by }
}

/** The settings, read anew where that is some seconds ago; the last known while the database is away. */
export async function freshSettings(deps: Pick<Deps, 'db' | 'config'>): Promise<SettingValues> {
  const shelf = shelfOf(deps.db)
  if (performance.now() - shelf.readAt >= TTL_MS) {
    shelf.flight ??= reloadSettings(deps).finally(() => {
      shelf.flight = undefined
    })
    // Tried again after the same time, be it back or not.
    await within(BUDGET_MS, shelf.flight).catch(() => {
      shelf.readAt = performance.now()
    })
  }
  return settingsOf(deps)
}

/** After a change of one's own. */
export async function reloadSettings({ db }: Pick<Deps, 'db'>): Promise<void> {
  const shelf = shelfOf(db)
  const began = performance.now()
  const stored = await readStored(db.sql, settingNames)
  // One that was asked earlier may answer later.
  if (began < shelf.readAt) return
  Object.assign(shelf, { stored, readAt: began })
}

/** What is stored under some keys. */
export async function readStored(sql: Sql | TransactionSql, keys: readonly string[]): Promise<Map<string, Stored>> {
  const rows = await sql<(Stored & { key: string })[]>`
    select key, value, updated_at as at, updated_by as by from settings
    where key = any(${[...keys]}) order by key`
  return new Map(rows.map(({ key, ...rest }) => [key, rest]))
}

function shelfOf(db: Deps['db']): Shelf {
  let shelf = shelves.get(db)
  if (!shelf) {
    shelf = { stored: new Map(), readAt: Number.NEGATIVE_INFINITY }
    shelves.set(db, shelf)
  }
  return shelf
}
