import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import type { Tx } from '../facts/types.ts'
import { minorUnits } from '../lib/currency.ts'
import { type Day, today } from '../lib/time.ts'
import { withFoldLock } from '../rollups/lock.ts'
import { reportFrom } from '../rollups/reporting.ts'
import type { FoldContext } from '../rollups/types.ts'
import { type Difference, measure } from './difference.ts'

/** What one unit of a currency is worth in the reporting one, from a day on until the next rate. */
export interface Rate {
  currency: string
  day: Day
  /** A decimal number, as it was entered. */
  rate: string
  source: 'entered' | 'imported'
  updated_at: string
  updated_by: string
}

export interface RateEntry {
  currency: string
  day: Day
  /** null takes the rate of the day away. */
  rate: string | null
}

export interface RateChange {
  entries: RateEntry[]
  source: 'entered' | 'imported'
  /** Whether past days may change: else what is told of them holds from today on. */
  recost: boolean
}

/** What came, or would come, of a change. */
export interface RateOutcome {
  /** Rates as they are stored. */
  saved: RateEntry[]
  /** Told of past days; of each currency the newest holds from today, the others are left out. */
  moved: number
  difference: Difference
}

/** The rates to the reporting currency, newest first. */
export function readRates(
  { db: { sql }, config }: Pick<Deps, 'db' | 'config'>,
  { currency, from, to, limit }: { currency?: string; from?: Day; to?: Day; limit?: number } = {},
): Promise<Rate[]> {
  return sql<Rate[]>`
    select currency, day::text as day, rate::text as rate, source,
      to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as updated_at, updated_by
    from exchange_rates
    where base = ${config.currency} and ${currency ? sql`currency = ${currency}` : sql`true`}
      and ${from ? sql`day >= ${from}::date` : sql`true`} and ${to ? sql`day <= ${to}::date` : sql`true`}
    order by day desc, currency
    limit ${limit ?? 100_000}`
}

/** What a change would do, without doing it: it is made, measured, and taken back. */
export async function previewRates(deps: Deps, actor: string, change: RateChange): Promise<RateOutcome> {
  let outcome: RateOutcome | undefined
  try {
    await withFoldLock(deps.db.heavy, async (tx) => {
      outcome = await changeRates(deps, tx, actor, change)
      throw new TakenBack()
    })
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error
  }
  return outcome as RateOutcome
}

/** Saves rates, converts what they concern, and writes it all into the audit log. */
export function saveRates(deps: Deps, actor: string, change: RateChange): Promise<RateOutcome> {
  return withFoldLock(deps.db.heavy, async (tx) => {
    const outcome = await changeRates(deps, tx, actor, change)
    const { saved, moved, difference } = outcome
    // Of a long import the log keeps the beginning: the table has all of it.
    const detail = { entries: saved.slice(0, 50), n: saved.length, moved, recost: change.recost, difference }
    await audit(tx, { actor, action: 'rates.change', detail })
    return outcome
  })
}

class TakenBack extends Error {}

async function changeRates(deps: Deps, tx: Tx, actor: string, change: RateChange): Promise<RateOutcome> {
  const context: FoldContext = { tx, config: deps.config, now: deps.now() }
  const { entries, moved } = await dated(context, change)
  const concerned = [...new Set(entries.map(({ currency }) => currency))]
  const first = entries.map(({ day }) => day).sort()[0]
  if (!first) return { saved: [], moved, difference: await measure(context, deps.config.mrrPolicy, [], undefined) }
  const compare = await measure(context, deps.config.mrrPolicy, concerned, first)
  await store(context, actor, entries, change.source)
  await reportFrom(context, first, concerned)
  return { saved: entries, moved, difference: await measure(context, deps.config.mrrPolicy, concerned, first, compare) }
}

/** When the entries hold from. Where there is no money of a currency in the past, its past may be told freely. */
async function dated(context: FoldContext, { entries, recost }: RateChange) {
  const now = today(context.now, context.config.timeZone)
  const past = entries.filter(({ day }) => day < now)
  if (recost || past.length === 0) return { entries, moved: 0 }
  const settled = await withHistory(context, past, now)
  const newest = new Map<string, RateEntry>()
  for (const entry of past) {
    if (!settled.has(entry.currency) || entry.rate === null) continue
    if (entry.day >= (newest.get(entry.currency)?.day ?? '')) newest.set(entry.currency, entry)
  }
  const kept = entries.filter(({ day, currency }) => day >= now || !settled.has(currency))
  const forToday = new Set(kept.filter(({ day }) => day === now).map(({ currency }) => currency))
  const fromToday = [...newest.values()].filter(({ currency }) => !forToday.has(currency))
  return {
    entries: [...kept, ...fromToday.map((entry) => ({ ...entry, day: now }))],
    moved: past.filter(({ currency }) => settled.has(currency)).length,
  }
}

/** The currencies of which there is money since the first of some past days. */
async function withHistory({ tx }: FoldContext, past: RateEntry[], now: Day): Promise<Set<string>> {
  const currencies = [...new Set(past.map(({ currency }) => currency))]
  const rows = await tx<{ currency: string }[]>`
    select currency from unnest(${currencies}::text[]) c (currency)
    where exists (select from mrr_days d where d.currency = c.currency and d.day < ${now}::date)
      or exists (select from payment_days d where d.currency = c.currency and d.day < ${now}::date)
      or exists (select from invoice_days d where d.currency = c.currency and d.day < ${now}::date)
      or exists (select from spend_days d where d.currency = c.currency and d.day < ${now}::date)
      or exists (select from finance_inputs d where d.currency = c.currency and d.month < ${now}::date)`
  return new Set(rows.map(({ currency }) => currency))
}

async function store({ tx, config, now }: FoldContext, actor: string, entries: RateEntry[], source: Rate['source']) {
  const rows = entries.map(({ currency, day, rate }) => ({
    currency,
    day,
    rate,
    factor: String(minorUnits(config.currency) / minorUnits(currency)),
  }))
  const told = tx`json_to_recordset(${JSON.stringify(rows)}::text::json)
      as n (currency text, day date, rate numeric, factor numeric)`
  await tx`
    delete from exchange_rates
    where base = ${config.currency} and (currency, day) in (select currency, day from ${told} where rate is null)`
  await tx`
    insert into exchange_rates
    select ${config.currency}, currency, day, rate, rate * factor, ${source}, ${now}, ${actor} from ${told} where rate is not null
    on conflict (base, currency, day) do update set rate = excluded.rate, per_minor = excluded.per_minor,
      source = excluded.source, updated_at = excluded.updated_at, updated_by = excluded.updated_by`
}
