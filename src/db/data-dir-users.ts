import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedError } from './postgres-home.ts'
import { isAlive } from './postgres-process.ts'

const LOCK_WAIT_MS = 120_000

/** Runs `action` while no other process starts or stops the Postgres of this folder. */
export async function withStartLock<T>(dataDir: string, action: () => Promise<T>): Promise<T> {
  const path = join(dataDir, 'start.lock')
  const until = Date.now() + LOCK_WAIT_MS
  while (!takeLock(path)) {
    if (Date.now() > until) throw new EmbeddedError(`another process has held ${path} for too long: is it stuck?`)
    await sleep(50)
  }
  try {
    return await action()
  } finally {
    fs.rmSync(path, { force: true })
  }
}

function takeLock(path: string): boolean {
  try {
    fs.writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const holder = Number(readIfThere(path))
  if (holder > 0 && (!isAlive(holder) || holder === process.pid) && isOld(path)) fs.rmSync(path, { force: true })
  return false
}

/** Long enough that the holder had the time to write its pid. */
function isOld(path: string): boolean {
  const { mtimeMs } = fs.statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
  return Date.now() - mtimeMs > 200
}

function readIfThere(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Notes that this process uses the database of the folder. */
export function signIn(dataDir: string): void {
  fs.mkdirSync(join(dataDir, 'users'), { recursive: true, mode: 0o700 })
  fs.writeFileSync(join(dataDir, 'users', String(process.pid)), '', { mode: 0o600 })
}

/** Takes this process off the list; answers whether others remain. */
export function signOut(dataDir: string): boolean {
  const folder = join(dataDir, 'users')
  fs.rmSync(join(folder, String(process.pid)), { force: true })
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  for (const name of names) if (!isAlive(Number(name))) fs.rmSync(join(folder, name), { force: true })
  return names.some((name) => isAlive(Number(name)))
}
