import type { FactKind } from '../facts/types.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import { isText } from './traits.ts'

export type Fields = Record<string, unknown>
export type Spec = [kind: FactKind, row: Fields]

/** What the messages of a request have in common. */
export interface Sending {
  receivedAt: Date
  sentAt?: Date
  /** The group types that mean a customer organisation, the first that a message names counts. */
  tenantGroups: readonly string[]
}

/** A message of a PostHog client, read as far as all kinds of it are alike. */
export interface PosthogMessage {
  event: unknown
  uuid?: string
  properties: Fields
  /** The client's name of who did it. */
  distinctId: unknown
  /** Whether that is a user; or an anonymous visitor. */
  isKnown: boolean
  /** Person properties, the newest on top of those that were only to be set once. */
  traits: Fields
  tenantId?: unknown
  ts: unknown
}

export function readMessage(message: Fields, sending: Sending): PosthogMessage {
  const properties = fieldsOf(message.properties)
  const distinctId = message.distinct_id ?? properties.distinct_id
  const { uuid } = message
  return {
    event: message.event,
    ...(typeof uuid === 'string' && uuid !== '' ? { uuid } : {}),
    properties,
    distinctId,
    isKnown: isKnown(properties, distinctId),
    traits: traitsOf(message, properties),
    tenantId: tenantOf(properties, sending.tenantGroups),
    ts: timeOf(message, properties, sending),
  }
}

/** Who did it, where, when and in which session: the fields that all facts of a message share. */
export function sharedFields({ distinctId, isKnown, tenantId, ts, properties }: PosthogMessage) {
  return {
    [isKnown ? 'user_id' : 'anonymous_id']: distinctId,
    tenant_id: tenantId,
    session_id: textOf(properties.$session_id),
    ts,
  }
}

/**
 * The browser clients say of each event whether its person is known. Older ones do not: until they are told who it is,
 * they call the person by the device. Servers do not ask for a person where there is none.
 */
function isKnown(properties: Fields, distinctId: unknown): boolean {
  if (properties.$process_person_profile === false || properties.$is_identified === false) return false
  return properties.$device_id === undefined || properties.$device_id !== distinctId
}

/** Without what PostHog itself puts there ($initial_referrer …): each of its browser events brings that along. */
function traitsOf(message: Fields, properties: Fields): Fields {
  const all = [properties.$set_once, message.$set_once, properties.$set, message.$set].map(fieldsOf)
  return Object.fromEntries(Object.entries(Object.assign({}, ...all)).filter(([name]) => !name.startsWith('$')))
}

function tenantOf(properties: Fields, tenantGroups: readonly string[]): unknown {
  const groups = fieldsOf(properties.$groups)
  const type = tenantGroups.find((name) => Object.hasOwn(groups, name) && isText(groups[name]))
  return type === undefined ? undefined : groups[type]
}

/** The browser client tells how long ago it was instead of when: that needs no right clock, so it must not be corrected. */
function timeOf(message: Fields, properties: Fields, { receivedAt, sentAt }: Sending): unknown {
  const told = message.timestamp ?? properties.timestamp
  if (told !== undefined || typeof message.offset !== 'number') return told
  return parseTimestamp((sentAt ?? receivedAt).getTime() - message.offset) ?? undefined
}

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {})
export const textOf = (value: unknown): string | number | undefined => (isText(value) ? value : undefined)
