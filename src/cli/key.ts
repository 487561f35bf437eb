import { createKey, type ListedKey, listKeys, revokeKey } from '../auth/keys.ts'
import { createPublicKey, type ListedPublicKey, listPublicKeys, revokePublicKey } from '../auth/public-keys.ts'
import { checkKeyTenants } from '../auth/tenants.ts'
import type { Deps } from '../context.ts'
import { KEY_SCOPES, type KeyScope } from '../env.ts'
import { type Command, type Given, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

export const keyCreate: Command = {
  name: 'key create',
  usage: '--name NAME (--scope read,ingest,act | --public --origin URL) [--tenant ID]…',
  doc: 'Makes an API key and prints just the key. It is stored as a hash: nobody can print it again. With --public it is one for the pages of a product, which can send what browsers tell, and nothing else.',
  options: {
    name: { type: 'string', required: true, doc: 'what the key is for' },
    scope: { type: 'string', doc: 'read, ingest, act, or several with commas' },
    public: {
      type: 'boolean',
      doc: 'a key for browsers: everybody may read it, only the pages of its origins may use it',
    },
    origin: { type: 'string', multiple: true, doc: 'https://app.example.com, or several with commas; with --public' },
    tenant: { type: 'string', multiple: true, doc: 'bind the key to a tenant; may be repeated' },
  },
  async run(given) {
    const make = given.flag('public') ? publicKey(given) : secretKey(given)
    console.log(await withCore(make, { first: true }))
    return 0
  },
}

type Make = (deps: Deps) => Promise<string>

function publicKey({ option, all }: Given): Make {
  if (option('scope') !== undefined)
    throw new UsageError('key create: a public key has no --scope, it can do one thing only')
  const origins = all('origin').flatMap(parts)
  if (origins.length === 0) throw new UsageError('key create: --origin is missing')
  const key = { name: option('name')!, origins, tenants: tenantsOf(all('tenant')), createdBy: 'cli' }
  return async (deps) => {
    await sayUnknown(deps, { ...key, scopes: ['ingest'] })
    return (await createPublicKey(deps.db.sql, key)).key
  }
}

function secretKey({ option, all }: Given): Make {
  if (all('origin').length > 0) throw new UsageError('key create: --origin goes with --public')
  if (option('scope') === undefined) throw new UsageError('key create: --scope is missing')
  const scopes = parts(option('scope')!)
  for (const scope of scopes)
    if (!KEY_SCOPES.includes(scope as KeyScope))
      throw new UsageError(`key create: there is no scope ${JSON.stringify(scope)}, only ${KEY_SCOPES.join(', ')}`)
  const key = {
    name: option('name')!,
    scopes: scopes as KeyScope[],
    tenants: tenantsOf(all('tenant')),
    createdBy: 'cli',
  }
  return async (deps) => {
    await sayUnknown(deps, key)
    return (await createKey(deps.db.sql, key)).secret
  }
}

/** Beside the key, which is all that standard output has. @throws Problem 422 for a key that would read nothing */
async function sayUnknown(deps: Deps, key: Parameters<typeof checkKeyTenants>[1]): Promise<void> {
  const unknown = await checkKeyTenants(deps, key)
  if (unknown) console.error(`quarterdeck: ${unknown}`)
}

const parts = (text: string): string[] => text.split(',').map((part) => part.trim())
const tenantsOf = (ids: string[]): string[] | null => (ids.length > 0 ? ids : null)

export const keyList: Command = {
  name: 'key list',
  usage: '',
  doc: 'Lists the API keys: id, scopes, last characters, last use, state, name. A public key is shown whole, with its origins.',
  async run() {
    const { keys, publicKeys } = await withCore(async ({ db }) => ({
      keys: await listKeys(db.sql),
      publicKeys: await listPublicKeys(db.sql),
    }))
    for (const key of keys) console.log(lineOf(key, key.scopes.join(','), `…${key.hint}`))
    for (const key of publicKeys) console.log(`${lineOf(key, 'public', key.key)}\t${key.origins.join(',')}`)
    return 0
  },
}

function lineOf(
  { id, lastUsedAt, revokedAt, name }: ListedKey | ListedPublicKey,
  scopes: string,
  hint: string,
): string {
  const used = lastUsedAt ? lastUsedAt.toISOString().slice(0, 16) : 'never used'
  return [id, scopes, hint, used, revokedAt ? 'revoked' : 'active', name].join('\t')
}

export const keyRevoke: Command = {
  name: 'key revoke',
  usage: 'ID',
  doc: 'Ends an API key; running servers notice within seconds.',
  positionals: ['ID'],
  async run({ positionals }) {
    const id = positionals[0]!
    const revoke = id.startsWith('pub_') ? revokePublicKey : revokeKey
    if (await withCore(({ db }) => revoke(db.sql, id))) return 0
    console.error(`quarterdeck: there is no active key ${id}`)
    return 1
  },
}
