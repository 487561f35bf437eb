import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Door } from './doors.ts'
import type { Traffic } from './events.ts'

/** What the client's process is to send. */
export interface Load {
  url: string
  connections: number
  headers?: Record<string, string>
  /** Sends the ETag of its last 200 with each request, as a polling browser does. */
  polls?: boolean
  /** GETs in all; or events are posted. */
  requests?: number
  post?: Omit<Traffic, 'from' | 'until'> & { from: string; until: string; batch: number; door: Door }
}

export interface LoadResult {
  ms: number
  requests: number
  p50: number
  p95: number
  bytes: number
  statuses: Record<string, number>
}

/** A client in a process of its own, on the same machine. */
export class Client {
  readonly #child: ChildProcess = fork(new URL('client-process.ts', import.meta.url))

  /** One load at a time. @throws when an answer is neither 2xx nor 304 */
  async send(load: Load): Promise<LoadResult> {
    this.#child.send(load)
    const [result] = (await once(this.#child, 'message')) as [LoadResult]
    const bad = Object.keys(result.statuses).filter((status) => !/^2|304/.test(status))
    if (bad.length > 0) throw new Error(`${load.url} answered ${JSON.stringify(result.statuses)}`)
    return result
  }

  close(): void {
    this.#child.kill()
  }
}
