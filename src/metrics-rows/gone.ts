import type { AppendTable } from '../facts/append.ts'
import { addDays, dayOf, startOfDay } from '../lib/time.ts'
import type { SqlContext } from '../metrics/metric.ts'
import type { Span } from './source.ts'

/** Why rows of a span would not add up: the retention dropped some of their months. */
export async function goneFrom(
  { sql, zone }: SqlContext,
  table: AppendTable,
  { from, to }: Span,
  retentionDays: number,
): Promise<string | undefined> {
  const end = startOfDay(addDays(to, 1), zone)
  const start = from ? startOfDay(from, zone) : new Date(0)
  const [found] = await sql<{ until: Date | null }[]>`
    select max((month + interval '1 month')::timestamp at time zone 'UTC') as until from dropped_months
    where fact_table = ${table} and month::timestamp at time zone 'UTC' < ${end}
      and (month + interval '1 month')::timestamp at time zone 'UTC' > ${start}`
  if (!found?.until) return undefined
  const last = dayOf(found.until, zone)
  const first = startOfDay(last, zone) >= found.until ? last : addDays(last, 1)
  return `Facts are kept for ${retentionDays} days: some of this range are gone, and only the number is left. There are rows from ${first} on.`
}
