import { parseTimestamp } from '../lib/timestamp.ts'
import { type Device, deviceOf } from './devices.ts'
import type { RedisSource } from './redis.ts'
import { type Fields, firstOf, readRecords, textOf } from './redis-record.ts'
import { scanKeys } from './redis-scan.ts'

/** An open WebSocket session as the watched product keeps it. */
export interface Session {
  key: string
  /** '' where the session does not say whose it is: a device, and nobody. */
  userId: string
  tenantId: string
  device: Device
  /** Undefined where the product only removes its keys: then the key itself says that somebody is there. */
  lastSeenMs: number | undefined
}

const SESSION_KEYS = 'ws_sessions:*'
const USER = ['user_id', 'userId', 'user']
const TENANT = ['tenant_id', 'tenantId', 'tenant']
const DEVICE = ['device_type', 'deviceType', 'device']
const AGENT = ['user_agent', 'userAgent', 'ua']
const SEEN = ['last_seen', 'lastSeen', 'last_seen_at', 'lastSeenAt']
const FIELDS = [...USER, ...TENANT, ...DEVICE, ...AGENT, ...SEEN]

/**
 * All sessions. 50,000 hashes take a second or so of which the server works a third, in commands of microseconds; so
 * this is never waited for but read through a Snapshot.
 */
export async function loadSessions(redis: RedisSource): Promise<Session[]> {
  const sessions = new Map<string, Session>()
  await scanKeys(redis, [SESSION_KEYS], async (keys) => {
    const unread = keys.filter((key) => !sessions.has(key))
    for (const [key, fields] of await readRecords(redis, unread, FIELDS)) sessions.set(key, sessionOf(key, fields))
  })
  return [...sessions.values()]
}

function sessionOf(key: string, fields: Fields): Session {
  return {
    key,
    userId: textOf(fields, USER) ?? '',
    tenantId: textOf(fields, TENANT) ?? '',
    device: deviceOf(textOf(fields, DEVICE), textOf(fields, AGENT)),
    lastSeenMs: parseTimestamp(firstOf(fields, SEEN))?.getTime(),
  }
}
