import { HOUR_MS, MINUTE_MS } from './calendar.ts'
import type { Visit } from './day.ts'
import type { CallMade, JobStory } from './emitter.ts'

/** Things by the hour they began in: a sample looks at a few hours, never at the whole day. */
class ByHour<T> {
  readonly #hours = new Map<number, T[]>()

  constructor(items: Iterable<T>, startOf: (item: T) => number) {
    for (const item of items) {
      const hour = Math.floor(startOf(item) / HOUR_MS)
      const others = this.#hours.get(hour)
      if (others) others.push(item)
      else this.#hours.set(hour, [item])
    }
  }

  /** What began in the hour of that instant or in the two before it. */
  upTo(atMs: number): T[] {
    const hour = Math.floor(atMs / HOUR_MS)
    return [hour - 2, hour - 1, hour].flatMap((one) => this.#hours.get(one) ?? [])
  }
}

/** Who was there, what ran and what was called on the days in question. */
export class Busy {
  readonly #jobs: ByHour<JobStory>
  readonly #calls: ByHour<CallMade>
  readonly #visits: ByHour<Visit>

  constructor(jobs: JobStory[], calls: CallMade[], visits: Visit[]) {
    this.#jobs = new ByHour(jobs, (job) => job.enqueuedMs)
    this.#calls = new ByHour(calls, (call) => call.atMs)
    this.#visits = new ByHour(visits, (visit) => visit.startMs)
  }

  /** What Quarterdeck's own sampler would have found, under the same names: the past of the live metrics. */
  sampledAt(atMs: number): Record<string, number> {
    return { ...this.#jobsAt(atMs), ...this.#callsAt(atMs), 'users.online': this.onlineAt(atMs) }
  }

  /** Users with a visit within the last two minutes. */
  onlineAt(atMs: number): number {
    const there = this.#visits.upTo(atMs).filter((visit) => visit.startMs <= atMs && visit.endMs > atMs - 2 * MINUTE_MS)
    return new Set(there.map((visit) => visit.user.id)).size
  }

  #jobsAt(atMs: number): Record<string, number> {
    const open = this.#jobs.upTo(atMs).filter((job) => job.enqueuedMs <= atMs && job.finishedMs > atMs)
    const waiting = open.filter((job) => job.startedMs > atMs)
    const found: Record<string, number> = {
      'queue.depth': waiting.length,
      'jobs.running': open.length - waiting.length,
    }
    for (const { queue } of open) found[`queue.depth:${queue}`] = waiting.filter((job) => job.queue === queue).length
    // Without a waiting job there is no oldest one: a gap, as the sampler leaves it.
    if (waiting.length > 0) found['jobs.oldest_waiting'] = atMs - Math.min(...waiting.map((job) => job.enqueuedMs))
    return found
  }

  #callsAt(atMs: number): Record<string, number> {
    const hour = this.#calls.upTo(atMs).filter((call) => call.atMs <= atMs && call.atMs > atMs - HOUR_MS)
    const recent = hour.filter((call) => call.atMs > atMs - 5 * MINUTE_MS)
    const found: Record<string, number> = {
      'ai.requests_last_hour': hour.filter((call) => call.ai && !call.retry).length,
      'api.calls_last_hour': hour.length,
      'api.calls_per_minute': recent.length / 5,
    }
    if (hour.length > 0)
      found['api.error_rate_last_hour'] = (100 * hour.filter((call) => call.failed).length) / hour.length
    return found
  }
}
