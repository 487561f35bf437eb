import { mayTenant } from '../auth/scope.ts'
import type { KeyWho } from '../env.ts'
import type { FactIn, FactKind } from '../facts/types.ts'

/** Why the facts at a place of the request are refused. */
export type Refusals = Map<number, string>

/**
 * Which field of a kind names its tenant. Identities and what campaigns cost have none: they belong where their user, or
 * campaign, belongs, as owned.ts sees to.
 */
const TENANT_FIELD: Partial<Record<FactKind, string>> = { tenants: 'id' }
const WITHOUT_TENANT: ReadonlySet<FactKind> = new Set(['identities', 'campaign_spend'])
/** What belongs to the whole product cannot be written with a key that is bound to tenants. */
const OF_ALL: ReadonlySet<FactKind> = new Set(['plans', 'probes', 'components', 'experiments'])

/**
 * Holds the facts of a key that is bound to tenants to these: a fact that names none gets the only one there is, a
 * fact of another tenant is refused. All facts of a message are refused together.
 */
export function bindTenants(key: KeyWho, facts: FactIn[]): { facts: FactIn[]; refused: Refusals } {
  const refused: Refusals = new Map()
  if (key.tenants === null) return { facts, refused }
  const bound: FactIn[] = []
  for (const fact of facts) {
    const result = bind(key, fact)
    if (typeof result !== 'string') bound.push(result)
    else if (!refused.has(fact.index)) refused.set(fact.index, result)
  }
  return { facts: bound.filter(({ index }) => !refused.has(index)), refused }
}

/** An id as the schemas read it: text, or a number as text. Undefined for what they refuse. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  // Postgres takes no NUL, not even in a question.
  return typeof value === 'string' && value.length <= 300 && !value.includes('\0') ? value : undefined
}

function bind(key: KeyWho, fact: FactIn): FactIn | string {
  if (!isObject(fact.row)) return 'the fact is not an object'
  if (WITHOUT_TENANT.has(fact.kind)) return fact
  if (OF_ALL.has(fact.kind)) return `this key is bound to tenants and may not send ${fact.kind}`
  const field = TENANT_FIELD[fact.kind] ?? 'tenant_id'
  const given = fact.row[field]
  if (given === undefined || given === null || given === '') return fillIn(key, fact, field)
  const tenant = idText(given)
  if (tenant === undefined) return `${field} is not the id of a tenant`
  return mayTenant(key, tenant) ? fact : `this key may not send facts of the tenant ${tenant}`
}

const isObject = (row: unknown): boolean => typeof row === 'object' && row !== null && !Array.isArray(row)

function fillIn(key: KeyWho, fact: FactIn, field: string): FactIn | string {
  const only = key.tenants!.length === 1 ? key.tenants![0] : undefined
  if (only === undefined || field === 'id') return `${field} is required: this key is bound to tenants`
  return { ...fact, row: { ...fact.row, [field]: only } }
}
