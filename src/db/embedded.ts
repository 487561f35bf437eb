import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { type Account, binaries, type Binaries, serverAccount } from './embedded-binaries.ts'

const run = promisify(execFile)

export interface EmbeddedPostgres {
  url: string
  /** Whether the server was running already. */
  adopted: boolean
  /** Fast shutdown; resolves when the server has ended. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Tests: no fsync of the fresh cluster, small memory. Commits stay durable. */
  fast?: boolean
}

interface Access {
  port: number
  password: string
}

const READY_MS = 60_000
const STOP_MS = 30_000

/**
 * The Postgres that lives in a data folder: made when missing, adopted when a killed process left it running, else
 * started. It is its own process group, so that what ends this process does not end it before our handlers are done.
 */
export async function startEmbedded(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const folder = resolve(dataDir)
  mkdirSync(folder, { recursive: true })
  const account = serverAccount(folder)
  const server = await binaries(account)
  const access = await prepareCluster(folder, server, account, options)
  const url = `postgres://quarterdeck:${access.password}@127.0.0.1:${access.port}/postgres`
  if (runningPid(folder)) {
    await ready(url, folder)
    return { url: await ownDatabase(url), adopted: true, stop: () => stop(folder) }
  }
  const child = launch(folder, access, server, account, options)
  await ready(url, folder, child)
  return { url: await ownDatabase(url), adopted: false, stop: () => stop(folder) }
}

/** The URL of a server that runs in this data folder; undefined when none does. */
export async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir)
  const access = readAccess(folder)
  if (!access || !runningPid(folder)) return undefined
  return `postgres://quarterdeck:${access.password}@127.0.0.1:${access.port}/quarterdeck`
}

const clusterOf = (folder: string): string => join(folder, 'postgres')
const accessFile = (folder: string): string => join(folder, 'postgres.json')

function readAccess(folder: string): Access | undefined {
  if (!existsSync(accessFile(folder))) return undefined
  return JSON.parse(readFileSync(accessFile(folder), 'utf8')) as Access
}

async function prepareCluster(
  folder: string,
  server: Binaries,
  account: Account | undefined,
  options: EmbeddedOptions,
): Promise<Access> {
  const known = readAccess(folder)
  if (known && existsSync(join(clusterOf(folder), 'PG_VERSION'))) {
    if (runningPid(folder) || (await isFree(known.port))) return known
    return saveAccess(folder, { ...known, port: await freePort() })
  }
  // A first start that was cut short leaves half a cluster: nothing is in it yet.
  rmSync(clusterOf(folder), { recursive: true, force: true })
  const access = saveAccess(folder, { port: await freePort(), password: randomBytes(24).toString('hex') })
  await initdb(folder, access, server, account, options)
  return access
}

function saveAccess(folder: string, access: Access): Access {
  writeFileSync(accessFile(folder), JSON.stringify(access), { mode: 0o600 })
  return access
}

async function initdb(
  folder: string,
  { password }: Access,
  server: Binaries,
  account: Account | undefined,
  { fast }: EmbeddedOptions,
): Promise<void> {
  const cluster = clusterOf(folder)
  const passwordFile = join(folder, 'initdb-password')
  mkdirSync(cluster, { recursive: true, mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account) for (const path of [cluster, passwordFile]) chownSync(path, account.uid, account.gid)
  const args = ['-D', cluster, '-U', 'quarterdeck', '--pwfile', passwordFile, '-A', 'scram-sha-256']
  args.push('-E', 'UTF8', '--locale=C', ...(fast ? ['--no-sync'] : []))
  try {
    await run(server.initdb, args, { ...account, cwd: folder })
  } catch (error) {
    rmSync(cluster, { recursive: true, force: true })
    throw new Error(`Postgres could not be set up in ${cluster}: ${(error as Error).message}`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** For a machine of 2 cores: checkpoints seldom, few connections, no JIT (its compiling costs more than our queries). */
const SERVER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  checkpoint_timeout: '10min',
  random_page_cost: '1.1',
  jit: 'off',
  autovacuum_naptime: '20s',
  shared_preload_libraries: 'pg_stat_statements',
}

function launch(
  folder: string,
  { port }: Access,
  server: Binaries,
  account: Account | undefined,
  { fast }: EmbeddedOptions,
): ChildProcess {
  const settings = { ...SERVER_SETTINGS, ...(fast ? { shared_buffers: '64MB', max_connections: '200' } : {}) }
  const args = ['-D', clusterOf(folder), '-p', String(port)]
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
  const log = openSync(join(folder, 'postgres.log'), 'a')
  const child = spawn(server.postgres, args, {
    ...account,
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  return child
}

/** The pid in postmaster.pid, if that process is alive and is the server of this folder. */
function runningPid(folder: string): number | undefined {
  const file = join(clusterOf(folder), 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined
  const commandLine = `/proc/${pid}/cmdline`
  // Pids are used again: after a reboot the number may be anybody's.
  if (existsSync(commandLine) && !readFileSync(commandLine, 'utf8').includes(clusterOf(folder))) return undefined
  return pid
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function ready(url: string, folder: string, child?: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS
  for (;;) {
    try {
      const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
      await sql`select 1`.finally(() => sql.end({ timeout: 1 }))
      return
    } catch (error) {
      if (child && child.exitCode !== null)
        throw new Error(`Postgres ended at once; ${join(folder, 'postgres.log')} says why`)
      if (Date.now() > deadline) throw new Error(`Postgres does not answer: ${(error as Error).message}`)
      await sleep(50)
    }
  }
}

async function ownDatabase(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const [found] = await sql`select from pg_database where datname = 'quarterdeck'`
    if (!found) await sql`create database quarterdeck`
  } catch (error) {
    if ((error as { code?: string }).code !== '42P04') throw error
  } finally {
    await sql.end({ timeout: 2 })
  }
  return url.replace(/\/postgres$/, '/quarterdeck')
}

async function stop(folder: string): Promise<void> {
  const pid = runningPid(folder)
  if (!pid) return
  process.kill(pid, 'SIGINT')
  const deadline = Date.now() + STOP_MS
  while (isAlive(pid) && runningPid(folder)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGQUIT')
    await sleep(25)
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolvePort) => {
    const server = createServer()
    server.once('error', () => resolvePort(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolvePort(true)))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolvePort(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
