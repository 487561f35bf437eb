import type { Sql, TransactionSql } from 'postgres'
import type { z } from 'zod'

export const FACT_KINDS = [
  'tenants',
  'plans',
  'users',
  'identities',
  'objects',
  'subscriptions',
  'mrr_movements',
  'payments',
  'jobs',
  'events',
  'api_calls',
  'gauges',
  'probes',
  'invoices',
  'campaigns',
  'campaign_spend',
  'components',
  'component_uses',
  'prompts',
  'messages',
  'tickets',
  'feedback',
  'app_errors',
  'webhook_deliveries',
  'web_vitals',
  'invites',
  'experiments',
  'exposures',
] as const
export type FactKind = (typeof FACT_KINDS)[number]

/**
 * One fact as a door hands it over: `row` in the client's own field names, `index` its place in the request. Facts made
 * of one message share its index and stand side by side.
 */
export interface FactIn {
  kind: FactKind
  row: Record<string, unknown>
  index: number
  /** The client's message id, what duplicates are recognised by; append-only kinds only. */
  id?: string
}

/** How a request came in; enrichment and clock correction need it. */
export interface Meta {
  /** 'segment', 'typed', 'import', 'sampler', 'demo' … */
  source: string
  receivedAt: Date
  /** When the client says it sent the request: a wrong clock is corrected by the difference. */
  sentAt?: Date
  ip?: string
  userAgent?: string
  /** false: a refused fact is told but not kept, because whoever sends it has it. */
  keepsRefused?: boolean
  /** Imports may be older than the retention. */
  exemptRetention?: boolean
}

/** Counted by distinct `index`: a message that becomes two facts is accepted once. */
export interface Outcome {
  accepted: number
  duplicate: number
  rejected: { index: number; reason: string }[]
}

/** A fact validated, enriched and ready for its table; keys are column names. */
export type StoredRow = Record<string, unknown>

export interface StoreContext {
  meta: Meta
  /** The fact's corrected instant. */
  ts: Date
  now: Date
  /** The reporting currency, for facts that name none. */
  currency: string
  /** What an IP and a user agent become at the door. */
  enrich: (ip: string | undefined, userAgent: string | undefined) => Enrichment
  /** The dated price of a model; undefined where there is none. */
  price: (provider: string, model: string, at: Date) => ModelPrice | undefined
}

/** A stored row on its way into a batch. */
export interface Prepared {
  row: StoredRow
  /** The row as JSON, made once: it is what the text checks read and what the append statements send. */
  json: string
  ts: Date
  /** Dedupe id of an append-only fact. */
  messageId: string | null
  /** Hash of the request id, for kinds which count distinct requests. */
  requestHash: string | null
}

/** What a batch's statements need besides the rows. */
export interface Batch {
  id: number
  timeZone: string
  recordedAt: Date
}

/**
 * Commits a batch whole and answers the positions of rows that were seen before.
 * `sql` is a connection of the writer's pool.
 */
export type WriteBatch = (sql: Sql, rows: Prepared[], batch: Batch) => Promise<Set<number>>

export interface FactDef {
  kind: FactKind
  /** The last part of the typed door's URL and the `--kind` of an import. */
  path: string
  mode: 'append' | 'upsert'
  /** Whether `write` reads the rows' columns (to merge states) and not only their JSON. */
  keepsRow: boolean
  doc: string
  /** Fields that hold what people wrote: dropped, at the top and in properties, unless STORE_CONTENT allows them. */
  content?: readonly string[]
  /** What a client may send; unknown fields go to `properties` where the kind has them. */
  schema: z.ZodType
  /** The fact's instant, which retention and clock checks look at. */
  ts: (row: never) => Date | undefined
  store: (row: never, context: StoreContext) => StoredRow
  write: WriteBatch
}

interface TypedFact<S extends z.ZodType> extends Omit<FactDef, 'schema' | 'ts' | 'store'> {
  schema: S
  ts: (row: z.output<S>) => Date | undefined
  store: (row: z.output<S>, context: StoreContext) => StoredRow
}

/** Ties a kind's functions to what its schema puts out. */
export function defineFact<S extends z.ZodType>(fact: TypedFact<S>): FactDef {
  return fact as unknown as FactDef
}

export type Tx = TransactionSql

export interface Enrichment {
  country: string | null
  city: string | null
  browser: string | null
  os: string | null
  device: string | null
  bot: boolean
}

/** Money per million tokens, or per instance hour; null where the price table says nothing. */
export interface ModelPrice {
  inputPerMtok: number | null
  outputPerMtok: number | null
  cachedInputPerMtok: number | null
  perHour: number | null
}
