import { iso, MINUTE_MS } from './calendar.ts'
import type { Emitter } from './emitter.ts'
import { Random } from './random.ts'
import type { World } from './world.ts'

const BEAT_MS = 30_000
/** What a worker does changes every few minutes. */
const SHIFT_MS = 3 * MINUTE_MS

/** The machines that Acme Studio builds and renders on. */
const WORKERS = [
  { worker: 'cpu-1', kind: 'cpu' },
  { worker: 'cpu-2', kind: 'cpu' },
  { worker: 'cpu-3', kind: 'cpu' },
  { worker: 'gpu-1', kind: 'gpu', instance_type: 'g6.xlarge', pricing: 'on-demand' },
  { worker: 'gpu-2', kind: 'gpu', instance_type: 'g6.xlarge', pricing: 'spot' },
]
/** A spot machine is taken away now and then. */
const SPOT_GONE = 0.15

/** Heartbeats as a product without Redis sends them: a gauge each half minute. Only the last minutes of them count. */
export function heartbeats(world: World, day: number, out: Emitter): void {
  const fromMs = Math.max(out.window.fromMs, world.dayMs(day))
  const toMs = Math.min(out.window.toMs, world.dayMs(day + 1))
  for (let atMs = Math.ceil(fromMs / BEAT_MS) * BEAT_MS; atMs < toMs; atMs += BEAT_MS)
    for (const worker of WORKERS) beat(world, worker, atMs, out)
}

function beat(world: World, labels: (typeof WORKERS)[number], atMs: number, out: Emitter): void {
  const shift = new Random(world.options.seed, `worker ${labels.worker}`, Math.floor(atMs / SHIFT_MS))
  const state = labels.kind === 'cpu' ? 'healthy' : shift.chance(0.6) ? 'active' : 'idle'
  if (labels.pricing === 'spot' && shift.chance(SPOT_GONE)) return
  const id = new Random(world.options.seed, `beat ${labels.worker}`, atMs / BEAT_MS).uuid(atMs)
  out.emit('gauges', atMs, { name: 'worker.heartbeat', value: 1, ts: iso(atMs), labels: { ...labels, state } }, id)
}
