import { parseTimestamp } from '../lib/timestamp.ts'

/** What clients call the fields that users have here. */
const USER_TRAITS: Record<string, string> = {
  email: 'email',
  username: 'username',
  plan: 'plan',
  country: 'country',
  city: 'city',
  timezone: 'time_zone',
  provider: 'provider',
  referrer: 'referrer',
  createdAt: 'created_at',
  created_at: 'created_at',
}

export const TENANT_TRAITS: Record<string, string> = {
  name: 'name',
  plan: 'plan',
  country: 'country',
  createdAt: 'created_at',
  created_at: 'created_at',
}

/**
 * Parts traits into those that are fields here and the rest. A trait of another shape (a plan that is an object, a date
 * that is none) stays an ordinary trait: an odd trait must not lose its user.
 */
export function takeTraits(traits: Record<string, unknown>, fields: Record<string, string>) {
  const taken: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [trait, value] of Object.entries(traits)) {
    const field = Object.hasOwn(fields, trait) ? fields[trait]! : undefined
    const fits = field === 'created_at' ? parseTimestamp(value) !== null : isText(value)
    if (field !== undefined && fits) taken[field] = value
    else rest[trait] = value
  }
  return { taken, rest }
}

/** The traits of a user; whoever has no user name goes by their name. */
export function takeUserTraits(traits: Record<string, unknown>) {
  const { taken, rest } = takeTraits(traits, USER_TRAITS)
  if (taken.username !== undefined || !isText(rest.name)) return { taken, rest }
  const { name, ...others } = rest
  return { taken: { ...taken, username: name }, rest: others }
}

/** What may stand in a field of text. */
export const isText = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'
