import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestApp } from './app.ts'

const SCRIPT = fileURLToPath(new URL('./sync-process.ts', import.meta.url))

/** Syncs in a process of its own, and kills that (SIGKILL) when a number of writes has committed. */
export async function killSync({ db, deps }: TestApp, preset: string, afterWrites: number): Promise<void> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: db.url,
    SOURCE_DATABASE_URL: deps.config.sourceDatabaseUrl,
    PRESET: preset,
    SECRET_KEY: 'killed '.repeat(8),
  }
  const args = ['--import', 'tsx', SCRIPT, String(afterWrites)]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const said = await Promise.race([once(createInterface(child.stdout), 'line'), exited])
  if (said[0] !== 'committed') throw new Error(`it ended with ${said[0]} before it could be killed`)
  child.kill('SIGKILL')
  await exited
}
