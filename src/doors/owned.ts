import type { Sql } from '../db/connect.ts'
import type { KeyWho } from '../env.ts'
import type { FactIn, FactKind } from '../facts/types.ts'
import { idText, type Refusals } from './bind.ts'

/** Where the rows are that a fact of the kind would change. Tenants are their own; what is appended changes nothing. */
const TABLES: Partial<Record<FactKind, { table: string; key: string }>> = {
  subscriptions: { table: 'subscriptions', key: 'subscription_id' },
  payments: { table: 'payments', key: 'payment_id' },
  jobs: { table: 'jobs', key: 'job_id' },
  invoices: { table: 'invoices', key: 'invoice_id' },
  campaigns: { table: 'campaigns', key: 'campaign_id' },
  prompts: { table: 'prompts', key: 'prompt_id' },
  messages: { table: 'messages', key: 'message_id' },
  tickets: { table: 'tickets', key: 'ticket_id' },
  webhook_deliveries: { table: 'webhook_deliveries', key: 'delivery_id' },
  web_vitals: { table: 'web_vitals', key: 'vital_id' },
  invites: { table: 'invites', key: 'invite_id' },
}

/**
 * Of the facts of a key that is bound to tenants, those that would change what another tenant has: by knowing an id one
 * could else take its row over. What has no tenant yet is free. One question a kind, by primary key. It
 * is asked before the write: of two tenants who make one new id in the same moment, the later one wins still.
 */
export async function refuseForeign(sql: Sql, key: KeyWho, facts: FactIn[]): Promise<Refusals> {
  const refused: Refusals = new Map()
  const { tenants } = key
  if (tenants === null) return refused
  await Promise.all(
    [...new Set(facts.map(({ kind }) => kind))].map(async (kind) => {
      const ofKind = facts.filter((fact) => fact.kind === kind)
      const isForeign = await foreignOf(sql, tenants, kind, ofKind)
      for (const fact of ofKind)
        if (isForeign(fact)) refused.set(fact.index, `this key may not change ${kind} of another tenant`)
    }),
  )
  return refused
}

type IsForeign = (fact: FactIn) => boolean

async function foreignOf(sql: Sql, tenants: string[], kind: FactKind, facts: FactIn[]): Promise<IsForeign> {
  if (kind === 'objects') return foreignObjects(sql, tenants, facts)
  if (kind === 'users') return foreignUsers(sql, tenants, facts)
  if (kind === 'identities') return foreignIdentities(sql, tenants, facts)
  if (kind === 'campaign_spend') return foreignSpend(sql, tenants, facts)
  const place = TABLES[kind]
  if (!place) return () => false
  const ids = await foreignIds(sql, tenants, place, idsOf(facts, 'id'))
  return ({ row }) => ids.has(idText(row.id) ?? '')
}

async function foreignIds(
  sql: Sql,
  tenants: string[],
  { table, key }: { table: string; key: string },
  ids: string[],
): Promise<Set<string>> {
  const found = await sql<{ id: string }[]>`
    select ${sql(key)} as id from ${sql(table)}
    where ${sql(key)} = any(${ids}) and tenant_id <> '' and tenant_id <> all(${tenants})`
  return new Set(found.map(({ id }) => id))
}

/** Objects are known by kind and id together. */
async function foreignObjects(sql: Sql, tenants: string[], facts: FactIn[]): Promise<IsForeign> {
  const nameOf = ({ row }: FactIn) => JSON.stringify([idText(row?.kind) ?? '', idText(row?.id) ?? ''])
  const pairs = [...new Set(facts.map(nameOf))].map((name) => JSON.parse(name) as [string, string])
  const found = await sql<{ kind: string; id: string }[]>`
    select kind, object_id as id from objects
    where (kind, object_id) in (
        select * from unnest(${pairs.map(([kind]) => kind)}::text[], ${pairs.map(([, id]) => id)}::text[]))
      and tenant_id <> '' and tenant_id <> all(${tenants})`
  const names = new Set(found.map(({ kind, id }) => JSON.stringify([kind, id])))
  return (fact) => names.has(nameOf(fact))
}

/** An account that was merged into a user's would be merged into it again. */
async function foreignUsers(sql: Sql, tenants: string[], facts: FactIn[]): Promise<IsForeign> {
  const ids = await foreignPeople(sql, tenants, idsOf(facts, 'id'))
  return ({ row }) => ids.has(idText(row.id) ?? '')
}

/** An id belongs to its user's tenant: it may neither be taken from there nor given there, whoever it was before. */
async function foreignIdentities(sql: Sql, tenants: string[], facts: FactIn[]): Promise<IsForeign> {
  const ids = await foreignPeople(sql, tenants, [...idsOf(facts, 'anonymous_id'), ...idsOf(facts, 'user_id')])
  return ({ row }) => ids.has(idText(row.anonymous_id) ?? '') || ids.has(idText(row.user_id) ?? '')
}

/** Of ids of people those whose account is another tenant's: their own, or that of the user they were merged into. */
async function foreignPeople(sql: Sql, tenants: string[], ids: string[]): Promise<Set<string>> {
  const found = await sql<{ id: string }[]>`
    select c.id
    from unnest(${ids}::text[]) c(id)
      left join identities i on i.anonymous_id = c.id
      left join merged_ids m on m.id = c.id
      join users u on u.user_id in (c.id, i.user_id, m.user_id)
    where u.tenant_id <> '' and u.tenant_id <> all(${tenants})`
  return new Set(found.map(({ id }) => id))
}

/**
 * What a campaign cost enters the figures of its tenant, or those of the whole product where it has none: it takes a
 * campaign that is the key's own, and known by now.
 */
async function foreignSpend(sql: Sql, tenants: string[], facts: FactIn[]): Promise<IsForeign> {
  const found = await sql<{ id: string }[]>`
    select campaign_id as id from campaigns
    where campaign_id = any(${idsOf(facts, 'campaign_id')}) and tenant_id = any(${tenants})`
  const own = new Set(found.map(({ id }) => id))
  return ({ row }) => {
    const id = idText(row.campaign_id)
    return id !== undefined && !own.has(id)
  }
}

/** What is no id is left to its schema, which refuses it. */
function idsOf(facts: FactIn[], field: string): string[] {
  const ids = facts.map(({ row }) => idText(row[field])).filter((id) => id !== undefined)
  return [...new Set(ids)]
}
