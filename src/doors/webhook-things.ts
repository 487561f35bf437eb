import type { TransactionSql } from 'postgres'
import type { FactIn } from '../facts/types.ts'
import { type Owner, ownerOf } from './webhook-owner.ts'
import type { Provider, Standing, Telling, ThingKind, WebhookEvent } from './webhook-provider.ts'
import { hear, instantOf, type Said, valuesOf } from './webhook-said.ts'
import { textIn } from './webhook-values.ts'

interface Thing {
  kind: ThingKind
  id: string
  payer: string
  said: Said
  /** The owner that the thing's facts were last written for. */
  owner: Owner
}

/** The things that tellings are about, and their payers, as they are known so far. */
export async function loadThings(tx: TransactionSql, provider: Provider, tellings: Telling[]) {
  const things = new Map<string, Thing>()
  const changed = new Set<Thing>()
  const payers = new Set(tellings.flatMap(({ kind, id, payer }) => (kind === 'payer' ? [id] : (payer ?? []))))
  const load = async (keys: (readonly [ThingKind, string])[]) => {
    for (const thing of await byKeys(tx, provider.name, keys)) things.set(keyOf(thing), thing)
  }
  await load(tellings.map(({ kind, id }) => [kind, id]))
  for (const { payer } of things.values()) if (payer !== '') payers.add(payer)
  await load([...payers].map((id) => ['payer', id]))

  const thingOf = (kind: ThingKind, id: string): Thing => {
    const key = keyOf({ kind, id })
    const known = things.get(key) ?? { kind, id, payer: '', said: {}, owner: NOBODY }
    things.set(key, known)
    return known
  }

  /** Takes a payer's new owner in; its things, if they were another's before, are to be written anew. */
  const settleOwner = async (payer: Thing): Promise<void> => {
    const owner = await ownerOf(tx, payer.id, valuesOf(payer.said))
    if (isSameOwner(owner, payer.owner)) return
    payer.owner = owner
    changed.add(payer)
    for (const thing of await byPayer(tx, provider.name, payer.id)) {
      const own = things.get(keyOf(thing)) ?? thing
      things.set(keyOf(own), own)
      changed.add(own)
    }
  }

  const ownerFor = (thing: Thing): Owner => {
    const { user_id, tenant_id } = valuesOf(thing.said)
    const payer = thing.payer === '' ? undefined : thingOf('payer', thing.payer).owner
    const own = { userId: textIn(user_id), tenantId: textIn(tenant_id) ?? payer?.tenantId }
    if (own.userId !== undefined) return own
    // A thing that names its tenant needs no stand-in for the user.
    const isStandIn = payer?.userId === thing.payer && own.tenantId !== undefined
    return { ...own, userId: isStandIn ? undefined : payer?.userId }
  }

  const factOf = ({ kind, id }: Thing, fields: Record<string, unknown>, standing: Standing) =>
    provider.factOf[kind]?.(id, fields, standing)

  return {
    /** Takes an event in; answers the facts that follow from it. */
    async hear(event: WebhookEvent): Promise<FactIn[]> {
      const { tellings = [] } = event
      for (const telling of tellings) {
        const thing = thingOf(telling.kind, telling.id)
        thing.said = hear(thing.said, telling, event.id)
        thing.payer = telling.payer ?? thing.payer
        changed.add(thing)
      }
      for (const id of payers) await settleOwner(thingOf('payer', id))
      const facts: Pick<FactIn, 'kind' | 'row'>[] = []
      for (const thing of changed) {
        if (Object.keys(thing.said).length === 0) continue
        const owner = ownerFor(thing)
        const at = instantOf(thing.said)
        const late = tellings.filter((telling) => isHistory(telling, thing, at))
        facts.push(
          ...[
            ...late.map(({ fields, order }) => factOf(thing, fields, { ...owner, at: order.at })),
            factOf(thing, valuesOf(thing.said), { ...owner, at }),
          ].filter(isFact),
        )
        if (thing.kind !== 'payer') thing.owner = owner
      }
      return facts.map((fact) => ({ ...fact, index: 0 }))
    },

    async save(): Promise<void> {
      const rows = [...changed].map(({ kind, id, payer, said, owner }) => ({
        provider: provider.name,
        kind,
        id,
        payer,
        said,
        user_id: owner.userId ?? '',
        tenant_id: owner.tenantId ?? '',
      }))
      await tx`
        insert into webhook_things
        select * from json_populate_recordset(null::webhook_things, ${JSON.stringify(rows)}::text::json)
        on conflict (provider, kind, id) do update set
          payer = excluded.payer, said = excluded.said, user_id = excluded.user_id, tenant_id = excluded.tenant_id`
    },
  }
}

/** A state of a subscription that is told late is what it was then: which plan somebody had is asked day by day. */
const isHistory = ({ kind, id, order }: Telling, thing: Thing, at: Date): boolean =>
  kind === 'subscription' && kind === thing.kind && id === thing.id && order.at < at

const NOBODY: Owner = { userId: undefined, tenantId: undefined }
const keyOf = ({ kind, id }: Pick<Thing, 'kind' | 'id'>): string => `${kind} ${id}`
const isSameOwner = (a: Owner, b: Owner): boolean => a.userId === b.userId && a.tenantId === b.tenantId
const isFact = <T>(fact: T | undefined): fact is T => fact !== undefined

interface ThingRow {
  kind: ThingKind
  id: string
  payer: string
  said: Said
  user_id: string
  tenant_id: string
}

async function byKeys(tx: TransactionSql, provider: string, keys: (readonly [ThingKind, string])[]): Promise<Thing[]> {
  const rows = await tx<ThingRow[]>`
    select kind, id, payer, said, user_id, tenant_id from webhook_things
    where provider = ${provider} and (kind, id) in (
      select * from unnest(${keys.map(([kind]) => kind)}::text[], ${keys.map(([, id]) => id)}::text[]))`
  return rows.map(thingIn)
}

async function byPayer(tx: TransactionSql, provider: string, payer: string): Promise<Thing[]> {
  const rows = await tx<ThingRow[]>`
    select kind, id, payer, said, user_id, tenant_id from webhook_things
    where provider = ${provider} and payer = ${payer}`
  return rows.map(thingIn)
}

const thingIn = ({ user_id, tenant_id, ...row }: ThingRow): Thing => ({
  ...row,
  owner: { userId: user_id || undefined, tenantId: tenant_id || undefined },
})
