import type { Reading } from './stripe-values.ts'
import type { Telling } from './webhook-provider.ts'
import { idIn, type Json, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** What was said of a customer on purpose, and what follows from one of its things. */
const TOLD = 1
const GUESSED = 0

/** customer.created, customer.updated: who it is, by metadata or e-mail. */
export function customerTellings({ object, at, type }: Reading): Telling[] {
  const id = idIn(object)
  if (id === undefined) return []
  const fields = { ...ownerIn(object.metadata), email: textIn(object.email) }
  return [{ kind: 'payer', id, order: { phase: TOLD, at, rank: type === 'customer.created' ? 0 : 1 }, fields }]
}

/** checkout.session.*: client_reference_id is the user who pays. */
export function checkoutTellings({ object, at }: Reading): Telling[] {
  const id = idIn(object.customer) ?? idIn(object.payment_intent)
  if (id === undefined) return []
  const owner = ownerIn(object.metadata)
  const user_id = textIn(object.client_reference_id) ?? owner.user_id
  const tellings: Telling[] = [
    { kind: 'payer', id, order: { phase: TOLD, at, rank: 1 }, fields: { ...owner, user_id } },
    { kind: 'payer', id, order: { phase: GUESSED, at, rank: 1 }, fields: { email: emailIn(object) } },
  ]
  return tellings.filter(isSaying)
}

/** What a subscription, an invoice or a charge lets us know of its payer. */
export function payerTellings(payer: string | undefined, at: Date, fields: Record<string, unknown>): Telling[] {
  if (payer === undefined) return []
  const telling: Telling = { kind: 'payer', id: payer, order: { phase: GUESSED, at, rank: 0 }, fields }
  return isSaying(telling) ? [telling] : []
}

const emailIn = (session: Json): string | undefined =>
  textIn(objectIn(session.customer_details).email) ?? textIn(session.customer_email)

const isSaying = ({ fields }: Telling): boolean => Object.values(fields).some((value) => value !== undefined)
