import { setTimeout as sleep } from 'node:timers/promises'
import { type Batch, nextBatch, type Random, seeded } from './batches.ts'

export interface Clients {
  /** Requests acknowledged so far. */
  acknowledged: () => number
  /** Lets every client finish the request it is at, however long that takes, and answers what they saw. */
  finish: () => Promise<Ledger>
  /** Leaves without an answer: for a test that failed. */
  abandon: () => void
}

/** What the clients were told. */
export interface Ledger {
  good: string[]
  poisoned: string[]
  requests: number
  retries: number
  /** Answers that do not fit what was sent. */
  complaints: string[]
}

interface Answer {
  accepted: number
  duplicate: number
  rejected: number
  errors: { index: number; reason: string }[]
}

const REQUEST_TIMEOUT_MS = 15_000

/** Clients that each send batch after batch, and one that is not acknowledged again, until it is. */
export function startClients(baseUrl: string, key: string, count: number): Clients {
  const ledger: Ledger = { good: [], poisoned: [], requests: 0, retries: 0, complaints: [] }
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  let stopping = false
  let abandoned = false

  async function live(client: number): Promise<void> {
    const random = seeded(client)
    for (let number = 0; !stopping; number++) {
      const batch = nextBatch(client, number, random)
      record(ledger, batch, await untilAnswered(batch, random))
      // A client whose answer got lost on the way sends what was stored already; the tables must not show it.
      if (random() < 0.1) await untilAnswered(batch, random)
      await sleep(random() * 400)
    }
  }

  async function untilAnswered(batch: Batch, random: Random): Promise<Answer> {
    while (!abandoned) {
      const answer = await attempt(batch).catch(() => undefined)
      if (answer) return answer
      ledger.retries++
      await sleep(50 + random() * 250)
    }
    throw new Error('abandoned')
  }

  /** Undefined when it has to be sent again. */
  async function attempt({ path, body }: Batch): Promise<Answer | undefined> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const response = await fetch(baseUrl + path, { method: 'POST', headers, body, signal })
    // 422: every row was poisoned, which is told row by row all the same.
    if (response.ok || response.status === 422) return (await response.json()) as Answer
    await response.body?.cancel()
    if (response.status !== 429 && response.status !== 503)
      ledger.complaints.push(`${path} answered ${response.status}`)
    return undefined
  }

  const lives = Array.from({ length: count }, (_, client) => live(client))
  return {
    acknowledged: () => ledger.requests,
    async finish() {
      stopping = true
      await Promise.all(lives)
      return ledger
    },
    abandon() {
      stopping = abandoned = true
      for (const life of lives) life.catch(() => {})
    },
  }
}

function record(ledger: Ledger, batch: Batch, answer: Answer): void {
  ledger.requests++
  ledger.good.push(...batch.good)
  ledger.poisoned.push(...batch.poisoned.values())
  const told = answer.errors?.map(({ index }) => index).sort()
  const stored = answer.accepted + answer.duplicate
  if (stored !== batch.good.length || String(told) !== String([...batch.poisoned.keys()].sort()))
    ledger.complaints.push(
      `${batch.path}: ${batch.good.length} good and poison at ${[...batch.poisoned.keys()]}, answered ${JSON.stringify(answer)}`,
    )
}
