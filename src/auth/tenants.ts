import type { Hono } from 'hono'
import type { Deps } from '../context.ts'
import type { Env, KeyScope, Who } from '../env.ts'
import { isProgram, Problem } from '../lib/errors.ts'
import { checkTenants } from './scope.ts'

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

/** Those of some tenants of which nothing was ever sent. @throws Problem 422 for what cannot be one */
export async function unknownTenants(
  deps: Pick<Deps, 'db'>,
  ids: readonly string[] | null | undefined,
): Promise<string[]> {
  checkTenants(ids ?? null)
  const known = await Promise.all((ids ?? []).map((id) => tenantExists(deps, id)))
  return (ids ?? []).filter((_, n) => !known[n])
}

/**
 * Who is bound to a mistyped tenant would see nothing at all. `kept` are those that they are bound to already.
 * @throws Problem 422 at the field
 */
export async function refuseMistypedTenants(
  deps: Pick<Deps, 'db'>,
  ids: readonly string[] | null | undefined,
  kept: readonly string[] | null = null,
): Promise<void> {
  const [id] = (await unknownTenants(deps, ids)).filter((one) => !kept?.includes(one))
  if (id === undefined) return
  const meant = await meantTenant(deps, id)
  throw new Problem(
    422,
    'Unknown tenant',
    `There is no tenant “${id.slice(0, 80)}”: nothing was ever sent for it.${meant ? ` Did you mean ${meant}?` : ''}`,
  ).at('tenants')
}

/** A tenant's name was typed for its id, or the id in other letters; null = nothing is like it. */
async function meantTenant({ db: { sql } }: Pick<Deps, 'db'>, text: string): Promise<string | null> {
  const [row] = await sql<{ tenant_id: string }[]>`
    select tenant_id from tenants where lower(${text}) in (lower(tenant_id), lower(name)) order by tenant_id limit 1`
  return row?.tenant_id ?? null
}

/**
 * A key that reads nothing but a mistyped tenant is refused. One that sends may well be what a new tenant begins with:
 * what to say of it then; undefined = nothing. @throws Problem 422 at the field
 */
export async function checkKeyTenants(
  deps: Pick<Deps, 'db'>,
  { tenants, scopes }: { tenants: readonly string[] | null; scopes: readonly KeyScope[] },
): Promise<string | undefined> {
  if (!scopes.includes('ingest')) await refuseMistypedTenants(deps, tenants)
  const unknown = await unknownTenants(deps, tenants)
  return unknown.length > 0 ? `No facts of tenant ${unknown.join(', ')} have come yet.` : undefined
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
