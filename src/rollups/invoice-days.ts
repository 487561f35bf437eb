import type { Tag } from '../db/tag.ts'
import { rateOn } from '../rates/convert.ts'
import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'
import type { Fragment } from './types.ts'

/**
 * Invoices by day: what was issued and paid, and how many came to be open, overdue and under review, less those that
 * ceased to. What was closed before it was issued, as of clocks that differ, never was open.
 */
export const foldInvoiceDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'invoice_days', buckets)
  await tx`
    with d as materialized (${days(context, buckets)}),
    parts (tenant_id, day, provider, currency, issued, issued_minor, paid, paid_minor, open, open_minor, overdue,
      overdue_minor, pending, pending_minor, invoice_id, became, at) as (
      ${invoiceParts(tx)}
    ),
    reported as (${reportedInvoices(tx, context.config)})
    insert into invoice_days
    select scope, day, coalesce(provider, ''), currency, sum(issued), sum(issued_minor), sum(paid), sum(paid_minor),
      sum(open), sum(open_minor), sum(overdue), sum(overdue_minor), sum(pending), sum(pending_minor), sum(issued_reported), sum(paid_reported), sum(open_reported),
      sum(overdue_reported), sum(pending_reported)
    from reported cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4`
}

/**
 * The parts in the reporting currency: what is owed at the rate of the day an invoice was issued, for as long as it is
 * owed, so that nothing is left of it when it is paid; what was paid at the rate of its day.
 */
export function reportedInvoices(
  tx: Tag,
  { currency: base, timeZone }: { currency: string; timeZone: string },
): Fragment {
  const rate = (at: Fragment) => rateOn(tx, base, tx`p.currency`, tx`(${at} at time zone ${timeZone})::date`)
  return tx`
      select p.*, round(issued_minor * x.owed)::bigint as issued_reported, round(paid_minor * x.paid)::bigint as paid_reported,
        round(open_minor * x.owed)::bigint as open_reported, round(overdue_minor * x.owed)::bigint as overdue_reported,
        round(pending_minor * x.owed)::bigint as pending_reported
      from parts p join invoices i using (invoice_id) cross join lateral (
        select case when p.currency <> ${base} then ${rate(tx`i.issued_at`)} end as owed,
          case when p.currency <> ${base} then ${rate(tx`p.at`)} end as paid
      ) x`
}

/** What became of invoices on the days `d`, and how many they were then. The rows beneath their numbers are these. */
export function invoiceParts(tx: Tag): Fragment {
  const ended = tx`case i.status when 'paid' then i.paid_at when 'void' then i.closed_at
    when 'uncollectible' then i.closed_at end`
  const late = tx`greatest(i.due_at, i.issued_at)`
  // Of what is still open a part may have been paid; while it was open the rest of it cannot be told any more.
  const owed = tx`case when ${ended} is null then i.amount_minor - coalesce(i.amount_paid_minor, 0) else i.amount_minor end`
  const within = (column: string) =>
    tx`i.status <> 'draft' and i.${tx(column)} >= d.start and i.${tx(column)} < d.until`
  const was = {
    open: tx`(${ended} is null or ${ended} > i.issued_at)`,
    overdue: tx`(i.due_at is not null and (${ended} is null or ${ended} > ${late}))`,
    pending: tx`(i.pending_at is not null and (i.status = 'pending_verification' or ${ended} > i.pending_at))`,
  }
  const left = tx`
      select i.tenant_id, d.day, i.provider, i.currency, 0, 0, (i.status = 'paid')::int,
        case when i.status = 'paid' then coalesce(i.amount_paid_minor, i.amount_minor) else 0 end,
        -(${was.open})::int, -(${was.open})::int * ${owed}, -(${was.overdue})::int, -(${was.overdue})::int * ${owed},
        -(${was.pending})::int, -(${was.pending})::int * ${owed}`
  return tx`
      select i.tenant_id, d.day, i.provider, i.currency, 1, i.amount_minor, 0, 0, (${was.open})::int,
        (${was.open})::int * ${owed}, (${was.overdue} and i.due_at < i.issued_at)::int,
        (${was.overdue} and i.due_at < i.issued_at)::int * ${owed}, 0, 0, i.invoice_id, 'issued', i.issued_at
      from d join invoices i on ${within('issued_at')}
      union all
      select i.tenant_id, d.day, i.provider, i.currency, 0, 0, 0, 0, 0, 0, 1, ${owed}, 0, 0, i.invoice_id, 'overdue', i.due_at
      from d join invoices i on ${within('due_at')} and i.due_at >= i.issued_at and ${was.overdue}
      union all
      select i.tenant_id, d.day, i.provider, i.currency, 0, 0, 0, 0, 0, 0, 0, 0, 1, ${owed}, i.invoice_id, 'under review', i.pending_at
      from d join invoices i on ${within('pending_at')} and ${was.pending}
      union all
      ${left}, i.invoice_id, 'paid', i.paid_at from d join invoices i on ${within('paid_at')} and i.status = 'paid'
      union all
      ${left}, i.invoice_id, i.status, i.closed_at from d join invoices i on ${within('closed_at')} and i.status in ('void', 'uncollectible')`
}
