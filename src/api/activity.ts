import type { Hono } from 'hono'
import { z } from 'zod'
import { type Activity, activityPage, isCursor } from '../activity/feed.ts'
import { allow, whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { kinds } from '../exports/operations.ts'
import { minorUnits } from '../lib/currency.ts'
import { json } from './json.ts'
import { operation, serve } from './operation.ts'
import { parameters } from './query.ts'

const { tenant, limit } = parameters
const text = z.string().nullable()

export const feed = operation({
  method: 'get',
  path: '/api/activity',
  tag: 'Tables',
  summary: 'The activity feed, newest first',
  query: z.object({
    kinds,
    tenant,
    limit: limit(500, 100),
    before: z
      .string()
      .refine(isCursor, 'This is not the “next” of a page of the feed.')
      .meta({ description: '`next` of the page before.' })
      .optional(),
  }),
  example: 'kinds=joined&limit=10',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      rows: z.array(
        z.strictObject({
          time: z.iso.datetime(),
          kind: z.string(),
          verb: z.string(),
          subject: text,
          note: text,
          user_id: z.string(),
          user: text,
          tenant_id: z.string(),
          tenant: text,
          amount: z.number().nullable().describe('Major units of `currency`.'),
          currency: text,
          duration_ms: z.number().nullable(),
          id: z.string(),
        }),
      ),
      next: z.string().nullable(),
    }),
  },
})

/** The feed as JSON; /exports/activity.csv has whole periods of it. */
export function mountActivityApi(app: Hono<Env>, deps: Deps): void {
  serve(app, feed, allow({ scope: 'read', role: 'viewer' }), async (c, asked) => {
    const { rows, next } = await activityPage(deps, { ...asked, scope: scopeOf(whoOf(c), asked.tenant) })
    return json(c, { rows: rows.map(shown), next: next ?? null })
  })
}

/** An amount is money where it has a currency, else how long a job or call took. */
function shown({ ts, kind, verb, subject, note, userId, who, tenantId, tenant, amount, currency, id }: Activity) {
  return {
    time: ts,
    kind,
    verb,
    subject,
    note,
    user_id: userId,
    user: who,
    tenant_id: tenantId,
    tenant,
    amount: currency !== null && amount !== null ? amount / minorUnits(currency) : null,
    currency,
    duration_ms: currency === null ? amount : null,
    id,
  }
}
