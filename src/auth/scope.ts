import type { Who } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'

/**
 * The one place where tenants are bound: every query filters by what this answers, '*' (all tenants) or one tenant.
 * @throws Forbidden where the asker may not see the tenant.
 */
export function scopeOf(who: Who, requested?: string): string {
  const wanted = requested === '' ? undefined : requested
  if (who.tenants === null) return wanted ?? '*'
  if (wanted !== undefined) {
    if (who.tenants.includes(wanted)) return wanted
    throw new Forbidden(
      wanted === '*' ? 'All tenants together are not yours to see.' : 'This tenant is not yours to see.',
    ).at('tenant')
  }
  const [first] = who.tenants
  if (first === undefined) throw new Forbidden('No tenant is yours to see.').at('tenant')
  // A page may open on the first; a program that did not say which must not take one tenant for all.
  if (who.kind === 'key' && who.tenants.length > 1)
    throw new Problem(
      400,
      'Name a tenant',
      `This key is bound to several tenants: add tenant= with one of ${who.tenants.join(', ')}.`,
    ).at('tenant')
  return first
}

/** For what no tenant owns; `what` begins the refusal: "The audit log is". @throws Forbidden for who is bound to tenants */
export function requireAllTenants<W extends Who>(who: W, what: string): W {
  if (who.tenants !== null)
    throw new Forbidden(`${what} of all tenants together; your access is bound to some of them.`)
  return who
}

/** What a key or an admin can be bound to. @throws Problem 422 for '*' and what else cannot be a tenant's id. */
export function checkTenants(tenants: readonly string[] | null): void {
  const bad = tenants?.find((id) => id === '' || id === '*' || id.length > 200 || id.includes('\0'))
  if (bad !== undefined) throw new Problem(422, 'Not a tenant', `${JSON.stringify(bad)} cannot be the id of a tenant.`)
}

/** Whether facts of this tenant ('' or undefined = of none) may be written or seen by the asker. */
export function mayTenant(who: Who, tenant: string | null | undefined): boolean {
  return who.tenants === null || (!!tenant && who.tenants.includes(tenant))
}
