import type { MrrPolicy } from '../facts/mrr.ts'
import { minorUnits } from '../lib/currency.ts'
import { type Day, today } from '../lib/time.ts'
import type { FoldContext } from '../rollups/types.ts'

/** A number before a change and after it, in major units of the reporting currency. */
export interface Change {
  before: number
  after: number
}

/** What a change of rates does to the numbers. */
export interface Difference {
  /** Customers who pay a month in the currencies concerned. */
  customers: number
  /** MRR of all currencies, now. */
  mrr: Change
  /** Volume of payments that succeeded, since the first day concerned. */
  payments: Change
  /** MRR at the end of past months that changes, the oldest first. */
  months: (Change & { month: string })[]
}

/** Measures the numbers; with what was measured before a change, how they differ. */
export async function measure(
  context: FoldContext,
  policy: MrrPolicy,
  currencies: string[],
  from: Day | undefined,
  before?: Difference,
): Promise<Difference> {
  const { tx, config } = context
  const now = today(context.now, config.timeZone)
  const minor = minorUnits(config.currency)
  const reported = (amount: string) =>
    tx`case when currency = ${config.currency} then ${tx(`${amount}_minor`)} else ${tx(`${amount}_reported`)} end`
  const ledger = tx`scope = '*' and policy in ('', ${policy})`
  const [sums] = await tx<{ customers: number; mrr: number; payments: number }[]>`
    select
      (select count(*) from (
        select from customer_mrr_days
        where ${ledger} and currency = any(${currencies}::text[]) and day <= ${now}::date
        group by customer_id having sum(amount_minor) > 0
      ) c)::float8 as customers,
      (select coalesce(sum(${reported('amount')}), 0) from mrr_days where ${ledger} and day <= ${now}::date)
        / ${minor}::float8 as mrr,
      (select coalesce(sum(${reported('amount')}), 0) from payment_days
        where scope = '*' and status in ('succeeded', 'refunded') and day >= ${from ?? now}::date)
        / ${minor}::float8 as payments`
  const months = await tx<{ month: string; mrr: number }[]>`
    select to_char(m.until, 'YYYY-MM') as month, coalesce(sum(${reported('amount')}), 0) / ${minor}::float8 as mrr
    from (
      select (n + interval '1 month')::date - 1 as until
      from generate_series(date_trunc('month', ${from ?? now}::date::timestamp), ${now}::date::timestamp, interval '1 month') n
    ) m left join mrr_days d on ${ledger} and d.day <= m.until
    where m.until < ${now}::date
    group by m.until order by m.until`
  const was = new Map(before?.months.map(({ month, before: mrr }) => [month, mrr]))
  const all = months.map(({ month, mrr }) => ({ month, before: was.get(month) ?? mrr, after: mrr }))
  return {
    customers: sums?.customers ?? 0,
    mrr: { before: before?.mrr.before ?? sums?.mrr ?? 0, after: sums?.mrr ?? 0 },
    payments: { before: before?.payments.before ?? sums?.payments ?? 0, after: sums?.payments ?? 0 },
    months: before ? all.filter(({ before: one, after }) => one !== after) : all,
  }
}
