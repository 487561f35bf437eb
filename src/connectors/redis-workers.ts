import { parseTimestamp } from '../lib/timestamp.ts'
import type { RedisSource } from './redis.ts'
import { type Fields, firstOf, readRecords, textOf } from './redis-record.ts'
import type { Heartbeat } from './workers.ts'

const NAME = ['name', 'worker', 'worker_id', 'workerId', 'id']
const BEAT = [
  'last_heartbeat',
  'lastHeartbeat',
  'heartbeat_at',
  'heartbeatAt',
  'heartbeat',
  'last_seen',
  'lastSeen',
  'updated_at',
  'updatedAt',
]
const STATUS = ['status', 'state']
const TYPE = ['type', 'kind', 'worker_type', 'workerType']
const INSTANCE = ['instance_type', 'instanceType', 'instance']
const PRICING = ['pricing', 'lifecycle', 'spot']
const FIELDS = [...NAME, ...BEAT, ...STATUS, ...TYPE, ...INSTANCE, ...PRICING]

/** The workers that have a key in Redis now. @throws SourceUnavailable */
export async function readRedisWorkers(redis: RedisSource, names: readonly string[], now: Date): Promise<Heartbeat[]> {
  const keys = await redis.directory.keys(names)
  const records = await readRecords(redis, keys, FIELDS)
  return [...records].flatMap(([key, fields]) => heartbeatOf(key, fields, now) ?? [])
}

/** A key that tells neither a heartbeat nor a state is something else that happens to have such a name. */
function heartbeatOf(key: string, fields: Fields, now: Date): Heartbeat | undefined {
  const beat = firstOf(fields, [...BEAT, 'value'])
  const state = textOf(fields, STATUS)
  if (beat === undefined && state === undefined) return undefined
  return {
    name: textOf(fields, NAME) ?? key,
    kind: /gpu/i.test(textOf(fields, TYPE) ?? key) ? 'gpu' : 'cpu',
    // Without a time it is the key that expires when the worker dies.
    at: beat === undefined ? now : (parseTimestamp(beat) ?? undefined),
    state,
    instanceType: textOf(fields, INSTANCE),
    pricing: textOf(fields, PRICING),
    source: 'redis',
  }
}
