import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/db/postgres-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_MS = 240_000

/** The built program as `npm run demo` runs it, in a process of its own, with what it tells who started it. */
export interface DemoProcess {
  url: string
  email: string
  password: string
  /** May read and ingest. */
  key: string
  mainAppUrl: string
  stop: () => Promise<void>
}

export async function startDemo(settings: Record<string, string>): Promise<DemoProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-demo-'))
  const file = join(folder, 'demo.log')
  const log = createWriteStream(file)
  await once(log, 'open')
  const { PATH } = process.env
  const env = { PATH, HOME: folder, DATA_DIR: join(folder, 'data'), PORT: String(await freePort(0)), ...settings }
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'demo'], {
    cwd: folder,
    env,
    stdio: ['ignore', log, log],
  })
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(100)) {
    const said = readFileSync(file, 'utf8')
    const told = (pattern: RegExp) => pattern.exec(said)?.[1] ?? ''
    // The last line of its greeting.
    if (said.includes('/ingest/events'))
      return {
        url: told(/shows Acme Studio at (\S+)/),
        email: told(/e-mail +(\S+)/),
        password: told(/password +(\S+)/),
        key: told(/API key +(\S+)/),
        mainAppUrl: told(/main app +(\S+)/),
        stop,
      }
    if (child.exitCode !== null) break
  }
  const said = readFileSync(file, 'utf8')
  await stop()
  throw new Error(`the demo did not start: ${said.slice(-2_000)}`)
}
