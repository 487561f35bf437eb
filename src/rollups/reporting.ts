import { startOfDay } from '../lib/time.ts'
import { recountRetention } from './customer-mrr.ts'
import { bucketFolds } from './index.ts'
import { reportMrrFrom } from './mrr-days.ts'
import { markBuckets } from './stale-days.ts'
import type { FoldContext } from './types.ts'

const ALWAYS = '0001-01-01'
const BY_DAY = ['payment_days', 'invoice_days', 'spend_days', 'subscription_days'] as const

/** Where CURRENCY is another one than at the last fold, all that was converted is converted anew. */
export async function settleReportingCurrency(context: FoldContext): Promise<void> {
  const { tx, config } = context
  const [known] = await tx<{ currency: string }[]>`select currency from reporting_currency`
  if (known?.currency === config.currency) return
  await tx`
    insert into reporting_currency (currency) values (${config.currency})
    on conflict (one) do update set currency = excluded.currency`
  // The first fold after the update to dated rates: customers of several currencies are told apart from now on.
  if (!known) return recountRetention(context)
  await tx`delete from mrr_days where currency = ${config.currency} and n = 0`
  await reportMrrFrom(context, ALWAYS)
  for (const table of BY_DAY)
    await tx`
      insert into dirty_buckets
      select distinct ${table}::text, day::timestamp at time zone ${config.timeZone} from ${tx(table)}`
  await markBuckets(context, [`${ALWAYS}T00:00:00Z`], true)
}

/** Works out anew what money of some currencies is in the reporting one, from a day on: their rates have changed. */
export async function reportFrom(context: FoldContext, day: string, currencies: string[]): Promise<void> {
  const { tx, config } = context
  await reportMrrFrom(context, day, currencies)
  for (const table of BY_DAY) {
    const rows = await tx<{ bucket: Date }[]>`
      select distinct day::timestamp at time zone ${config.timeZone} as bucket from ${tx(table)}
      where currency = any(${currencies}::text[]) and day >= ${day}::date`
    const buckets = rows.map(({ bucket }) => bucket.toISOString())
    if (buckets.length > 0) await bucketFolds[table]!.fold(context, buckets)
  }
  await markBuckets(context, [startOfDay(day, config.timeZone).toISOString()], true)
}
