import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import * as fs from 'node:fs'
import { connect as connectSocket, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Binaries, EmbeddedError, type Runner } from './postgres-home.ts'

const run = promisify(execFile)

/** Half of it is what a small machine has to spare; the rest keeps checkpoints and WAL from getting in the way. */
const SERVER_SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '50',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  wal_compression: 'on',
  checkpoint_timeout: '10min',
  random_page_cost: '1.1',
  jit: 'off',
  autovacuum_naptime: '30s',
  max_parallel_workers_per_gather: '1',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** A test server has many small databases, each with pools of its own, and dies with its folder. */
const UNSAFE_SETTINGS = { fsync: 'off', full_page_writes: 'off', shared_buffers: '64MB', max_connections: '200' }

export interface Cluster {
  /** The folder of its files. */
  path: string
  runner: Runner
  binaries: Binaries
  logFile: string
  /** Trades safety for speed: only for data that may be lost. */
  unsafe: boolean
}

/** Makes the cluster, if there is none; whole or not at all. */
export async function initCluster({ path, runner, binaries, unsafe }: Cluster, password: string): Promise<void> {
  if (fs.existsSync(join(path, 'PG_VERSION'))) return
  const [partial, passwordFile] = [`${path}.new`, `${path}.password`]
  fs.rmSync(partial, { recursive: true, force: true })
  fs.mkdirSync(partial, { mode: 0o700 })
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
  if (runner) for (const file of [partial, passwordFile]) fs.chownSync(file, runner.uid, runner.gid)
  const args = [
    '-D',
    partial,
    '-U',
    'quarterdeck',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
  ]
  // The builtin provider knows Unicode on every machine, whatever locales that has.
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', ...(unsafe ? ['--no-sync'] : []))
  try {
    await run(binaries.initdb, args, { ...runner, cwd: '/', env: serverEnv() })
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new EmbeddedError(`Postgres could not make its files in ${path}: ${stderr?.trim() || message}`)
  } finally {
    fs.rmSync(passwordFile, { force: true })
  }
  fs.rmSync(path, { recursive: true, force: true })
  fs.renameSync(partial, path)
}

/** Only what a server needs: PG* variables and secrets of ours are none of its business. */
function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
}

/** Starts the server on its own, so that a signal to us (Ctrl-C goes to the whole group) does not reach it. */
export function spawnServer(cluster: Cluster, port: number): ChildProcess {
  const { path, runner, binaries, logFile, unsafe } = cluster
  const settings = {
    ...SERVER_SETTINGS,
    port: String(port),
    ...(unsafe ? UNSAFE_SETTINGS : {}),
  }
  const extra = hasModule(binaries, 'pg_stat_statements') ? { shared_preload_libraries: 'pg_stat_statements' } : {}
  const args = Object.entries({ ...settings, ...extra }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = fs.openSync(logFile, 'a', 0o600)
  try {
    const child = spawn(binaries.postgres, ['-D', path, ...args], {
      ...runner,
      cwd: path,
      detached: true,
      stdio: ['ignore', log, log],
      env: serverEnv(),
    })
    child.unref()
    return child
  } finally {
    fs.closeSync(log)
  }
}

const hasModule = ({ modules }: Binaries, name: string): boolean =>
  ['.so', '.dylib', '.dll'].some((ending) => fs.existsSync(join(modules, name + ending)))

/** The running server of this cluster, if there is one; a process that only took over its pid is not it. */
export async function runningServer(path: string): Promise<{ pid: number; port: number } | undefined> {
  const [pid, , , port] = readIfThere(join(path, 'postmaster.pid')).split('\n').map(Number)
  if (!pid || !isAlive(pid)) return undefined
  const command = await commandLine(pid)
  const ours = command === '' ? await isListening(port ?? 0) : command.includes('postgres') && command.includes(path)
  return ours ? { pid, port: port || 0 } : undefined
}

/** Whether a process is there, also one that is not ours. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  // A zombie answers signals; it does nothing else any more.
  return !/^\d+ \(.*\) Z/s.test(readIfThere(`/proc/${pid}/stat`))
}

/** '' where it cannot be told. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
  if (process.platform === 'win32') return ''
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout
}

function readIfThere(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Ends the server as its manual says: SIGINT rolls back and closes; SIGQUIT if that takes too long. */
export async function stopServer(path: string): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', 30],
    ['SIGQUIT', 10],
    ['SIGKILL', 5],
  ] as const) {
    const server = await runningServer(path)
    if (!server) return
    process.kill(server.pid, signal)
    for (let n = 0; n < seconds * 20 && isAlive(server.pid); n++) await sleep(50)
  }
}

/**
 * A port of the loopback interface that is free now: the wanted one if it becomes free soon. Below the range that
 * outgoing connections take their ports from, or one of those sits on ours whenever the server is away for a moment.
 */
export async function freePort(wanted: number): Promise<number> {
  for (let n = 0; wanted > 0 && n < 20; n++) {
    if (await canListen(wanted)) return wanted
    await sleep(100)
  }
  for (;;) {
    const port = randomInt(20_000, 30_000)
    if (await canListen(port)) return port
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Whether something listens on the port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1')
    const answer = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}
