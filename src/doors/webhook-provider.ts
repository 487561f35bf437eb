import type { Config } from '../config.ts'
import type { FactIn } from '../facts/types.ts'

/** A delivery before anybody has believed it. */
export interface Signed {
  body: Buffer
  header: (name: string) => string | undefined
  /** A parameter of the URL. */
  query: (name: string) => string | undefined
  now: Date
}

export type ThingKind = 'payer' | 'subscription' | 'payment' | 'invoice' | 'plan'

/**
 * When something was said, as far as the provider lets us know. `phase` is the thing's own clock and counts first: what
 * cannot be undone (a deleted subscription, a paid invoice) beats whatever has a later time. Then the time, which may
 * have a resolution of a second; then `rank` among what was said in one instant.
 */
export interface Order {
  phase: number
  at: Date
  rank: number
}

/** What an event says about a thing. A field that is undefined was not said; null was said to be empty. */
export interface Telling {
  kind: ThingKind
  id: string
  /** The provider's customer behind the thing. */
  payer?: string | undefined
  order: Order
  fields: Record<string, unknown>
  /** The same fields before the event, where the provider tells them. */
  before?: Record<string, unknown> | undefined
}

export interface WebhookEvent {
  id: string
  type: string
  at: Date
  /** As the provider sent it. */
  body: unknown
  /** What it says of things with a life. */
  tellings?: Telling[]
  /** Facts that need no order; `email` is looked up where no user is named. */
  facts?: { kind: FactIn['kind']; row: Record<string, unknown>; email?: string | undefined }[]
  /** Why nothing is made of it: it is known to say nothing new, or its type is unknown. */
  skipped?: 'ignored' | 'unknown'
}

/** Whose a thing is, and up to when its state is known. */
export interface Standing {
  userId: string | undefined
  tenantId: string | undefined
  at: Date
}

/** The fact that a thing's state amounts to; undefined while too little is known of it. */
export type FactOf = (
  id: string,
  fields: Record<string, unknown>,
  standing: Standing,
) => Pick<FactIn, 'kind' | 'row'> | undefined

/** All that tells one provider of webhooks from the other. */
export interface Provider {
  name: 'stripe' | 'paystack' | 'brevo'
  setting: 'STRIPE_WEBHOOK_SECRET' | 'PAYSTACK_SECRET_KEY' | 'BREVO_WEBHOOK_TOKEN'
  secrets: (config: Config) => string[]
  /** Why a delivery is not believed; undefined when it is. */
  refuse: (signed: Signed, secrets: string[]) => string | undefined
  /** The events of a delivery. Odd content becomes an event too; it throws for nothing but bugs. */
  read: (json: unknown, receivedAt: Date) => WebhookEvent[]
  factOf: Partial<Record<ThingKind, FactOf>>
}
