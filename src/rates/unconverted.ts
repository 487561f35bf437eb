import type { Deps } from '../context.ts'
import { minorUnits } from '../lib/currency.ts'
import { type Day, today } from '../lib/time.ts'

/** Money in a currency without a rate: it is in no metric. */
export interface Unconverted {
  /** customers, payments, invoices or campaign costs. */
  what: 'customers' | 'payments' | 'invoices' | 'campaign costs'
  currency: string
  n: number
  /** In major units of its own currency: of customers what they pay a month, of the others what they come to. */
  amount: number
}

/** What is left out of the metrics of a scope: MRR at the end of the days, payments, invoices and costs of the days. */
export async function unconverted(
  { db: { sql }, config, now }: Pick<Deps, 'db' | 'config' | 'now'>,
  { scope, from, to }: { scope: string; from: Day; to: Day },
): Promise<Unconverted[]> {
  const last = [to, today(now(), config.timeZone)].sort()[0] as Day
  const base = config.currency
  const ofDays = sql`scope = ${scope} and currency <> ${base} and day between ${from}::date and ${last}::date`
  const rows = await sql<{ what: Unconverted['what']; currency: string; n: number; minor: number }[]>`
    select 'customers' as what, currency, sum(customers_delta)::float8 as n, sum(amount_minor)::float8 as minor
    from mrr_days
    where scope = ${scope} and currency <> ${base} and policy in ('', ${config.mrrPolicy}) and day <= ${last}::date
      and not exists (select from exchange_rates x
        where x.base = ${base} and x.currency = mrr_days.currency and x.day <= ${last}::date)
    group by currency having sum(amount_minor) <> 0
    union all
    select 'payments', currency, sum(n), sum(amount_minor) from payment_days
    where ${ofDays} and amount_reported is null and status in ('succeeded', 'refunded')
    group by currency having sum(n) > 0
    union all
    select 'invoices', currency, sum(issued), sum(issued_minor) from invoice_days
    where ${ofDays} and issued_reported is null
    group by currency having sum(issued) > 0
    union all
    select 'campaign costs', currency, count(*), sum(amount_minor) from spend_days
    where ${ofDays} and amount_reported is null
    group by currency
    order by 1, 2`
  return rows.map(({ what, currency, n, minor }) => ({ what, currency, n, amount: minor / minorUnits(currency) }))
}

/** The currencies that money has come in, beside the reporting one. */
export async function currenciesSeen({ db: { sql }, config }: Pick<Deps, 'db' | 'config'>): Promise<string[]> {
  const rows = await sql<{ currency: string }[]>`
    select currency from mrr_days where scope = '*' union select currency from payment_days where scope = '*'
    union select currency from invoice_days where scope = '*' union select currency from spend_days where scope = '*'
    union select currency from finance_inputs union select currency from exchange_rates where base = ${config.currency}
    order by 1`
  return rows.map(({ currency }) => currency).filter((currency) => currency !== config.currency)
}
