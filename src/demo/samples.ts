import { HOUR_MS, MINUTE_MS } from './calendar.ts'
import type { Visit } from './day.ts'
import type { CallMade, JobStory } from './emitter.ts'

/** Who is there, what runs and what is called on the days in question. */
export interface Busy {
  jobs: JobStory[]
  calls: CallMade[]
  visits: Visit[]
}

/** What Quarterdeck's own sampler would have found, under the same names: the past of the live metrics. */
export function sampledAt(busy: Busy, atMs: number): Record<string, number> {
  return { ...jobsAt(busy, atMs), ...callsAt(busy, atMs), 'users.online': online(busy, atMs) }
}

/** Users with a visit within the last two minutes. */
export function online({ visits }: Busy, atMs: number): number {
  const there = visits.filter((visit) => visit.startMs <= atMs && visit.endMs > atMs - 2 * MINUTE_MS)
  return new Set(there.map((visit) => visit.user.id)).size
}

function jobsAt({ jobs }: Busy, atMs: number): Record<string, number> {
  const open = jobs.filter((job) => job.enqueuedMs <= atMs && job.finishedMs > atMs)
  const waiting = open.filter((job) => job.startedMs > atMs)
  const found: Record<string, number> = { 'queue.depth': waiting.length, 'jobs.running': open.length - waiting.length }
  for (const { queue } of open) found[`queue.depth:${queue}`] = waiting.filter((job) => job.queue === queue).length
  // Without a waiting job there is no oldest one: a gap, as the sampler leaves it.
  if (waiting.length > 0) found['jobs.oldest_waiting'] = atMs - Math.min(...waiting.map((job) => job.enqueuedMs))
  return found
}

function callsAt({ calls }: Busy, atMs: number): Record<string, number> {
  const hour = calls.filter((call) => call.atMs <= atMs && call.atMs > atMs - HOUR_MS)
  const recent = hour.filter((call) => call.atMs > atMs - 5 * MINUTE_MS)
  const found: Record<string, number> = {
    'ai.requests_last_hour': hour.filter((call) => call.ai && !call.retry).length,
    'api.calls_per_minute': recent.length / 5,
  }
  if (hour.length > 0)
    found['api.error_rate_last_hour'] = (100 * hour.filter((call) => call.failed).length) / hour.length
  return found
}
