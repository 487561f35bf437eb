import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { withFoldLock } from '../rollups/lock.ts'

/** What can be entered for a month; the balance is that of its end. */
export const FINANCE_ITEMS = {
  cash: 'Cash at hand at the end of the month.',
  burn: 'By how much cash shrank in the month; negative where it grew.',
  hosting: 'Servers, storage, traffic: what it costs to run the product.',
  other_costs: 'Salaries, rent, everything else.',
  acquisition: 'What winning customers cost beside the campaigns that are told as facts.',
} as const
export type FinanceItem = keyof typeof FINANCE_ITEMS
export const financeItems = Object.keys(FINANCE_ITEMS) as [FinanceItem, ...FinanceItem[]]

/** An amount of a month, in minor units of `currency`. */
export interface FinanceInput {
  /** 'YYYY-MM' */
  month: string
  item: FinanceItem
  amount: number
  currency: string
  note: string | null
  updated_at: string
  updated_by: string
}

export interface FinanceEntry {
  month: string
  item: FinanceItem
  /** null takes the entry away: unknown again, which is not zero. */
  amount: number | null
  note?: string | null | undefined
}

/** What was entered for some months, both included. */
export function readFinanceInputs(
  { db: { sql } }: Pick<Deps, 'db'>,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Promise<FinanceInput[]> {
  return sql<FinanceInput[]>`
    select to_char(month, 'YYYY-MM') as month, item, amount_minor::float8 as amount, currency, note,
      to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as updated_at, updated_by
    from finance_inputs
    where month >= ${`${from ?? '0001-01'}-01`}::date and month <= ${`${to ?? '9999-12'}-01`}::date
    order by month, item`
}

/**
 * Enters amounts, writes them into the audit log, and marks the stored days that they are in as stale: under the fold
 * lock, as all such marks, or a day that is being stored meanwhile would keep the old amount.
 */
export async function enterFinanceInputs(deps: Deps, actor: string, entries: FinanceEntry[]): Promise<void> {
  const { db, config, now } = deps
  const rows = entries.map(({ month, item, amount, note }) => ({
    month: `${month}-01`,
    item,
    amount,
    note: note ?? null,
  }))
  await withFoldLock(db.heavy, async (tx) => {
    const told = tx`json_to_recordset(${JSON.stringify(rows)}::text::json)
      as n (month date, item text, amount bigint, note text)`
    const before = await tx`
      select to_char(month, 'YYYY-MM') as month, item, amount_minor::float8 as amount, currency
      from finance_inputs where (month, item) in (select month, item from ${told})`
    await tx`
      delete from finance_inputs where (month, item) in (select month, item from ${told} where amount is null)`
    await tx`
      insert into finance_inputs
      select month, item, amount, ${config.currency}, note, ${now()}, ${actor} from ${told} where amount is not null
      on conflict (month, item) do update set amount_minor = excluded.amount_minor, currency = excluded.currency,
        note = excluded.note, updated_at = excluded.updated_at, updated_by = excluded.updated_by`
    await markFrom(tx, rows.map(({ month }) => month).sort()[0]!)
    await audit(tx, { actor, action: 'finance.enter', detail: { entries: rows, before } })
  })
}

type Tx = Parameters<Parameters<typeof withFoldLock>[1]>[0]

/** Costs are seen for 30 days and balances for three months; what was entered belongs to no tenant. */
async function markFrom(tx: Tx, month: string): Promise<void> {
  await tx`
    insert into dirty_metric_days
    select m.scope, m.day from metric_days m
    where m.scope = '*' and m.day >= ${month}::date
      and not exists (select from dirty_metric_days d where d.scope = m.scope and d.day = m.day)`
}
