import type { Deps } from '../context.ts'
import { addDays, type Day } from '../lib/time.ts'
import { goneDays } from '../rollups/rebuild.ts'
import type { Look } from './asks.ts'
import { asksFor } from './asks.ts'
import { sqlContext } from './context.ts'
import { type Aged, DefinitionBook } from './definitions.ts'
import type { SqlContext } from './metric.ts'
import { storedAsks } from './slots.ts'
import type { Ask } from './statement.ts'

/** Stored days whose numbers an older definition made; the pages show them as they are until they are backfilled. */
export interface AgedDays {
  days: number
  from: Day
  to: Day
  /** The first day of the definition of now, where all days before it are older. */
  before: Day | undefined
  /** Their roll-ups were folded with other settings: a backfill has to rebuild them first. */
  rebuild: boolean
  /** Of those, the days that cannot be: their raw facts are gone. */
  kept: number
}

interface Stretch {
  definitions: number | null
  folded: string | null
  from: Day
  to: Day
  days: number
}

/** The older days of a metric in a scope, or of what its formula is made of; undefined = none. */
export async function agedDaysOf(deps: Deps, key: string, scope: string, look?: Look): Promise<AgedDays | undefined> {
  const q = sqlContext(deps, deps.db.sql)
  const { stretches, book } = await stretchesOf(q, scope)
  return withKept(deps, agedDays(asksFor([key], look), stretches, book))
}

/** All metrics of all tenants that have older days, and those days; undefined = none has. */
export async function agedMetrics(deps: Deps): Promise<(AgedDays & { keys: string[] }) | undefined> {
  const q = sqlContext(deps, deps.db.sql)
  const { stretches, book } = await stretchesOf(q, '*')
  const asks = storedAsks()
  const all = await withKept(deps, agedDays(asks, stretches, book))
  const keys = asks.filter((ask) => agedDays([ask], stretches, book)).map(({ key }) => key)
  return all && { ...all, keys }
}

/** The stored days of a scope by what they were computed under; stale ones are not read, so nothing is said of them. */
async function stretchesOf(q: SqlContext, scope: string) {
  const stretches = await q.sql<Stretch[]>`
    select definitions, folded, min(day)::text as from, max(day)::text as to, count(*)::int as days
    from metric_days m
    where scope = ${scope}
      and not exists (select from dirty_metric_days d where d.scope = m.scope and d.day = m.day)
    group by definitions, folded`
  const ids = stretches.map(({ definitions }) => definitions)
  return { stretches: [...stretches], book: await DefinitionBook.read(q, ids) }
}

/** Days whose raw facts are gone stay as they are, though their settings are not those of now. */
async function withKept(deps: Deps, aged: Found | undefined): Promise<AgedDays | undefined> {
  if (!aged) return undefined
  const gone = aged.rebuild ? await goneDays(deps, aged) : []
  return { ...aged, kept: Math.min(aged.days, gone.length) }
}

type Found = Omit<AgedDays, 'kept'>

function agedDays(asks: Ask[], stretches: Stretch[], book: DefinitionBook): Found | undefined {
  const reasons = (one: Stretch) => asks.map((ask) => book.agedOf(ask, one.definitions, one.folded))
  const found = stretches
    .map((one) => ({ ...one, why: reasons(one).filter((why): why is Aged => why !== undefined) }))
    .filter(({ why }) => why.length > 0)
  if (found.length === 0) return undefined
  const from = found.map((one) => one.from).sort()[0] as Day
  const to = found
    .map((one) => one.to)
    .sort()
    .at(-1) as Day
  const older = new Set(found.map(({ definitions, folded }) => `${definitions} ${folded}`))
  const isCut = stretches.every((one) => older.has(`${one.definitions} ${one.folded}`) || one.from > to)
  return {
    days: found.reduce((sum, { days }) => sum + days, 0),
    from,
    to,
    before: isCut ? addDays(to, 1) : undefined,
    rebuild: found.some(({ why }) => why.includes('roll-up')),
  }
}
