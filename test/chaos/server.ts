import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/db/postgres-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_MS = 60_000

/** The built program in a process of its own, which can be killed and started again. */
export interface Server {
  url: string
  start: () => Promise<void>
  /** The process's memory in bytes; Linux only. */
  rss: () => number
  /** kill -9, and gone when it resolves. */
  kill: () => Promise<void>
  /** SIGTERM; answers the exit code. */
  stop: () => Promise<number | null>
}

/** A server on a port of its own; `start` resolves when it answers /readyz. Its log goes into `folder`. */
export async function makeServer(folder: string, settings: Record<string, string>): Promise<Server> {
  const port = await freePort(0)
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    PORT: String(port),
    BASE_URL: url,
    SECRET_KEY: 'chaos '.repeat(8),
    INGEST_RATE_LIMIT: '1000000',
    ...settings,
  }
  const log = createWriteStream(join(folder, 'server.log'), { flags: 'a' })
  let child: ChildProcess | undefined

  const end = async (signal: NodeJS.Signals) => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const [code] = await exited
    return code as number | null
  }

  return {
    url,
    async start() {
      const started = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'start'], {
        cwd: ROOT,
        env,
        stdio: 'pipe',
      })
      started.stdout.pipe(log, { end: false })
      started.stderr.pipe(log, { end: false })
      child = started
      await untilReady(url, started)
    },
    rss() {
      const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8')) ?? []
      return Number(kilobytes) * 1024
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(25)) {
    if (child.exitCode !== null) throw new Error(`the server exited with ${child.exitCode}`)
    const response = await fetch(`${url}/readyz`).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return
  }
  throw new Error('the server did not become ready')
}
