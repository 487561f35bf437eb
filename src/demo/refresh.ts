import { DAY_MS, iso } from './calendar.ts'
import type { Emitter } from './emitter.ts'
import { Random } from './random.ts'
import type { World } from './world.ts'

/** Refreshes a day for every 2,000 users, once everybody has them: one each 24 s. */
const PER_DAY = 3600

/**
 * Published sites refresh themselves around the clock, a feature launched within the history: they fetch their feeds
 * anew, and some have a small model write the teasers. Nobody does that, so it is nobody's activity; but it is work,
 * it costs, and it never sleeps.
 */
export function simulateRefreshes(world: World, day: number, out: Emitter): void {
  const random = new Random(world.options.seed, 'refreshes', day)
  const { fromDay, fullDay } = world.calendar.refreshes
  const adopted = Math.min(1, (day - fromDay) / (fullDay - fromDay))
  const rate = PER_DAY * (world.options.users / 2000) * adopted
  if (rate <= 0) return
  const tenants = world.tenants.filter((tenant) => tenant.createdMs < world.dayMs(day))
  let atMs = world.dayMs(day) + random.exponential(DAY_MS / rate)
  for (; atMs < world.dayMs(day + 1); atMs += random.exponential(DAY_MS / rate)) {
    const tenantId = tenants.length > 0 && random.chance(0.6) ? random.weighted(tenants).id : ''
    refresh(random, atMs, tenantId, out)
  }
}

function refresh(random: Random, enqueuedMs: number, tenantId: string, out: Emitter): void {
  const startedMs = enqueuedMs + random.around(1500, 0.7)
  const finishedMs = startedMs + random.around(26_000, 0.4)
  const failed = random.chance(0.011)
  const id = random.uuid(enqueuedMs).replaceAll('-', '')
  out.job({
    id: `job_${id.slice(0, 26)}`,
    kind: 'refresh',
    queue: 'refreshes',
    userId: '',
    tenantId,
    objectId: `site_${id.slice(-16)}`,
    enqueuedMs,
    startedMs,
    finishedMs,
    error: failed ? 'feed not found' : undefined,
    attempt: 1,
  })
  if (random.chance(0.28)) teaser(random, startedMs + 4000, tenantId, out)
}

function teaser(random: Random, startMs: number, tenantId: string, out: Emitter): void {
  const latencyMs = random.around(900, 0.4)
  const failed = random.chance(0.012)
  const atMs = startMs + latencyMs
  const row = {
    ts: iso(atMs),
    tenant_id: tenantId || undefined,
    service: 'studio-ai',
    provider: 'google',
    model: 'gemini-2.5-flash',
    endpoint: '/ai/write_teaser',
    feature: 'write_teaser',
    content_type: 'text',
    status: failed ? 'error' : 'ok',
    error_kind: failed ? 'timeout' : undefined,
    http_status: failed ? 504 : 200,
    latency_ms: Math.round(latencyMs),
    tokens_in: failed ? 0 : Math.round(random.around(1900, 0.4)),
    tokens_out: failed ? 0 : Math.round(random.around(340, 0.4)),
  }
  out.emit('api_calls', atMs, row, random.uuid(atMs))
  out.calls.push({ atMs, ai: true, failed, retry: false })
}
