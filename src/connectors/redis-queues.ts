import { parseTimestamp } from '../lib/timestamp.ts'
import { BULL_META, type Command, type RedisSource, type Reply } from './redis.ts'
import { firstOf, parseFields } from './redis-record.ts'

/** A queue as Redis knows it. */
export interface RedisQueue {
  name: string
  depth: number
  active?: number
  delayed?: number
  failed?: number
  oldestAt?: Date
}

const ENQUEUED = ['enqueued_at', 'enqueuedAt', 'queued_at', 'queuedAt', 'created_at', 'createdAt', 'timestamp', 'ts']
/** A longer entry is not worth a parser's time for its age. */
const LONGEST_ENTRY = 100_000

/** The configured lists and all BullMQ queues. @throws SourceUnavailable */
export async function readRedisQueues(redis: RedisSource, names: readonly string[]): Promise<RedisQueue[]> {
  const [lists, metas] = await Promise.all([redis.directory.keys(names), redis.directory.keys([BULL_META])])
  const [plain, bull] = await Promise.all([readLists(redis, lists, names), readBull(redis, metas.map(bullName))])
  return [...plain, ...bull]
}

/** Depth, and the older of both ends: who pushes left has the oldest job right, and the other way round. */
async function readLists(redis: RedisSource, keys: string[], names: readonly string[]): Promise<RedisQueue[]> {
  const replies = await redis.run(
    keys.flatMap((key): Command[] => [
      ['llen', key],
      ['lindex', key, 0],
      ['lindex', key, -1],
    ]),
  )
  const found = keys.flatMap((name, i): RedisQueue[] => {
    const [depth, first, last] = replies.slice(3 * i, 3 * i + 3)
    if (typeof depth !== 'number') return []
    return [{ name, depth, ...oldestOf([enqueuedAt(first), enqueuedAt(last)]) }]
  })
  return [...found, ...emptied(redis, found, names)]
}

/** Lists that were there and are not any more: in Redis that is how an empty one looks. */
function emptied(redis: RedisSource, found: RedisQueue[], names: readonly string[]): RedisQueue[] {
  const there = new Set(found.map(({ name }) => name))
  const known = redis.directory.remember([...there].filter((name) => !names.includes(name)))
  return known.filter((name) => !there.has(name)).map((name) => ({ name, depth: 0 }))
}

/** Waiting, paused and prioritised jobs wait; delayed ones are not due yet. */
async function readBull(redis: RedisSource, names: string[]): Promise<RedisQueue[]> {
  const replies = await redis.run(names.flatMap(bullCommands))
  const size = bullCommands('').length
  const queues = names.map((name, i) => {
    const [waiting, paused, prioritized, active, delayed, failed, ...heads] = replies.slice(size * i, size * (i + 1))
    const depth = numberOf(waiting) + numberOf(paused) + numberOf(prioritized)
    const counts = { active: numberOf(active), delayed: numberOf(delayed), failed: numberOf(failed) }
    return { name, depth, ...counts, heads: heads.flat().filter((id) => typeof id === 'string') }
  })
  const oldest = await oldestJobs(redis, queues)
  return queues.map(({ heads: _, ...queue }, i) => ({ ...queue, ...oldest[i] }))
}

const bullCommands = (name: string): Command[] => [
  ['llen', `bull:${name}:wait`],
  ['llen', `bull:${name}:paused`],
  ['zcard', `bull:${name}:prioritized`],
  ['llen', `bull:${name}:active`],
  ['zcard', `bull:${name}:delayed`],
  ['zcard', `bull:${name}:failed`],
  ['lindex', `bull:${name}:wait`, -1],
  ['lindex', `bull:${name}:paused`, -1],
  ['zrange', `bull:${name}:prioritized`, 0, 0],
]

/** When the jobs that are next were added; of prioritised ones that is the most urgent, not surely the oldest. */
async function oldestJobs(redis: RedisSource, queues: { name: string; heads: string[] }[]) {
  const asked = queues.flatMap(({ name, heads }) =>
    heads.map((id): Command => ['hget', `bull:${name}:${id}`, 'timestamp']),
  )
  const replies = await redis.run(asked)
  let at = 0
  return queues.map(({ heads }) => {
    const mine = replies.slice(at, at + heads.length)
    at += heads.length
    return oldestOf(mine.map(parseTimestamp))
  })
}

const bullName = (meta: string): string => meta.slice('bull:'.length, -':meta'.length)

const numberOf = (reply: Reply | undefined): number => (typeof reply === 'number' ? reply : 0)

function enqueuedAt(entry: Reply | undefined): Date | null {
  if (typeof entry !== 'string' || entry.length > LONGEST_ENTRY) return null
  const fields = parseFields(entry)
  return fields ? parseTimestamp(firstOf(fields, ENQUEUED)) : null
}

function oldestOf(times: (Date | null)[]): { oldestAt?: Date } {
  const known = times.filter((time) => time !== null).map((time) => time.getTime())
  return known.length > 0 ? { oldestAt: new Date(Math.min(...known)) } : {}
}
