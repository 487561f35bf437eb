import { isIncident, iso } from './calendar.ts'
import type { Emitter } from './emitter.ts'
import { aiError, ENDPOINTS, type Model, TASKS, type Task } from './models.ts'
import type { Random } from './random.ts'
import type { SimUser, World } from './world.ts'

/** What a user's clicks set off in Acme Studio's back end: model calls, served requests, queued jobs. */
export class Work {
  constructor(
    private readonly world: World,
    private readonly user: SimUser,
    private readonly random: Random,
    private readonly out: Emitter,
  ) {}

  /** One AI request, repeated once or twice where a call failed. Answers when the user has the result. */
  aiRequest(startMs: number): number {
    const { random } = this
    const task = random.weighted(TASKS)
    const model = random.weighted(task.models)
    const first = this.#aiCall(startMs, task, model, undefined)
    if (first.ok || !random.chance(0.7)) return first.endMs
    const second = this.#aiCall(first.endMs + 800, task, model, first.requestId)
    return second.endMs
  }

  #aiCall(startMs: number, task: Task, model: Model, retryOf: string | undefined) {
    const { random, user } = this
    const outage = isIncident(this.world.calendar, startMs) && model.provider === this.world.calendar.incident.provider
    const cached = !outage && random.chance(0.13)
    const failed = !cached && random.chance(outage ? 0.72 : 0.021)
    const slow = outage ? 5 : 1
    const latencyMs = Math.min(120_000, random.around(cached ? 90 : model.latencyMs * slow, 0.42))
    const tokensIn = Math.round(random.around(task.tokensIn, 0.45))
    const tokensOut = Math.round(random.around(task.tokensOut, 0.5))
    const error = failed ? aiError(random, outage) : undefined
    const endMs = startMs + latencyMs
    const id = random.uuid(endMs)
    // Only requests of several calls need an id in common.
    const requestId = retryOf ?? (failed ? `req_${id.slice(0, 18)}` : undefined)
    const row = {
      ts: iso(endMs),
      user_id: user.id,
      tenant_id: user.tenant?.id,
      country: user.place.country,
      request_id: requestId,
      service: 'studio-ai',
      provider: model.provider,
      model: model.model,
      endpoint: `/ai/${task.feature}`,
      feature: task.feature,
      content_type: task.contentType,
      status: failed ? 'error' : 'ok',
      error_kind: error?.kind,
      http_status: error?.httpStatus ?? 200,
      latency_ms: Math.round(latencyMs),
      tokens_in: cached || failed ? 0 : tokensIn,
      tokens_out: cached || failed ? 0 : tokensOut,
      cached,
      retry: retryOf !== undefined,
    }
    this.out.emit('api_calls', endMs, row, id)
    this.out.calls.push({ atMs: endMs, ai: true, failed, retry: row.retry })
    return { ok: !failed, endMs, requestId }
  }

  /** A request to Acme Studio's own API. */
  served(startMs: number): void {
    const { random, user } = this
    const incident = isIncident(this.world.calendar, startMs)
    const endpoint = random.weighted(ENDPOINTS)
    const failed = random.chance(incident ? 0.06 : 0.005)
    const client = random.chance(0.5)
    const latencyMs = random.around(endpoint.latencyMs * (incident ? 2.6 : 1), 0.55)
    const atMs = startMs + latencyMs
    const row = {
      ts: iso(atMs),
      user_id: user.id,
      tenant_id: user.tenant?.id,
      country: user.place.country,
      ai: false,
      service: 'studio-api',
      endpoint: endpoint.route,
      status: failed ? 'error' : 'ok',
      error_kind: failed ? (client ? 'client' : 'server') : undefined,
      http_status: failed ? (client ? 409 : 500) : 200,
      latency_ms: Math.round(latencyMs * 10) / 10,
    }
    this.out.emit('api_calls', atMs, row, random.uuid(atMs))
    this.out.calls.push({ atMs, ai: false, failed, retry: false })
  }

  /** Queued work; in the incident builds wait, take long and fail, as they call the failing provider. */
  job(kind: keyof typeof JOBS, enqueuedMs: number, objectId: string): { ok: boolean; endMs: number } {
    const { random, world, user } = this
    const { waitMs, runMs, failure, error } = JOBS[kind]
    const hit = isIncident(world.calendar, enqueuedMs) && kind !== 'deploy'
    const startedMs = enqueuedMs + random.around(waitMs * (hit ? 40 : 1), 0.8)
    const finishedMs = startedMs + random.around(runMs * (hit ? 2.4 : 1), 0.34)
    const failed = random.chance(hit ? 0.58 : failure)
    const reason = random.pick(error)
    this.out.job({
      id: `job_${random.uuid(enqueuedMs).replaceAll('-', '').slice(0, 26)}`,
      kind,
      queue: `${kind}s`,
      userId: user.id,
      tenantId: user.tenant?.id ?? '',
      objectId,
      enqueuedMs,
      startedMs,
      finishedMs,
      error: failed ? (hit ? 'model provider unavailable' : reason) : undefined,
      attempt: 1,
    })
    return { ok: !failed, endMs: finishedMs }
  }
}

const JOBS = {
  build: {
    waitMs: 7000,
    runMs: 46_000,
    failure: 0.062,
    error: ['type check failed', 'image could not be fetched', 'page has no title', 'out of memory'],
  },
  preview: { waitMs: 2200, runMs: 8200, failure: 0.024, error: ['preview timed out', 'missing asset'] },
  deploy: { waitMs: 3000, runMs: 13_000, failure: 0.017, error: ['domain not verified', 'upload interrupted'] },
}
