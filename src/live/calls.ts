import type { Deps } from '../context.ts'

/** A call as the list shows it. */
export interface RecentCall {
  id: string
  at: Date
  /** E-mail, else id; '' of nobody. */
  user: string
  tenant: string
  ai: boolean
  service: string
  endpoint: string
  provider: string
  model: string
  status: 'ok' | 'error'
  errorKind: string | null
  httpStatus: number | null
  latencyMs: number | null
  tokensIn: number | null
  tokensOut: number | null
  /** In the price table's currency; null = no price is known. */
  cost: number | null
  estimate: boolean
}

export const CALL_KINDS = { all: 'All', ai: 'AI', errors: 'Errors' } as const
export type CallKind = keyof typeof CALL_KINDS
export const CALLS_SHOWN = 100
/** Errors are rare: looking for them ends here, however few there are. */
const LOOK_BACK_HOURS = 24

/** The newest calls, at most 100, of the last day. */
export async function recentCalls({ db: { sql }, now }: Deps, scope: string, kind: CallKind): Promise<RecentCall[]> {
  const at = now()
  const kinds = { all: sql`true`, ai: sql`c.ai`, errors: sql`c.status = 'error'` }
  const rows = await sql<RecentCall[]>`
    select coalesce(c.message_id::text, c.batch_id || ':' || extract(epoch from c.ts)) as id, c.ts as at,
      coalesce(u.email, c.user_id) as user, c.tenant_id as tenant, c.ai, c.service, c.endpoint, c.provider, c.model,
      c.status, c.error_kind as "errorKind", c.http_status as "httpStatus", c.latency_ms as "latencyMs",
      c.tokens_in as "tokensIn", c.tokens_out as "tokensOut", c.cost::float8 as cost, c.estimate
    from (
      select * from api_calls c
      where ts <= ${at} and ts > ${at}::timestamptz - ${LOOK_BACK_HOURS} * interval '1 hour' and ${kinds[kind]}
        and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
      order by ts desc limit ${CALLS_SHOWN}
    ) c left join users u on u.user_id = c.user_id
    order by c.ts desc`
  return [...rows]
}
