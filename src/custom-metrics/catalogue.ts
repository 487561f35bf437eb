import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import { within } from '../lib/every.ts'
import {
  type AnyKey,
  type CustomKey,
  isCustomKey,
  isMetricKey,
  metricKeys,
  metricOf,
  similarAmong,
} from '../metrics/catalogue.ts'
import type { DerivedMetric, Metric } from '../metrics/metric.ts'
import { type Limits, readLimits, withLimits } from '../settings/limits.ts'
import { type Book, compileFormula, type Formula } from './compile.ts'
import { type CustomMetric, readCustomMetrics } from './read.ts'

/** A custom metric, and what has become of it. */
export interface CustomEntry extends CustomMetric {
  /** What it is made of; absent where it is broken. */
  compiled?: Formula
  /** Why it cannot be computed: something it needs is no longer there. */
  broken?: string
}

/** Every metric there is: the built-in ones, and those of formulas. */
export interface Catalogue {
  /** What can be asked for: built-in ones first; not what is archived or broken. */
  keys: readonly AnyKey[]
  customKeys: readonly CustomKey[]
  /** Changes with every change; for keys of caches. */
  version: number
  has(text: string): text is AnyKey
  /** The definition, of archived and broken ones too. @throws where there is none */
  of(key: AnyKey): Metric
  /** Keys that look like a mistyped one, best first. */
  similar(text: string, n?: number): AnyKey[]
  /** Custom metrics by key, archived and broken ones too. */
  custom: ReadonlyMap<CustomKey, CustomEntry>
  /** What formulas may name. */
  book: Book
}

/** A change of another process is seen after so long at the latest. */
const TTL_MS = 2_000
/** While the database does not answer, the last known ones do. */
const BUDGET_MS = 300

const shelves = new WeakMap<Deps['db'], Shelf>()

/** What is known now, without waiting: for rendering, after something awaited `freshCatalogue`. */
export function catalogueOf(deps: Pick<Deps, 'db'>): Catalogue {
  return shelfOf(deps).catalogue
}

/** What is known, read anew where that is some seconds ago; the last known while the database is away. */
export function freshCatalogue(deps: Pick<Deps, 'db'>): Promise<Catalogue> {
  return shelfOf(deps).fresh()
}

/** After a change of one's own. */
export async function reloadCatalogue(deps: Pick<Deps, 'db'>): Promise<Catalogue> {
  return shelfOf(deps).read()
}

function shelfOf({ db }: Pick<Deps, 'db'>): Shelf {
  let shelf = shelves.get(db)
  if (!shelf) {
    shelf = new Shelf(db)
    shelves.set(db, shelf)
  }
  return shelf
}

/** The catalogue of one database. */
class Shelf {
  catalogue: Catalogue = catalogueWith([], 0)
  private readonly db: Deps['db']
  /** Of no metric of one's own and no threshold, as `read` writes it. */
  private text = '[[]]'
  private readAt = Number.NEGATIVE_INFINITY
  private failedAt = Number.NEGATIVE_INFINITY
  private flight: Promise<Catalogue> | undefined

  constructor(db: Deps['db']) {
    this.db = db
  }

  async fresh(): Promise<Catalogue> {
    const now = performance.now()
    if (now - this.readAt < TTL_MS || now - this.failedAt < TTL_MS) return this.catalogue
    this.flight ??= this.read().finally(() => {
      this.flight = undefined
    })
    try {
      return await within(BUDGET_MS, this.flight)
    } catch {
      this.failedAt = performance.now()
      return this.catalogue
    }
  }

  async read(): Promise<Catalogue> {
    const began = performance.now()
    const [rows, limits] = await Promise.all([readCustomMetrics(this.db.sql), readLimits(this.db.sql)])
    // One that was asked earlier may answer later.
    if (began < this.readAt) return this.catalogue
    this.readAt = began
    const text = JSON.stringify([rows, ...limits])
    if (text !== this.text) {
      this.text = text
      this.catalogue = catalogueWith(rows, this.catalogue.version + 1, limits)
    }
    return this.catalogue
  }
}

/** The formulas that are in use, as a transaction sees them. */
export async function customFormulas(sql: Tag): Promise<Map<CustomKey, DerivedMetric>> {
  const { customKeys, of } = catalogueWith(await readCustomMetrics(sql), 0)
  return new Map(customKeys.map((key) => [key, of(key) as DerivedMetric]))
}

/** Merges the built-in catalogue with custom metrics, and definitions with the thresholds that were set. */
export function catalogueWith(
  rows: readonly CustomMetric[],
  version: number,
  limits: ReadonlyMap<string, Limits> = new Map(),
): Catalogue {
  const book = bookOf(rows)
  const entries = rows.map((row) => entryOf(row, book))
  const custom = new Map(entries.map((entry) => [entry.key, entry]))
  const metrics = new Map(entries.map((entry) => [entry.key, metricOfEntry(entry)]))
  const customKeys = entries.filter(({ archivedAt, broken }) => !archivedAt && !broken).map(({ key }) => key)
  const live = new Set<string>(customKeys)
  return {
    keys: [...metricKeys, ...customKeys],
    customKeys,
    version,
    custom,
    book,
    has: (text): text is AnyKey => isMetricKey(text) || live.has(text),
    of(key) {
      const found = isCustomKey(key) ? metrics.get(key) : isMetricKey(key) ? metricOf(key) : undefined
      if (!found) throw new Error(`no metric ${key}`)
      return withLimits(found, limits.get(key))
    },
    similar: (text, n) => similarAmong(text, customKeys, n),
  }
}

/** What formulas may name, of rows as they are or as they are to be. */
export const bookOf = (
  rows: readonly Pick<CustomMetric, 'key' | 'label' | 'unit' | 'formula' | 'archivedAt'>[],
): Book =>
  new Map(
    rows.map(({ key, label, unit, formula, archivedAt }) => [
      key,
      { label, unit, formula, archived: archivedAt !== null },
    ]),
  )

function entryOf(row: CustomMetric, book: Book): CustomEntry {
  const found = compileFormula(row.formula, book, { self: row.key })
  if (found.ok) return { ...row, compiled: found.formula }
  return { ...row, broken: found.problems.map(({ message }) => message).join(' ') }
}

/** As any derived metric: its totals are the formula of the totals of its inputs. */
function metricOfEntry(entry: CustomEntry): DerivedMetric {
  const { label, unit, good, definition, action, formula, warn, crit, compiled } = entry
  const of = compiled?.of ?? []
  return {
    kind: 'derived',
    label,
    unit,
    good,
    definition,
    action,
    formula,
    ...(warn !== null && { warn }),
    ...(crit !== null && { crit }),
    by: sharedDimensions(of.map(metricOf)),
    of,
    compute: (values) => compiled?.value(values) ?? null,
    fromUnknown: true,
  }
}

/** The dimensions that all inputs have: by them the formula can be computed group by group. */
function sharedDimensions(inputs: readonly Metric[]): readonly string[] {
  const [first, ...others] = inputs
  if (!first || inputs.some(({ kind }) => kind === 'derived' || kind === 'live')) return []
  return first.by.filter((name) => others.every(({ by }) => by.includes(name)))
}
