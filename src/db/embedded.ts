import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { signIn, signOut, withStartLock } from './data-dir-users.ts'
import { EmbeddedError, findBinaries, makeDataDir, placeCluster } from './postgres-home.ts'
import {
  type Cluster,
  freePort,
  initCluster,
  isListening,
  runningServer,
  spawnServer,
  stopServer,
} from './postgres-process.ts'

export { EmbeddedError }

/** The Postgres that lives in DATA_DIR. */
export interface Embedded {
  url: string
  /** It was running already: another process uses it, or one that used it was killed. */
  adopted: boolean
  /** The server's process now. */
  pid: () => Promise<number | undefined>
  /** Ends it, unless another process uses it too. */
  stop: () => Promise<void>
}

export interface EmbeddedOptions {
  dataDir: string
  log?: (message: string) => void
  /** Starts the server again when it dies under us. */
  watch?: boolean
  /** For tests: faster, and not safe against power loss. */
  unsafe?: boolean
}

const READY_WAIT_MS = 120_000
const START_ATTEMPTS = 300
const WATCH_EVERY_MS = 2000
const MAX_LOG_BYTES = 20_000_000

/** Starts the Postgres of the folder, making it first if need be, or joins the one that runs there. */
export async function startEmbedded({
  log = () => {},
  watch,
  unsafe = false,
  ...options
}: EmbeddedOptions): Promise<Embedded> {
  const dataDir = makeDataDir(options.dataDir)
  const { cluster, access } = await withStartLock(dataDir, async () => {
    const place = placeCluster(dataDir, log)
    const binaries = await findBinaries(place.runner)
    const cluster: Cluster = { ...place, binaries, logFile: join(dataDir, 'postgres.log'), unsafe }
    const access = await openCluster(cluster, dataDir)
    signIn(dataDir)
    return { cluster, access }
  })
  const watcher = watch ? keepRunning(cluster, dataDir, access.port, log) : undefined
  return {
    url: access.url,
    adopted: access.adopted,
    pid: async () => (await runningServer(cluster.path))?.pid,
    async stop() {
      await watcher?.stop()
      await withStartLock(dataDir, async () => {
        if (!signOut(dataDir)) await stopServer(cluster.path)
      })
    },
  }
}

interface Access {
  url: string
  port: number
  adopted: boolean
}

async function openCluster(cluster: Cluster, dataDir: string): Promise<Access> {
  const stored = readAccess(dataDir)
  const password = stored?.password ?? randomBytes(24).toString('base64url')
  if (!stored && fs.existsSync(join(cluster.path, 'PG_VERSION')))
    throw new EmbeddedError(`${accessFile(dataDir)}, which has the password of the Postgres in ${dataDir}, is missing`)
  let port = stored?.port ?? (await freePort(0))
  writeAccess(dataDir, { password, port })
  await initCluster(cluster, password)
  for (let attempt = 1; ; attempt++) {
    const running = await runningServer(cluster.path)
    const started = running?.port || (await startServer(cluster, port))
    if (started !== port) writeAccess(dataDir, { password, port: started })
    port = started
    const url = `postgres://quarterdeck:${password}@127.0.0.1:${port}/quarterdeck`
    if (await becomesReady(cluster, url)) return { url, port, adopted: running !== undefined }
    // What was found running may have been about to end.
    if (attempt === 3) throw new EmbeddedError(`Postgres ends again and again: ${lastLines(cluster.logFile)}`)
  }
}

/** Starts the server, on another port if the wanted one has been taken meanwhile. */
async function startServer(cluster: Cluster, wanted: number): Promise<number> {
  if (fs.existsSync(cluster.logFile) && fs.statSync(cluster.logFile).size > MAX_LOG_BYTES)
    fs.truncateSync(cluster.logFile)
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(wanted)
    disownPid(cluster.path)
    const child = spawnServer(cluster, port)
    let failed: Error | undefined
    let gone = false
    child.once('error', (error) => {
      failed = error
    })
    child.once('exit', () => {
      gone = true
    })
    const until = Date.now() + READY_WAIT_MS
    while (!gone && !failed && Date.now() < until) {
      if (await isListening(port)) return port
      await sleep(25)
    }
    if (failed) throw new EmbeddedError(`Postgres could not be started: ${failed.message}`)
    // Children of a killed server hold its shared memory until they have noticed.
    const why = lastLines(cluster.logFile)
    if (attempt === START_ATTEMPTS || !gone || !/shared memory|could not bind|lock file/.test(why))
      throw new EmbeddedError(`Postgres did not start: ${why}`)
    await sleep(200)
  }
}

/**
 * A pid file left by a crash keeps Postgres from starting if its pid is another process now; our own pid, its parent's,
 * it overlooks. The file must stay: its other lines are how Postgres sees that children of the killed server still
 * write (without it, the data was corrupted in a test).
 */
function disownPid(cluster: string): void {
  const path = join(cluster, 'postmaster.pid')
  if (!fs.existsSync(path)) return
  const [pid, ...rest] = fs.readFileSync(path, 'utf8').split('\n')
  if (Number(pid) > 0) fs.writeFileSync(path, [process.pid, ...rest].join('\n'))
}

/** Waits through start-up and crash recovery, and makes sure that our database is there; false when the server ends. */
async function becomesReady({ path, logFile }: Cluster, url: string): Promise<boolean> {
  const until = Date.now() + READY_WAIT_MS
  const maintenance = url.replace(/\/quarterdeck$/, '/postgres')
  for (;;) {
    const sql = postgres(maintenance, { max: 1, connect_timeout: 5, onnotice: () => {} })
    try {
      const [found] = await sql`select 1 from pg_database where datname = 'quarterdeck'`
      if (!found) await sql`create database quarterdeck`
      return true
    } catch (error) {
      const code = (error as { code?: string }).code ?? ''
      if (code.startsWith('28'))
        throw new EmbeddedError(`the Postgres in ${path} does not take our password`, { cause: error })
      if (!(await runningServer(path))) return false
      if (Date.now() > until)
        throw new EmbeddedError(`Postgres does not answer (${(error as Error).message}): ${lastLines(logFile)}`)
      await sleep(100)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
}

/** Looks after the server: one that was killed is started again on its port, since the pools know no other. */
function keepRunning(cluster: Cluster, dataDir: string, port: number, log: (message: string) => void) {
  let checking = Promise.resolve()
  let stopped = false
  const check = async () => {
    if (stopped || (await runningServer(cluster.path))) return
    log('the embedded Postgres is gone; starting it again')
    await withStartLock(dataDir, async () => {
      if (stopped || (await runningServer(cluster.path)) || (await freePort(port)) !== port) return
      await startServer(cluster, port)
    })
  }
  const timer = setInterval(() => {
    checking = checking.then(check).catch((error: Error) => log(error.message))
  }, WATCH_EVERY_MS)
  timer.unref()
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await checking
    },
  }
}

const accessFile = (dataDir: string) => join(dataDir, 'postgres.json')

function readAccess(dataDir: string): { password: string; port: number } | undefined {
  const path = accessFile(dataDir)
  return fs.existsSync(path) ? JSON.parse(fs.readFileSync(path, 'utf8')) : undefined
}

/** Renamed into place: a kill halfway must not cost the password. */
function writeAccess(dataDir: string, access: { password: string; port: number }): void {
  const path = accessFile(dataDir)
  fs.writeFileSync(`${path}.new`, JSON.stringify(access), { mode: 0o600 })
  fs.renameSync(`${path}.new`, path)
}

function lastLines(path: string): string {
  const lines = fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim().split('\n') : []
  return lines.slice(-5).join('\n') || 'it said nothing'
}
