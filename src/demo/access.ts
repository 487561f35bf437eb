import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { changePassword, createAdmin, findAdminByEmail } from '../auth/admins.ts'
import { createKey, findKey } from '../auth/keys.ts'
import { randomText } from '../auth/secrets.ts'
import type { Deps } from '../context.ts'

/** What opens the demo, kept beside its data so that each start can tell it. */
export interface Access {
  email: string
  password: string
  key: string
  /** Of the simulated product, whose address is part of the probes' history. */
  productPort: number
  /** Of its API, which actions ask. */
  mainAppPort: number
}

const EMAIL = 'demo@acme.example'

/** The demo's admin and API key: made on the first start, random, and kept in a file that only its owner can read. */
export async function ensureAccess(deps: Deps): Promise<Access> {
  const kept = await readAccess(deps)
  const access = {
    email: EMAIL,
    password: kept.password ?? randomText(12),
    key: await ensureKey(deps, kept.key),
    productPort: kept.productPort ?? 0,
    mainAppPort: kept.mainAppPort ?? 0,
  }
  await ensureAdmin(deps, access.password, kept.password === undefined)
  await saveAccess(deps, access)
  return access
}

/** Keeps what has changed. */
export async function saveAccess({ config }: Deps, access: Access): Promise<void> {
  await writeFile(fileOf(config.dataDir), `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 })
}

async function readAccess({ config }: Deps): Promise<Partial<Access>> {
  try {
    return JSON.parse(await readFile(fileOf(config.dataDir), 'utf8')) as Partial<Access>
  } catch {
    // Not there, or not whole: all of it can be made anew.
    return {}
  }
}

const fileOf = (dataDir: string): string => join(dataDir, 'demo.json')

async function ensureKey(deps: Deps, kept: string | undefined): Promise<string> {
  if (kept !== undefined && (await findKey(deps, kept))) return kept
  const { secret } = await createKey(deps.db.sql, { name: 'demo', scopes: ['read', 'ingest'] })
  return secret
}

async function ensureAdmin({ db }: Deps, password: string, isNew: boolean): Promise<void> {
  const admin = await findAdminByEmail(db.sql, EMAIL)
  if (!admin) await createAdmin(db.sql, { email: EMAIL, name: 'Demo', role: 'owner', password }, 'demo')
  else if (isNew) await changePassword(db.sql, admin, password)
}
