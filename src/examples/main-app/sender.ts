import type { Told } from './facts.ts'

const PATHS = { users: 'users', jobs: 'jobs', subscriptions: 'subscriptions' } as const
const RETRY_MS = 5_000

export interface Sender {
  send: (facts: Told[]) => void
  stop: () => void
}

/** Sends each fact to Quarterdeck’s doors when its time has come, and again until it is taken. */
export function startSender(url: string, key: string, told: (fact: Told) => void): Sender {
  const timers = new Set<NodeJS.Timeout>()
  const later = (fact: Told, ms: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      told(fact)
      void post(fact).catch(() => later(fact, RETRY_MS))
    }, ms)
    timers.add(timer)
  }
  const post = async ({ kind, row }: Told) => {
    const response = await fetch(`${url}/ingest/${PATHS[kind]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify([row]),
      signal: AbortSignal.timeout(10_000),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`the door answered ${response.status}`)
  }
  return {
    send: (facts) => {
      for (const fact of facts) later(fact, Math.max(0, fact.atMs - Date.now()))
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
