import type { Tag } from '../db/tag.ts'
import { foldedOtherwise, shortHash } from '../rollups/folded.ts'
import type { SqlContext } from './metric.ts'
import { storedAsks } from './slots.ts'
import { sqlText } from './sql-text.ts'
import { type Ask, daysStatement, windowFor } from './statement.ts'

/** How a metric's stored numbers are made: equal texts make equal numbers. */
interface Definition {
  fingerprint: string
  /** What is asked of its roll-up. */
  statement: string
}

/** What was known of the definitions when days were stored. */
export interface DefinitionSet {
  id: number
  /** By key; a metric that is not here was not stored. */
  fingerprints: ReadonlyMap<string, string>
  folded: string
}

/** Why stored numbers are not what they would be now: another definition, or roll-ups folded with other settings. */
export type Aged = 'definition' | 'roll-up'

/** Any day far back and one later: what is read differently for old days is in the text as well. */
const FIXED = { now: new Date('2000-02-01T12:00:00Z'), today: '2000-02-01' }
const FIXED_DAYS = ['1999-01-15', '2000-01-31']

const bySettings = new Map<string, Map<string, Definition>>()

/**
 * The definitions of all stored metrics in this code, with these settings: the statement as it is built, what kind of
 * number it is, and its formula. Labels and texts are not in it.
 */
export function definitionsNow(q: SqlContext): Map<string, Definition> {
  const { sql, now, today, people, ...settings } = q
  const key = JSON.stringify(settings)
  const known = bySettings.get(key)
  if (known) return known
  const fixed: SqlContext = { sql, ...settings, ...FIXED }
  const made = new Map(storedAsks().map((ask) => [ask.key, definitionOf(fixed, ask)]))
  bySettings.set(key, made)
  return made
}

function definitionOf(q: SqlContext, ask: Ask): Definition {
  const { kind, running, zero, scale, lag, formula } = ask.metric
  const statement = sqlText(daysStatement(q, [ask], windowFor([ask], ['*'], FIXED_DAYS))).replace(/\s+/g, ' ')
  const text = JSON.stringify([kind, running, zero, scale, lag?.days, formula, statement])
  return { fingerprint: shortHash(text), statement }
}

/** The fingerprints of this code, for what is stored now. */
export function fingerprintsNow(q: SqlContext): Map<string, string> {
  return new Map([...definitionsNow(q)].map(([key, { fingerprint }]) => [key, fingerprint]))
}

/** The id of a set of fingerprints; a new one is written down. */
export async function ensureDefinitions(q: SqlContext, fingerprints: ReadonlyMap<string, string>): Promise<number> {
  const entries = [...fingerprints].sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = shortHash(JSON.stringify(entries))
  const find = () => q.sql<{ id: number }[]>`select id from metric_definitions where hash = ${hash}`
  const [known] = await find()
  if (known) return known.id
  await q.sql`
    insert into metric_definitions (hash, fingerprints, folded, first_used)
    values (${hash}, ${JSON.stringify(Object.fromEntries(entries))}::text::jsonb, ${q.folded}, ${q.now})
    on conflict do nothing`
  const [made] = await find()
  return made!.id
}

/** Sets are never changed, so each is read once a process. */
const setsByPool = new WeakMap<Tag, Map<number, DefinitionSet>>()

/** Some sets by their id, and the first one there was: it stands for days stored before sets were kept. */
export class DefinitionBook {
  private readonly sets: Map<number, DefinitionSet>
  private readonly now: Map<string, Definition>
  private readonly folded: string

  private constructor(q: SqlContext, sets: Map<number, DefinitionSet>) {
    this.sets = sets
    this.now = definitionsNow(q)
    this.folded = q.folded
  }

  static async read(q: SqlContext, ids: Iterable<number | null>): Promise<DefinitionBook> {
    const sets = setsByPool.get(q.sql) ?? new Map<number, DefinitionSet>()
    setsByPool.set(q.sql, sets)
    // With an id that is not known comes the first set too, which then is there.
    const wanted = [...new Set(ids)]
    if (wanted.some((id) => (id === null ? sets.size === 0 : !sets.has(id)))) await readAll(q, sets)
    return new DefinitionBook(q, sets)
  }

  /** undefined: nothing is known of days stored that long ago. */
  of(id: number | null): DefinitionSet | undefined {
    return id === null ? this.sets.get(Math.min(...this.sets.keys())) : this.sets.get(id)
  }

  /** Whether a metric's number of such a day is made otherwise than it would be now. */
  agedOf({ key, metric }: Ask, id: number | null, folded: string | null): Aged | undefined {
    const set = this.of(id)
    const now = this.now.get(key)
    if (!set || !now) return undefined
    if (foldedOtherwise(folded ?? set.folded, this.folded, now.statement)) return 'roll-up'
    // Stocks are read from their roll-ups always.
    if (metric.running) return undefined
    const then = set.fingerprints.get(key)
    return then !== undefined && then !== now.fingerprint ? 'definition' : undefined
  }
}

async function readAll(q: SqlContext, sets: Map<number, DefinitionSet>): Promise<void> {
  const rows = await q.sql<{ id: number; fingerprints: Record<string, string>; folded: string }[]>`
    select id, fingerprints, folded from metric_definitions where not id = any(${[...sets.keys()]}::int[])`
  for (const { id, fingerprints, folded } of rows)
    sets.set(id, { id, fingerprints: new Map(Object.entries(fingerprints)), folded })
}
