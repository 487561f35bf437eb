import type { z } from 'zod'
import type { IconName } from '../../views/parts/index.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../context.ts'

export const KINDS = ['firing', 'resolved', 'test', 'canary', 'mail'] as const
export type NoticeKind = (typeof KINDS)[number]

export const STATES = ['queued', 'sending', 'sent', 'kept', 'failed', 'dead'] as const
/** kept: there is nothing to send it with; failed: it was refused for good; dead: it was tried for too long. */
export type DeliveryState = (typeof STATES)[number]

/** A notice as a channel sends it. */
export interface Message {
  /** The same at each attempt. */
  id: string
  dedupeKey: string
  kind: Exclude<NoticeKind, 'mail'>
  /** As the alert has it: info, warning, critical. */
  severity: string
  title: string
  text: string
  /** Absolute. */
  link: string | undefined
  /** What belongs together: firing and resolved of one alert. */
  thread: string | undefined
  at: Date
  /** Of which installation: it may not be the only one that writes here. */
  product: string
}

/** What became of an attempt that did not fail; `kept`: there is nothing to send it with. */
export interface Sent {
  outcome: 'sent' | 'kept'
  status?: number
  detail?: string
}

/** Why an attempt failed, and whether another one may help. */
export class DeliveryError extends Error {
  override name = 'DeliveryError'
  readonly permanent: boolean
  readonly status: number | undefined
  /** How long to wait at least, where the receiver said so. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { permanent: boolean; status?: number; retryAfterMs?: number }) {
    super(message)
    this.permanent = options.permanent
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The values of a channel's fields, by name. */
export type Values = Record<string, string>

export interface ChannelField {
  name: string
  label: string
  hint: string
  placeholder?: string
  /** Can be written, and never read again. */
  secret?: true
  lines?: number
}

/** A way to send notices. Adding one is a file in src/delivery/channels and a line in its index. */
export interface ChannelKind {
  kind: string
  label: string
  icon: IconName
  doc: string
  fields: readonly ChannelField[]
  /** All fields; what is wrong is said at its field. */
  schema: (config: Config) => z.ZodType<Values>
  /** Where it leads, without what is secret. */
  target: (values: Values) => string
  /** What to know before it is used here; undefined = nothing. */
  notice?: (config: Config) => string
  /** @throws DeliveryError */
  send: (deps: Deps, values: Values, message: Message) => Promise<Sent>
}
