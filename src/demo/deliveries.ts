import { isIncident, iso } from './calendar.ts'
import type { Emitter } from './emitter.ts'
import { Random } from './random.ts'
import type { World } from './world.ts'

const TARGETS = [
  'https://hooks.harbourlight.example/acme',
  'https://api.kite.example/webhooks',
  'https://pixelforge.example/hook',
]
const EVENTS = ['site.published', 'build.failed', 'domain.connected', 'invoice.paid']
const A_DAY = 24

/** Webhooks that Acme Studio sends to its customers; some endpoints are slow, some gone. */
export function deliveries(world: World, day: number, out: Emitter): void {
  const random = new Random(world.options.seed, 'deliveries', day)
  for (let n = random.poisson(A_DAY); n > 0; n--) {
    const atMs = world.dayMs(day) + random.between(0, 86_399_000)
    const failed = random.chance(isIncident(world.calendar, atMs) ? 0.3 : 0.03)
    const row = {
      id: random.uuid(atMs),
      ts: iso(atMs),
      target: random.pick(TARGETS),
      event: random.pick(EVENTS),
      attempt: failed ? 3 : 1,
      latency_ms: Math.round(random.around(failed ? 9_000 : 240, 0.5)),
      ...(failed
        ? { status: 'failed', http_status: random.pick([500, 502, 504]) }
        : { status: 'succeeded', http_status: 200 }),
    }
    out.emit('webhook_deliveries', atMs, row)
  }
}
