import type { Load, LoadResult } from './client.ts'
import { Connection } from './connection.ts'
import { BODIES } from './doors.ts'
import { traffic } from './events.ts'

/** Everything is made before the clock starts, so that the client costs the measured server as little as it can. */
process.on('message', async (load: Load) => process.send!(await send(load)))

async function send(load: Load): Promise<LoadResult> {
  const requests = load.post ? postsOf(load) : Array.from({ length: load.requests ?? 0 }, () => headOf(load, 'GET'))
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => Connection.open(new URL(load.url))),
  )
  const took: number[] = []
  const statuses: Record<string, number> = {}
  let next = 0
  let bytes = 0
  const started = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      let etag = ''
      while (next < requests.length) {
        const request = requests[next++]!
        const sent = performance.now()
        const answer = await connection.send(
          etag === '' ? request : `${request.slice(0, -2)}If-None-Match: ${etag}\r\n\r\n`,
        )
        took.push(performance.now() - sent)
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
        bytes = answer.bytes
        if (load.polls && answer.etag) etag = answer.etag
      }
    }),
  )
  const ms = performance.now() - started
  for (const connection of connections) connection.close()
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor((took.length - 1) * share)]!
  return { ms, requests: took.length, p50: at(0.5), p95: at(0.95), bytes, statuses }
}

function headOf({ url, headers = {} }: Load, method: string): string {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`
}

function postsOf(load: Load): string[] {
  const { from, until, batch, door, ...post } = load.post!
  const bodyOf = BODIES[door]
  return [...traffic({ ...post, from: new Date(from), until: new Date(until) }, batch)].map((facts) => {
    const body = JSON.stringify(bodyOf(facts))
    const headers = {
      ...load.headers,
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    }
    return headOf({ ...load, headers }, 'POST') + body
  })
}
