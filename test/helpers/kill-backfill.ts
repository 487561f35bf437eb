import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { DayRange } from '../../src/jobs/define.ts'
import type { TestApp } from './app.ts'

const SCRIPT = fileURLToPath(new URL('./backfill-process.ts', import.meta.url))

/** Backfills in a process of its own, and kills that (SIGKILL) when so many days are stored. */
export async function killBackfill({ db, deps }: TestApp, range: DayRange, afterDays: number): Promise<void> {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, DATABASE_URL: db.url, SECRET_KEY: 'killed '.repeat(8) }
  const args = ['--import', 'tsx', SCRIPT, String(afterDays), JSON.stringify(range), deps.now().toISOString()]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const said = await Promise.race([once(createInterface(child.stdout), 'line'), exited])
  if (said[0] !== 'stored') throw new Error(`it ended with ${said[0]} before it could be killed`)
  child.kill('SIGKILL')
  await exited
}
