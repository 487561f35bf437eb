import { type Fields, fieldsOf, type PosthogMessage, type Spec, sharedFields, textOf } from './posthog-message.ts'

/** Of the properties that PostHog's clients add themselves, some sixty to an event, those that say what was done. */
const KEPT: Record<string, string> = {
  $current_url: 'url',
  $host: 'host',
  $pathname: 'path',
  $referrer: 'referrer',
  $referring_domain: 'referring_domain',
  $event_type: 'event_type',
  $el_text: 'text',
  $external_click_url: 'external_url',
  $prev_pageview_pathname: 'previous_path',
  $prev_pageview_duration: 'previous_seconds',
  $screen_name: 'screen',
  $exception_type: 'exception_type',
  $exception_level: 'exception_level',
}
/** The key must not be kept with the event; who it was is a column. */
const DROPPED = new Set(['token', 'api_key', 'distinct_id', 'timestamp'])

export function eventOf(message: PosthogMessage, type = 'track', name: unknown = message.event): Fields {
  const { properties } = message
  return {
    ...sharedFields(message),
    name,
    type,
    properties: ownProperties(properties),
    ...placeOf(properties),
  }
}

export const pageOf = (message: PosthogMessage): Fields => eventOf(message, 'page', 'page')

export const screenOf = (message: PosthogMessage): Fields =>
  eventOf(message, 'screen', textOf(message.properties.$screen_name) ?? 'screen')

/** Clients of servers; all others run at the user's. */
const SERVER_LIB = /^posthog-(node|python|ruby|go|php|java|dotnet|elixir|rs|edge)/

export function exceptionOf(message: PosthogMessage): Fields {
  const { properties } = message
  const first = Array.isArray(properties.$exception_list) ? fieldsOf(properties.$exception_list[0]) : {}
  return {
    ...sharedFields(message),
    source: SERVER_LIB.test(String(textOf(properties.$lib))) ? 'server' : 'client',
    kind: textOf(first.type) ?? textOf(properties.$exception_type),
    message: textOf(first.value) ?? textOf(properties.$exception_message) ?? '(no message)',
    url: textOf(properties.$current_url),
    release: textOf(properties.$app_version),
    fingerprint: textOf(properties.$exception_fingerprint),
    severity: textOf(properties.$exception_level),
    ...placeOf(properties),
  }
}

/** A flag that was asked for is not something that its user did. Without a response there was no such flag. */
export function exposuresOf(message: PosthogMessage): Spec[] | string {
  const { $feature_flag: flag, $feature_flag_response: variant } = message.properties
  if (textOf(flag) === undefined) return '$feature_flag_called needs $feature_flag'
  if (typeof variant !== 'boolean' && textOf(variant) === undefined) return []
  return [['exposures', { ...sharedFields(message), experiment_id: flag, variant: String(variant) }]]
}

const VITAL = /^\$web_vitals_([A-Z]{2,8})_value$/

/** One message holds all that were measured on a page, each with the id by which a later value replaces it. */
export function vitalsOf(message: PosthogMessage): Spec[] {
  const { properties, uuid } = message
  return Object.entries(properties).flatMap(([property, value]): Spec[] => {
    const name = VITAL.exec(property)?.[1]
    if (name === undefined || typeof value !== 'number') return []
    const measured = fieldsOf(properties[`$web_vitals_${name}_event`])
    const row = {
      ...sharedFields(message),
      id: textOf(measured.id) ?? `${uuid}-${name}`,
      name,
      value,
      rating: textOf(measured.rating),
      navigation_type: textOf(measured.navigationType),
      path: textOf(properties.$pathname),
      ...placeOf(properties),
    }
    return [['web_vitals', row]]
  })
}

/** Where and with what the user was, in the message's own words. */
const placeOf = (properties: Fields) => ({
  ip: textOf(properties.$ip),
  user_agent: textOf(properties.$raw_user_agent),
  country: textOf(properties.$geoip_country_code),
})

function ownProperties(properties: Fields): Fields {
  const own = Object.entries(properties).flatMap(([name, value]): [string, unknown][] => {
    const kept = name.startsWith('$') ? KEPT[name] : DROPPED.has(name) ? undefined : name
    return kept === undefined || value === null ? [] : [[kept, value]]
  })
  return Object.fromEntries(own)
}
