import { mayTenant } from '../auth/scope.ts'
import type { KeyWho } from '../env.ts'
import type { FactIn, FactKind } from '../facts/types.ts'
import type { BrokenRow } from './parse.ts'

/** Which field of a kind names its tenant. An anonymous visitor's identity has none, and belongs to none. */
const TENANT_FIELD: Partial<Record<FactKind, string>> = { tenants: 'id' }
const WITHOUT_TENANT: ReadonlySet<FactKind> = new Set(['identities'])
/** What belongs to the whole product cannot be written with a key that is bound to tenants. */
const OF_ALL: ReadonlySet<FactKind> = new Set(['plans', 'probes'])

/**
 * Holds the facts of a key that is bound to tenants to these: a fact that names none gets the only one there is, a
 * fact of another tenant is refused. All facts of a message are refused together.
 */
export function bindTenants(key: KeyWho, facts: FactIn[]): { facts: FactIn[]; refused: BrokenRow[] } {
  if (key.tenants === null) return { facts, refused: [] }
  const bound = facts.map((fact) => bind(key, fact))
  const refused = new Map<number, BrokenRow>()
  facts.forEach(({ index, row }, n) => {
    if (typeof bound[n] === 'string' && !refused.has(index))
      refused.set(index, { index, reason: bound[n], raw: JSON.stringify(row) })
  })
  return {
    facts: bound.filter((fact): fact is FactIn => typeof fact !== 'string' && !refused.has(fact.index)),
    refused: [...refused.values()],
  }
}

function bind(key: KeyWho, fact: FactIn): FactIn | string {
  if (WITHOUT_TENANT.has(fact.kind)) return fact
  if (OF_ALL.has(fact.kind)) return `this key is bound to tenants and may not send ${fact.kind}`
  const field = TENANT_FIELD[fact.kind] ?? 'tenant_id'
  const tenant = fact.row?.[field]
  if (tenant === undefined || tenant === null || tenant === '') return fillIn(key, fact, field)
  return mayTenant(key, String(tenant)) ? fact : `this key may not send facts of the tenant ${String(tenant)}`
}

function fillIn(key: KeyWho, fact: FactIn, field: string): FactIn | string {
  const only = key.tenants!.length === 1 ? key.tenants![0] : undefined
  if (only === undefined || field === 'id') return `${field} is required: this key is bound to tenants`
  return { ...fact, row: { ...fact.row, [field]: only } }
}
