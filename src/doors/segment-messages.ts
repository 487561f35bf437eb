import type { FactIn, FactKind } from '../facts/types.ts'
import { rawOf } from './parse.ts'
import { isText, TENANT_TRAITS, takeTraits, takeUserTraits } from './traits.ts'

/** A message as Segment's clients send it; whatever it holds is checked by the facts' own schemas. */
export type Message = Record<string, unknown>

type Spec = [kind: FactKind, row: Record<string, unknown>]

/** The facts that a message becomes, or the reason why it becomes none. */
export function factsOf(message: Message, type: unknown, index: number): FactIn[] | string {
  const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type]! : undefined
  if (!read) return `unknown message type ${rawOf(type ?? null).slice(0, 50)}`
  const specs = read(message, objectOf(message.context))
  if (typeof specs === 'string') return specs
  const { messageId } = message
  const id = typeof messageId === 'string' && messageId !== '' ? messageId : undefined
  return specs.map(([kind, row]) => ({ kind, row, index, ...(id === undefined ? {} : { id }) }))
}

type Reader = (message: Message, context: Record<string, unknown>) => Spec[] | string

const READERS: Record<string, Reader> = {
  track: (message, context) => [['events', eventOf(message, context, 'track', message.event)]],
  page: (message, context) => [['events', pageOf(message, context)]],
  screen: (message, context) => [['events', eventOf(message, context, 'screen', message.name || 'screen')]],
  identify: (message, context) => {
    if (isMissing(message.userId)) return 'identify without userId: the traits of anonymous visitors are not kept'
    return [['users', userOf(message, context)], ...identityOf(message, message.anonymousId)]
  },
  group: (message) => [['tenants', tenantOf(message)], ...(isMissing(message.userId) ? [] : [memberOf(message)])],
  alias: (message) => {
    if (isMissing(message.previousId) || isMissing(message.userId)) return 'alias needs previousId and userId'
    return identityOf(message, message.previousId)
  },
}

function eventOf(message: Message, context: Record<string, unknown>, type: string, name: unknown) {
  const properties = objectOf(message.properties)
  return {
    name,
    type,
    user_id: message.userId,
    anonymous_id: message.anonymousId,
    tenant_id: context.groupId,
    session_id: context.sessionId ?? context.session_id ?? properties.sessionId ?? properties.session_id,
    ts: timeOf(message),
    properties: message.properties,
    ip: context.ip,
    user_agent: context.userAgent,
  }
}

function pageOf(message: Message, context: Record<string, unknown>) {
  const event = eventOf(message, context, 'page', message.name || 'page')
  const page = objectOf(context.page)
  const { path, url, referrer, title } = page
  return { ...event, properties: { path, url, referrer, title, ...objectOf(message.properties) } }
}

function userOf(message: Message, context: Record<string, unknown>) {
  const { taken, rest } = takeUserTraits(objectOf(message.traits))
  const address = objectOf(objectOf(message.traits).address)
  return {
    tenant_id: context.groupId,
    country: text(address.country),
    city: text(address.city),
    time_zone: text(context.timezone),
    ip: text(context.ip),
    ...taken,
    id: message.userId,
    updated_at: timeOf(message),
    traits: rest,
  }
}

function tenantOf(message: Message) {
  const { taken, rest } = takeTraits(objectOf(message.traits), TENANT_TRAITS)
  return { ...taken, id: message.groupId, updated_at: timeOf(message), properties: rest }
}

const memberOf = (message: Message): Spec => [
  'users',
  { id: message.userId, tenant_id: message.groupId, updated_at: timeOf(message) },
]

const identityOf = (message: Message, anonymousId: unknown): Spec[] =>
  isMissing(anonymousId)
    ? []
    : [['identities', { anonymous_id: anonymousId, user_id: message.userId, since: timeOf(message) }]]

const timeOf = (message: Message): unknown => message.timestamp ?? message.originalTimestamp
const text = (value: unknown): unknown => (isText(value) ? value : undefined)
const isMissing = (value: unknown): boolean => value === undefined || value === null || value === ''
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
