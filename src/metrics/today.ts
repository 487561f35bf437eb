import type { Db } from '../db/connect.ts'
import { within } from '../lib/every.ts'
import { Lru } from '../lib/lru.ts'
import { GIVEN_UP_MS } from '../lib/shared.ts'
import { currentVersion } from '../rollups/data-version.ts'
import { builtIn } from './asks.ts'
import { isMetricKey } from './catalogue.ts'
import { Cells, readCells } from './cells.ts'
import type { SqlContext } from './metric.ts'
import type { RollupName } from './rollups.ts'
import { type Ask, groupByRollup } from './statement.ts'

/**
 * Roll-ups that only a fold changes: those which join what is entered or told in other ways are read each time. (Who
 * returns is also told by when users signed up: a change of that is folded, too.)
 */
const FOLDED: ReadonlySet<RollupName> = new Set([
  'calls',
  'aiCalls',
  'jobs',
  'payments',
  'users',
  'activity',
  'sessions',
  'events',
  'objects',
  'features',
  'engagement',
] satisfies RollupName[])

/** What was read of one roll-up's running day, and what is about to be. */
interface Shelf {
  version?: number
  /** By the key of a metric. */
  known: Map<string, Promise<Cells>>
  next?: { asks: Map<string, Ask>; cells: Promise<Cells> } | undefined
}

/** So many roll-ups, scopes and days are kept of a database. */
const MAX_SHELVES = 500
const libraries = new WeakMap<Db, Lru<Shelf>>()

/**
 * The running day of some metrics in a scope. Cards that ask at the same time are answered by one statement a roll-up,
 * which walks through the users once for all of them; until a fold changes something the answer stays.
 */
export async function readToday(db: Db, q: SqlContext, asks: Ask[], scope: string): Promise<Cells> {
  const cells = new Cells()
  if (asks.length === 0) return cells
  const [kept, others] = [asks.filter(isKept), asks.filter((ask) => !isKept(ask))]
  const version = kept.length > 0 ? await currentVersion(db) : 0
  const library = libraries.get(db) ?? new Lru<Shelf>(MAX_SHELVES)
  libraries.set(db, library)
  const found = await Promise.all([
    readCells(q, others, [scope], [q.today]),
    ...[kept.filter(isSorted), kept.filter((ask) => !isSorted(ask))].flatMap(groupByRollup).map((group) => {
      const shelf = library.of(`${group[0]?.metric.from} ${isSorted(group[0])} ${scope} ${q.today}`, () => ({
        known: new Map(),
      }))
      // By the pool of pages, whoever asks: others wait for the same answer.
      return readShelf(shelf, version, group, (all) => readCells({ ...q, sql: db.sql }, all, [scope], [q.today]))
    }),
  ])
  for (const part of found) cells.merge(part)
  return cells
}

/** Metrics of the catalogue as it is; whoever asks for another one of the same key gets what that is. */
const isKept = ({ key, metric }: Ask): boolean =>
  FOLDED.has(metric.from) && isMetricKey(key) && sameParts(builtIn(key), metric)

/** What sorts the users costs more than what counts them: who counts does not wait for it. */
const isSorted = (ask: Ask | undefined): boolean => ask?.metric.kind === 'percentile' || ask?.metric.kind === 'perUser'

function sameParts(of: ReturnType<typeof builtIn>, { parts }: Ask['metric']): boolean {
  const stored = of.kind === 'live' ? of.history : of
  return stored.kind !== 'derived' && stored.parts === parts
}

async function readShelf(
  shelf: Shelf,
  version: number,
  asks: Ask[],
  read: (asks: Ask[]) => Promise<Cells>,
): Promise<Cells> {
  if (shelf.version !== version) Object.assign(shelf, { version, known: new Map(), next: undefined })
  const missing = asks.filter(({ key }) => !shelf.known.has(key))
  if (missing.length > 0) {
    shelf.next ??= gather(shelf, read)
    const { asks: gathered, cells } = shelf.next
    for (const ask of missing) {
      gathered.set(ask.key, ask)
      shelf.known.set(ask.key, cells)
    }
  }
  const cells = new Cells()
  for (const part of new Set(asks.flatMap(({ key }) => shelf.known.get(key) ?? []))) cells.merge(await part)
  return cells
}

/** Waits until everybody who is asking now has said what. What failed is forgotten, so that it is asked again. */
function gather(shelf: Shelf, read: (asks: Ask[]) => Promise<Cells>): NonNullable<Shelf['next']> {
  const asks = new Map<string, Ask>()
  const { known } = shelf
  const cells = new Promise<void>(setImmediate).then(() => {
    if (shelf.next?.asks === asks) shelf.next = undefined
    return within(GIVEN_UP_MS, read([...asks.values()]))
  })
  cells.catch(() => {
    for (const key of asks.keys()) known.delete(key)
  })
  return { asks, cells }
}
