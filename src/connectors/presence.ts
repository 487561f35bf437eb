import type { Deps } from '../context.ts'
import { shared } from '../lib/shared.ts'
import { DEVICES, type Device, deviceOfWord } from './devices.ts'
import type { Session } from './redis-sessions.ts'

/** Who is there now. */
export interface Presence {
  /** Distinct users of both, each counted once. */
  users: number
  /** A user's devices of one type count once; a session of nobody counts as a device. */
  devices: Record<Device, number>
  fromRedis: number
  fromEvents: number
  /** How old the reading of the sessions is; 0 without Redis. */
  ageMs: number
}

export interface ReadOptions {
  /** false = only what Postgres knows; default: Redis too where it is configured. */
  redis?: boolean
}

/** A session not seen, and a user not active, for so long is not there any more. */
const PRESENT_MS = 120_000

/**
 * Users with an open WebSocket session, united with those who had an event or an API call in the last two minutes.
 * @throws SourceUnavailable where Redis is configured, asked for and away
 */
export function readPresence(deps: Deps, scope: string, options: ReadOptions = {}): Promise<Presence> {
  const redis = options.redis === false ? null : deps.redis
  return shared(deps, `presence ${scope} ${redis !== null}`, async () => {
    const [sessions, active] = await Promise.all([redis?.sessions.get(), activeUsers(deps, scope)])
    const present = (sessions?.value ?? []).filter(presentIn(scope, deps.now().getTime()))
    return { ...unite(present, active), ageMs: Math.round(sessions?.ageMs ?? 0) }
  })
}

interface ActiveUser {
  userId: string
  devices: string[]
}

async function activeUsers({ db: { sql }, now }: Deps, scope: string): Promise<ActiveUser[]> {
  const at = now()
  const recent = sql`ts > ${at} - ${PRESENT_MS} * interval '1 millisecond' and ts <= ${at} and user_id <> ''
    and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`
  return await sql<ActiveUser[]>`
    select user_id as "userId", coalesce(array_agg(distinct device) filter (where device is not null), '{}') as devices
    from (select user_id, device from events where ${recent}
      union all select user_id, null from api_calls where ${recent}) u
    group by user_id`
}

const presentIn = (scope: string, nowMs: number) => (session: Session) =>
  (scope === '*' || session.tenantId === scope) &&
  (session.lastSeenMs === undefined || session.lastSeenMs > nowMs - PRESENT_MS)

/** What a session says of a user's device counts; what events say only for users without a session. */
function unite(sessions: readonly Session[], active: readonly ActiveUser[]): Omit<Presence, 'ageMs'> {
  const people = new Map<string, Set<Device>>()
  const devices = Object.fromEntries(DEVICES.map((device) => [device, 0])) as Record<Device, number>
  for (const { userId, device } of sessions) {
    if (userId === '') devices[device]++
    else people.set(userId, (people.get(userId) ?? new Set()).add(device))
  }
  const fromRedis = people.size
  for (const { userId, devices: words } of active)
    if (!people.has(userId)) people.set(userId, new Set(words.map(deviceOfWord)))
  for (const types of people.values()) for (const type of knownOf(types)) devices[type]++
  return { users: people.size, devices, fromRedis, fromEvents: active.length }
}

/** A call from a server, beside a browser's events, is no second device. */
function knownOf(types: Set<Device>): Iterable<Device> {
  const known = [...types].filter((type) => type !== 'unknown')
  return known.length > 0 ? known : ['unknown']
}
