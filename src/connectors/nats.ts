import { z } from 'zod'
import type { Deps } from '../context.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { withoutCredentials } from './probe.ts'

/** A NATS server as its monitoring address tells it. */
export interface Nats {
  name: string
  version: string
  since: Date
  connections: number
  /** Of them, browsers and others that came over WebSocket. */
  webSockets: number
  subscriptions: number
  /** Clients cut off since the start because they did not keep up. */
  slowConsumers: number
  /** A second, since the reading before; null at the first, and after a restart of the server. */
  messagesIn: number | null
  messagesOut: number | null
  bytesIn: number | null
  bytesOut: number | null
  memoryBytes: number
  /** Median of the clients that were pinged so far. */
  roundTripMs: number | null
  /** Those with the most bytes waiting for them first. */
  clients: { id: number; name: string; kind: string; pendingBytes: number; messagesIn: number; messagesOut: number }[]
}

const BUDGET_MS = 500
/** Two readings at once must not make a rate out of a few milliseconds. */
const LEAST_APART_MS = 5_000
const MOST_CLIENTS = 1_024
const SHOWN_CLIENTS = 20

const varz = z.object({
  server_name: z.string().default(''),
  version: z.string().default(''),
  start: z.coerce.date(),
  now: z.coerce.date(),
  connections: z.number(),
  subscriptions: z.number().default(0),
  slow_consumers: z.number().default(0),
  in_msgs: z.number(),
  out_msgs: z.number(),
  in_bytes: z.number().default(0),
  out_bytes: z.number().default(0),
  mem: z.number().default(0),
})
const connz = z.object({
  connections: z
    .array(
      z.object({
        cid: z.number(),
        name: z.string().default(''),
        lang: z.string().default(''),
        type: z.string().default('nats'),
        pending_bytes: z.number().default(0),
        in_msgs: z.number().default(0),
        out_msgs: z.number().default(0),
        rtt: z.string().optional(),
      }),
    )
    .nullish()
    .transform((connections) => connections ?? []),
})
type Varz = z.output<typeof varz>

/** The counters that rates are made from: the last reading, or the one before while that is too young. */
const earlier = new WeakMap<Deps, Varz[]>()

/** The NATS server now; null where none is configured. @throws SourceUnavailable when it is away */
export async function readNats(deps: Deps): Promise<Nats | null> {
  if (deps.config.natsUrl === '') return null
  try {
    const [server, { connections }] = await Promise.all([
      ask(deps, '/varz', varz),
      ask(deps, `/connz?sort=pending&limit=${MOST_CLIENTS}`, connz),
    ])
    deps.book.recovered('nats', performance.now())
    const rate = ratesSince(deps, server)
    return {
      name: server.server_name,
      version: server.version,
      since: server.start,
      connections: server.connections,
      webSockets: connections.filter(({ type }) => type === 'websocket').length,
      subscriptions: server.subscriptions,
      slowConsumers: server.slow_consumers,
      messagesIn: rate('in_msgs'),
      messagesOut: rate('out_msgs'),
      bytesIn: rate('in_bytes'),
      bytesOut: rate('out_bytes'),
      memoryBytes: server.mem,
      roundTripMs: median(connections.flatMap(({ rtt }) => durationMs(rtt) ?? [])),
      clients: connections.slice(0, SHOWN_CLIENTS).map((one) => ({
        id: one.cid,
        name: one.name || one.lang,
        kind: one.type,
        pendingBytes: one.pending_bytes,
        messagesIn: one.in_msgs,
        messagesOut: one.out_msgs,
      })),
    }
  } catch (error) {
    const reason = reasonOf(error)
    deps.book.degraded('nats', reason)
    throw new SourceUnavailable('nats', reason, { cause: error })
  }
}

async function ask<T>({ config, fetch }: Deps, path: string, schema: z.ZodType<T>): Promise<T> {
  const { address, headers } = withoutCredentials(config.natsUrl.replace(/\/+$/, '') + path)
  const response = await fetch(address, { headers, redirect: 'error', signal: AbortSignal.timeout(BUDGET_MS) })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`HTTP ${response.status}`)
  }
  return schema.parse(await response.json())
}

/** Counters of a server that was started anew begin at zero: no rate goes across that. */
function ratesSince(
  deps: Deps,
  server: Varz,
): (counter: 'in_msgs' | 'out_msgs' | 'in_bytes' | 'out_bytes') => number | null {
  const known = (earlier.get(deps) ?? []).filter(({ start }) => start.getTime() === server.start.getTime())
  const apartMs = (before: Varz) => server.now.getTime() - before.now.getTime()
  const base = known.findLast((before) => apartMs(before) >= LEAST_APART_MS)
  earlier.set(deps, [...(base ? [base] : known), server].slice(-2))
  return (counter) => (base ? ((server[counter] - base[counter]) * 1_000) / apartMs(base) : null)
}

const UNITS_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, µs: 1e-3, us: 1e-3, ns: 1e-6 }

/** "1m2.5s", "1.27ms", "384µs": as Go writes it. */
function durationMs(text: string | undefined): number | undefined {
  const parts = [...(text ?? '').matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)]
  if (parts.length === 0) return undefined
  return parts.reduce((sum, [, size, unit]) => sum + Number(size) * (UNITS_MS[unit as string] as number), 0)
}

function median(values: number[]): number | null {
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return 'NATS answers something else: is this its monitoring address?'
  if (!(error instanceof Error)) return 'NATS does not answer'
  if (error.name === 'TimeoutError') return `NATS does not answer within ${BUDGET_MS} ms`
  if (error.message.startsWith('HTTP ')) return `NATS answers ${error.message}: is this its monitoring address?`
  const code = (error.cause as { code?: string } | undefined)?.code
  return code === 'ECONNREFUSED' ? 'NATS does not answer: the connection is refused' : 'NATS does not answer'
}
