import { isIncident, iso, MINUTE_MS } from './calendar.ts'
import { spendOf } from './campaigns.ts'
import { deliveries } from './deliveries.ts'
import { Emitter, type Window } from './emitter.ts'
import { DESKTOPS, PHONES, PLACES } from './places.ts'
import { Random } from './random.ts'
import type { Busy } from './samples.ts'
import { heartbeats } from './workers.ts'
import { timeOfDay, type World } from './world.ts'

const GAUGE_STEP_MS = 60 * MINUTE_MS
const PROBE_STEP_MS = 15 * MINUTE_MS
const VISITORS_PER_SIGN_UP = 3

/** What happens without any user: queues fill, caches answer, probes look, strangers visit the site. */
export function simulateAmbience(world: World, day: number, window: Window, busy: Busy, probeTarget: string): Emitter {
  const out = new Emitter(window)
  const [fromMs, toMs] = [world.dayMs(day), world.dayMs(day + 1)]
  for (let atMs = fromMs; atMs < toMs; atMs += GAUGE_STEP_MS) gauges(world, atMs, out, busy)
  if (!window.live) for (let atMs = fromMs; atMs < toMs; atMs += PROBE_STEP_MS) probe(world, atMs, out, probeTarget)
  if (window.live) heartbeats(world, day, out)
  deliveries(world, day, out)
  spendOf(world, day, out)
  visitors(world, day, out)
  return out
}

function gauges(world: World, atMs: number, out: Emitter, busy: Busy): void {
  const random = new Random(world.options.seed, 'gauges', atMs / GAUGE_STEP_MS)
  const sampled = out.window.live ? {} : busy.sampledAt(atMs)
  for (const [name, value] of Object.entries({ ...reportedAt(world, busy, atMs, random, out), ...sampled }))
    out.emit('gauges', atMs, { name, value, ts: iso(atMs) }, random.uuid(atMs))
}

/** What Acme Studio's own monitoring reports. */
function reportedAt(world: World, busy: Busy, atMs: number, random: Random, out: Emitter): Record<string, number> {
  const trouble = isIncident(world.calendar, atMs)
  const hitRate = 0.86 + random.between(-0.04, 0.04) - (trouble ? 0.3 : 0)
  return {
    'cache.hit_rate': Math.round(hitRate * 1000) / 1000,
    'ws.connections': busy.onlineAt(atMs) + random.int(0, 2),
    'ws.events': Math.round(random.around(40 + 25 * busy.onlineAt(atMs), 0.3)),
    'ws.latency': Math.round(random.around(trouble ? 180 : 34, 0.3)),
    'storage.used': Math.round((61 + world.dayOf(atMs) * 0.08 + random.between(0, 0.4)) * 10) / 10,
    'quota.left': Math.round(random.between(trouble ? 4 : 38, trouble ? 12 : 64)),
    // Quarterdeck samples the machines that it hears of itself; here it is their past.
    ...(out.window.live ? {} : { 'workers.gpu_running:g6.xlarge': random.chance(0.85) ? 2 : 1 }),
  }
}

function probe(world: World, atMs: number, out: Emitter, target: string): void {
  const random = new Random(world.options.seed, 'probe', atMs / PROBE_STEP_MS)
  const trouble = isIncident(world.calendar, atMs)
  const ok = !random.chance(trouble ? 0.12 : 0.0006)
  const latency = random.around(trouble ? 310 : 38, 0.35)
  const row = { target, ok, ts: iso(atMs), http_status: ok ? 200 : 503, latency_ms: Math.round(latency * 10) / 10 }
  out.emit('probes', atMs, { ...row, error: ok ? undefined : 'HTTP 503' }, random.uuid(atMs))
}

/** Visitors of the public site who never sign up: they have an anonymous id only, so they are nobody's activity. */
function visitors(world: World, day: number, out: Emitter): void {
  const random = new Random(world.options.seed, 'visitors', day)
  const signUps = world.usersThrough(day).filter((user) => world.dayOf(user.createdMs) === day).length
  for (let n = random.poisson(signUps * VISITORS_PER_SIGN_UP); n > 0; n--) {
    const place = random.weighted(PLACES)
    const visitor = random.uuid(world.dayMs(day))
    const agent = random.weighted(random.chance(0.4) ? PHONES : DESKTOPS).agent
    const ip = `${random.pick(place.networks)}.${random.int(0, 255)}.${random.int(2, 250)}`
    let atMs = world.dayMs(day) + timeOfDay(random, place)
    for (const name of random.pick([['Home'], ['Home', 'Pricing'], ['Home', 'Gallery', 'Pricing']])) {
      const row = { type: 'page', name, anonymous_id: visitor, ts: iso(atMs), ip, user_agent: agent }
      out.emit('events', atMs, { ...row, properties: { path: `/${name.toLowerCase()}` } }, random.uuid(atMs))
      atMs += random.between(5, 70) * 1000
    }
  }
}
