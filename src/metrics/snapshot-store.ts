import type { Deps } from '../context.ts'
import { customFormulas } from '../custom-metrics/catalogue.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Day } from '../lib/time.ts'
import { withDaysLock } from '../rollups/lock.ts'
import { asksFor } from './asks.ts'
import type { MetricKey } from './catalogue.ts'
import type { Parts } from './cells.ts'
import { sqlContext } from './context.ts'
import { DefinitionBook, ensureDefinitions, fingerprintsNow } from './definitions.ts'
import type { DerivedMetric, SqlContext } from './metric.ts'
import { ensureSlots, formulaKeys, slotParts, storedAsks } from './slots.ts'
import { storeDims } from './snapshot-dims.ts'
import { type DayValues, dayValues, historyOf, partsOf, valuesOf } from './snapshot-values.ts'
import type { Ask } from './statement.ts'
import { combine } from './total.ts'
import { storeUsage } from './usage-analytics.ts'

type Numbers = (number | null)[]

/** One transaction's work: the pool it runs on, and where each number belongs. */
interface Storing {
  q: SqlContext
  slots: Map<string, number>
  /** Formulas that are not in the catalogue. */
  customs: ReadonlyMap<string, DerivedMetric>
}

/** Stores every metric of some days; a day is stored whole or not at all. */
export async function storeDays(deps: Deps, days: Day[], scopes: string[]): Promise<void> {
  await storing(deps, days, (work) => storeWhole(work, days, scopes))
}

/**
 * Stores some metrics of some days anew, and the formulas they are in; the others keep the numbers they have. Days without a
 * snapshot of all tenants, or with a stale one, are stored whole.
 */
export async function storeMetrics(
  deps: Deps,
  keys: readonly MetricKey[],
  days: Day[],
  scopes: string[],
): Promise<void> {
  await storing(deps, days, async (work) => {
    const { sql } = work.q
    const sound = await sql<{ day: Day }[]>`
      select day::text as day from metric_days m
      where scope = '*' and day = any(${days}::text[]::date[]) and definitions is not null
        and not exists (select from dirty_metric_days d where d.scope = m.scope and d.day = m.day)`
    const kept = new Set(sound.map(({ day }) => day))
    const fresh = days.filter((day) => !kept.has(day))
    if (fresh.length > 0) await storeWhole(work, fresh, scopes)
    if (kept.size > 0) await replaceMetric(work, asksFor(keys), [...kept].sort())
  })
}

/** While no fold runs: one that ran meanwhile would find no snapshot of the day yet, and mark nothing. */
async function storing(deps: Deps, days: Day[], work: (storing: Storing) => Promise<void>): Promise<void> {
  await withDaysLock(deps.db.heavy, days, async (tx) => {
    const customs = await customFormulas(tx)
    await work({ q: sqlContext(deps, tx), slots: await ensureSlots(tx, customs.keys()), customs })
  })
}

/**
 * The marks that a day was stale go in the transaction that computes it: one which arrives meanwhile is not seen by
 * this delete, stays, and has the day computed again.
 */
async function storeWhole({ q, slots, customs }: Storing, days: Day[], scopes: string[]): Promise<void> {
  await q.sql`
    delete from dirty_metric_days where day = any(${days}::text[]::date[]) and scope = any(${scopes}::text[])`
  const asks = storedAsks()
  const found = await valuesOf(q, asks, scopes, days)
  const length = Math.max(...slots.values())
  const rows = found.map((row) => ({
    scope: row.scope,
    day: row.day,
    v: slotted(row, slots, Array<number | null>(length).fill(null), customs),
  }))
  const definitions = await ensureDefinitions(q, fingerprintsNow(q))
  // How the roll-ups of a day were folded is known from when it was first stored; a rebuild tells otherwise.
  await q.sql`
    insert into metric_days (scope, day, v, computed_at, definitions, folded)
    select scope, day, v, ${q.now}, ${definitions}::int, ${q.folded}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (scope text, day date, v float8[])
    on conflict (scope, day) do update set
      v = excluded.v, computed_at = excluded.computed_at, definitions = excluded.definitions`
  await storeUsage(q.sql, found)
  if (scopes.includes('*')) await storeDims(q, asks, days)
}

interface StoredRow {
  scope: string
  day: Day
  v: Numbers
  definitions: number
}

/** Puts new numbers of some metrics into rows that are there. */
async function replaceMetric({ q, slots, customs }: Storing, asks: Ask[], days: Day[]): Promise<void> {
  const stored = await q.sql<StoredRow[]>`
    select scope, day::text as day, to_jsonb(v) as v, definitions from metric_days
    where day = any(${days}::text[]::date[]) and definitions is not null`
  const scopes = [...new Set(stored.map(({ scope }) => scope))]
  const history = await historyOf(q, asks, scopes, days)
  const others = storedAsks().filter(({ key }) => !asks.some((ask) => ask.key === key))
  const found = stored.map((row) => {
    const parts = new Map([...partsIn(row.v, others, slots), ...partsOf(history, asks, row.scope, row.day)])
    return { row, values: dayValues(row.scope, row.day, parts) }
  })
  for (const [id, group] of groupBy(found, ({ row }) => row.definitions)) {
    const definitions = await mixedDefinitions(q, id, asks)
    const rows = group.map(({ row: { scope, day, v }, values }) => ({
      scope,
      day,
      v: slotted(values, slots, v, customs),
    }))
    await q.sql`
      update metric_days m set v = x.v, definitions = ${definitions}::int, computed_at = ${q.now}
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (scope text, day date, v float8[])
      where m.scope = x.scope and m.day = x.day`
  }
  await storeUsage(
    q.sql,
    found.map(({ values }) => values),
  )
  await storeDims(q, asks, days)
}

/** The definitions of a row of which some metrics have been computed anew. */
async function mixedDefinitions(q: SqlContext, id: number, asks: Ask[]): Promise<number> {
  const before = (await DefinitionBook.read(q, [id])).of(id)?.fingerprints ?? new Map<string, string>()
  const now = fingerprintsNow(q)
  return ensureDefinitions(q, new Map([...before, ...asks.map(({ key }) => [key, now.get(key) ?? ''] as const)]))
}

/** Puts the numbers of a scope's day into their slots. */
function slotted(
  { parts, value }: DayValues,
  slots: Map<string, number>,
  v: Numbers,
  customs: Storing['customs'],
): Numbers {
  const put = (key: string, part: string, number: number | null) => {
    const at = (slots.get(`${key} ${part}`) as number) - 1
    while (v.length < at) v.push(null)
    v[at] = number
  }
  for (const [{ key, metric }, numbers] of parts) {
    for (const [i, part] of slotParts(metric).entries()) put(key, part, numbers[i] ?? null)
  }
  for (const key of formulaKeys) put(key, 'value', value(key))
  for (const [key, metric] of customs) {
    const inputs = metric.of.map((of) => value(of as MetricKey))
    put(key, 'value', combine(metric, inputs))
  }
  return v
}

/** What a row has of some metrics. */
function partsIn(v: Numbers, asks: Ask[], slots: Map<string, number>): Map<Ask, Parts> {
  const numberOf = (key: string, part: string) => v[(slots.get(`${key} ${part}`) ?? 0) - 1] ?? null
  return new Map(asks.map((ask) => [ask, slotParts(ask.metric).map((part) => numberOf(ask.key, part))]))
}
