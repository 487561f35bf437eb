import type { FactIn } from '../facts/types.ts'
import { aiCallOf } from './posthog-ai.ts'
import { eventOf, exceptionOf, exposuresOf, pageOf, screenOf, vitalsOf } from './posthog-events.ts'
import {
  type Fields,
  fieldsOf,
  type PosthogMessage,
  readMessage,
  type Sending,
  type Spec,
  textOf,
} from './posthog-message.ts'
import { TENANT_TRAITS, takeTraits, takeUserTraits } from './traits.ts'

/** The facts that a message becomes, none where there is nothing to keep of it; or the reason why it is refused. */
export function factsOf(message: Fields, index: number, sending: Sending): FactIn[] | string {
  const read = readMessage(message, sending)
  const { event, uuid } = read
  if (typeof event !== 'string' || event === '') return 'event is required'
  if (textOf(read.distinctId) === undefined) return 'distinct_id is required'
  const reader = Object.hasOwn(READERS, event) ? READERS[event]! : readEvent
  const specs = reader(read, sending)
  if (typeof specs === 'string') return specs
  return specs.map(([kind, row]) => ({ kind, row, index, ...(uuid === undefined ? {} : { id: uuid }) }))
}

type Reader = (message: PosthogMessage, sending: Sending) => Spec[] | string

const readEvent: Reader = (message) => [['events', eventOf(message)], ...traitsSpec(message)]
const nothing: Reader = () => []

const READERS: Record<string, Reader> = {
  $pageview: (message) => [['events', pageOf(message)], ...traitsSpec(message)],
  $screen: (message) => [['events', screenOf(message)], ...traitsSpec(message)],
  $exception: (message) => [
    ['events', eventOf(message)],
    ['app_errors', exceptionOf(message)],
  ],
  $feature_flag_called: exposuresOf,
  $web_vitals: vitalsOf,
  $identify: (message) => {
    const problem = notAPerson(message.distinctId)
    return (
      problem ?? [
        userSpec(message),
        ...identitySpecs(message, message.properties.$anon_distinct_id, message.distinctId),
      ]
    )
  },
  $set: traitsSpec,
  $ai_generation: (message) => [['api_calls', aiCallOf(message)]],
  $ai_embedding: (message) => [['api_calls', aiCallOf(message)]],
  $create_alias: readAlias,
  $merge_dangerously: readAlias,
  $groupidentify: readGroup,
  // Recordings, heat maps and what clients tell of themselves.
  $snapshot: nothing,
  $$heatmap: nothing,
  $performance_event: nothing,
  $$client_ingestion_warning: nothing,
  $opt_in: nothing,
}

/** Whoever is still anonymous becomes the alias; of two names of a known person the alias is the lesser. */
function readAlias(message: PosthogMessage): Spec[] | string {
  const { distinctId, isKnown, properties } = message
  const { alias } = properties
  if (textOf(alias) === undefined) return `${message.event} needs properties.alias`
  const [anonymous, user] = isKnown ? [alias, distinctId] : [distinctId, alias]
  return notAPerson(user) ?? identitySpecs(message, anonymous, user)
}

function readGroup(message: PosthogMessage, { tenantGroups }: Sending): Spec[] | string {
  const { $group_type: type, $group_key: key, $group_set: set } = message.properties
  if (textOf(type) === undefined || textOf(key) === undefined) return '$groupidentify needs $group_type and $group_key'
  if (!tenantGroups.includes(String(type))) return []
  const { taken, rest } = takeTraits(fieldsOf(set), TENANT_TRAITS)
  const tenant: Spec = ['tenants', { ...taken, id: key, updated_at: message.ts, properties: rest }]
  // Servers make up a person for each group; browsers name the one who is a member of it.
  const isMember = message.isKnown && message.distinctId !== `$${type}_${key}`
  return isMember ? [tenant, ['users', { id: message.distinctId, tenant_id: key, updated_at: message.ts }]] : [tenant]
}

function traitsSpec(message: PosthogMessage): Spec[] {
  return message.isKnown && Object.keys(message.traits).length > 0 ? [userSpec(message)] : []
}

function userSpec({ distinctId, traits, tenantId, properties, ts }: PosthogMessage): Spec {
  const { taken, rest } = takeUserTraits(traits)
  const ip = textOf(properties.$ip)
  const place = { ip, time_zone: textOf(properties.$timezone), tenant_id: tenantId }
  return ['users', { ...place, ...taken, id: distinctId, updated_at: ts, traits: rest }]
}

function identitySpecs({ ts }: PosthogMessage, anonymousId: unknown, userId: unknown): Spec[] {
  if (textOf(anonymousId) === undefined || anonymousId === userId || notAPerson(anonymousId)) return []
  return [['identities', { anonymous_id: anonymousId, user_id: userId, since: ts }]]
}

const PLACEHOLDER = /^(anonymous|guest|distinct_?id|id|email|undefined|null|none|nan|true|false|0|\[object Object\])$/i

/** Clients that lost the id send its placeholder: taken for a user, that would be everybody. PostHog refuses it too. */
function notAPerson(id: unknown): string | undefined {
  return PLACEHOLDER.test(String(id)) ? `${JSON.stringify(id)} is nobody's distinct_id` : undefined
}
