import type { Deps } from '../context.ts'

/** A webhook that went wrong: one that came to us, or one that the product sent. */
export interface FailedWebhook {
  at: Date
  direction: 'received' | 'sent'
  /** stripe, or where it was sent. */
  party: string
  event: string
  reason: string
}

export interface Webhooks {
  failed: FailedWebhook[]
  /** Of the last 7 days. */
  received: number
  receivedFailed: number
  receivedUnknown: number
  sent: number
  sentFailed: number
}

const DAYS = 7
const SHOWN = 15

/** Webhooks of the last 7 days in both directions, with the newest that failed. */
export async function webhooks({ db: { sql }, now }: Deps, scope: string): Promise<Webhooks> {
  const since = new Date(now().getTime() - DAYS * 86_400_000)
  const ofTenant = scope === '*' ? sql`true` : sql`tenant_id = ${scope}`
  // What comes from a provider is of the whole product.
  const ofAll = scope === '*' ? sql`true` : sql`false`
  const [failed, [counts]] = await Promise.all([
    sql<FailedWebhook[]>`
      select * from (
        (select received_at as at, 'received' as direction, provider as party, type as event, coalesce(error, outcome) as reason
          from webhook_events where received_at > ${since} and outcome = 'failed' and ${ofAll}
          order by received_at desc limit ${SHOWN})
        union all
        (select ts, 'sent', coalesce(target, '—'), coalesce(event, '—'),
            coalesce(error, 'HTTP ' || http_status, 'no reason given')
          from webhook_deliveries where ts > ${since} and status = 'failed' and ${ofTenant}
          order by ts desc limit ${SHOWN})
      ) w order by at desc limit ${SHOWN}`,
    sql<Omit<Webhooks, 'failed'>[]>`
      select r.*, s.* from (
        select count(*)::int as received, count(*) filter (where outcome = 'failed')::int as "receivedFailed",
          count(*) filter (where outcome = 'unknown')::int as "receivedUnknown"
        from webhook_events where received_at > ${since} and ${ofAll}
      ) r, (
        select count(*)::int as sent, count(*) filter (where status = 'failed')::int as "sentFailed"
        from webhook_deliveries where ts > ${since} and ${ofTenant}
      ) s`,
  ])
  return { failed: [...failed], ...counts! }
}
