import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A real redis-server of a test's own, on loopback and without persistence. */
export interface TestRedis {
  url: string
  /** A client that may do what the watched product does. */
  client: Redis
  stop(): Promise<void>
  /** The same address again, empty. */
  start(): Promise<void>
  /** It hangs with its connections open; answers how to thaw it. */
  freeze(): () => void
  close(): Promise<void>
}

/** Starts redis-server on a free port. */
export async function testRedis(...options: string[]): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const url = `redis://127.0.0.1:${port}`
  // On a busy machine a server needs longer to start than the twenty attempts that a command has.
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {})
  let server: ChildProcess | undefined

  const start = async () => {
    server = spawn('redis-server', [...args, ...options], { stdio: 'ignore' })
    await pong(client)
  }
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url,
    client,
    start,
    stop,
    freeze() {
      server?.kill('SIGSTOP')
      return () => void server?.kill('SIGCONT')
    },
    async close() {
      client.disconnect()
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function pong(client: Redis): Promise<void> {
  if (client.status === 'wait') client.connect().catch(() => {})
  await client.ping()
}
