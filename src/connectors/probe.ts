import type { Deps } from '../context.ts'
import type { FactIn } from '../facts/types.ts'

const TIMEOUT_MS = 10_000
const MINUTE_MS = 60_000

interface ProbeResult {
  ok: boolean
  http_status?: number
  latency_ms?: number
  error?: string
}

/** Asks every configured URL for an answer and stores what came of it; a target that is down is a fact, not an error. */
export async function runProbes(deps: Deps, now: Date): Promise<number> {
  const targets = deps.config.probeUrls
  if (targets.length === 0) return 0
  const ts = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS).toISOString()
  const facts = await Promise.all(
    targets.map(async (url, index): Promise<FactIn> => {
      const target = probeName(url)
      const result = await probe(deps, url)
      if (result.ok) deps.book.recovered(`probe:${target}`, performance.now())
      else deps.book.degraded(`probe:${target}`, result.error ?? 'no answer')
      return { kind: 'probes', index, id: `probe ${target} ${ts}`, row: { target, ts, ...result } }
    }),
  )
  await deps.writer.write(facts, { source: 'probe', receivedAt: now })
  return facts.length
}

/** Up means an answer below 400 in time; a redirect is an answer and is not followed. */
export async function probe({ fetch }: Pick<Deps, 'fetch'>, url: string): Promise<ProbeResult> {
  const startedMs = performance.now()
  try {
    const { address, headers } = withoutCredentials(url)
    const response = await fetch(address, { headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const latencyMs = performance.now() - startedMs
    await response.body?.cancel()
    const ok = response.status < 400
    return {
      ok,
      http_status: response.status,
      latency_ms: Math.round(latencyMs * 10) / 10,
      error: ok ? undefined : `HTTP ${response.status}`,
    }
  } catch (error) {
    return { ok: false, error: reasonOf(error) }
  }
}

/** fetch refuses a URL with a password in it; it belongs into a header. */
export function withoutCredentials(url: string): { address: string; headers: Record<string, string> } {
  const parsed = new URL(url)
  const headers: Record<string, string> = { 'user-agent': 'Quarterdeck probe' }
  if (parsed.username || parsed.password) {
    const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  }
  parsed.username = ''
  parsed.password = ''
  return { address: parsed.href, headers }
}

/** What the target is called on pages: no password, and no query, where tokens tend to be. */
export function probeName(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname === '/' ? '' : pathname}`.slice(0, 200)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`
  // fetch says "fetch failed" and keeps the reason (ECONNREFUSED …) in its cause.
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
