import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createAdmin } from '../../src/auth/admins.ts'
import { createKey } from '../../src/auth/keys.ts'
import { freePort } from '../../src/db/postgres-process.ts'
import type { Bench } from './setup.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const START_WAIT_MS = 60_000
/** A database that is kept has those of the runs before. */
const SIGN_IN = { email: `bench-${Date.now()}@admin.example`, password: 'a long enough password' }

/** The built server in a process of its own, as it is run in earnest. */
export interface Server {
  url: string
  key: string
  cookie: string
  pid: number
  /** Resident memory in MB. */
  rss: () => number
  stop: () => Promise<void>
}

export async function startServer(bench: Bench): Promise<Server> {
  if (!existsSync(CLI)) throw new Error('Run `npm run build` first: the bench loads dist/cli.js.')
  const port = await freePort(0)
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [CLI, 'start'], {
    env: serverEnv(bench, port),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await until(`${url}/readyz`, child)
  const { secret } = await createKey(bench.db.sql, { name: 'bench', scopes: ['ingest', 'read'] })
  await createAdmin(bench.db.sql, { ...SIGN_IN, role: 'owner' })
  return {
    url,
    key: secret,
    cookie: await signIn(url),
    pid: child.pid ?? 0,
    rss: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)]).toString()) / 1024,
    stop: () => end(child),
  }
}

/** One key sends everything here, which is more than the limit lets one client send. */
function serverEnv({ url }: Bench, port: number): NodeJS.ProcessEnv {
  const { PATH } = process.env
  return {
    PATH,
    DATABASE_URL: url,
    PORT: String(port),
    SECRET_KEY: 's'.repeat(40),
    INGEST_RATE_LIMIT: '1000000',
    LOG_LEVEL: 'warn',
  }
}

async function until(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + START_WAIT_MS; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
  }
  throw new Error('the server did not become ready')
}

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url },
    body: new URLSearchParams(SIGN_IN).toString(),
  })
  const cookie = answer.headers.get('set-cookie')
  if (!cookie) throw new Error(`sign-in answered ${answer.status}`)
  return cookie.split(';')[0]!
}

/** A bare server that says hello, likewise in its own process. */
export async function startHello(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort(0)
  const child = fork(new URL('hello.ts', import.meta.url), [String(port)])
  const url = `http://127.0.0.1:${port}`
  await until(url, child)
  return { url, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
