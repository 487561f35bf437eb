import type { Hono } from 'hono'
import type { Deps } from '../context.ts'
import type { Env, Who } from '../env.ts'
import { isProgram, Problem } from '../lib/errors.ts'

/**
 * Whether anything is known of a tenant: sent as one, or only named by facts. Look-ups by the first column of each
 * primary key.
 */
export async function tenantExists({ db: { sql } }: Pick<Deps, 'db'>, id: string): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (select from tenants where tenant_id = ${id})
      or exists (select from metric_days where scope = ${id})
      or exists (select from event_days where scope = ${id})
      or exists (select from api_call_days where scope = ${id})
      or exists (select from job_hours where scope = ${id})
      or exists (select from plan_days where scope = ${id})
      or exists (select from signup_days where scope = ${id})
      or exists (select from object_days where scope = ${id})
      or exists (select from payment_days where scope = ${id})
      or exists (select from mrr_days where scope = ${id}) as known`
  return row?.known === true
}

/**
 * A mistyped tenant is told, not answered with zeros. Who is bound to tenants learns nothing of others here: theirs may
 * be without facts yet, and all else is refused by `scopeOf`. @throws Problem 404
 */
export async function refuseUnknownTenant(deps: Pick<Deps, 'db'>, who: Who, id: string | undefined): Promise<void> {
  if (!id || id === '*' || who.tenants !== null || id.length > 200 || id.includes('\0')) return
  if (!(await tenantExists(deps, id)))
    throw new Problem(
      404,
      'Unknown tenant',
      `There is no tenant “${id.slice(0, 80)}”: nothing was ever sent for it.`,
    ).at('tenant')
}

const PAGES = /^\/(dashboard|live)(\/|$)/
const NUMBERS = /^\/(exports|api\/metrics)\//

/** For every address that takes `tenant` and answers with data; pages say it in words of their own. */
export function mountTenantCheck(app: Hono<Env>, deps: Deps): void {
  app.use(async (c, next) => {
    const who = c.get('who')
    const { path, method } = c.req
    const reads = who?.kind === 'admin' || who?.scopes.includes('read')
    // A browser may be on its way from a documented address to its page.
    const data = NUMBERS.test(path) || (isProgram(c) && !PAGES.test(path))
    if (who && reads && method === 'GET' && data) await refuseUnknownTenant(deps, who, c.req.query('tenant'))
    await next()
  })
}
