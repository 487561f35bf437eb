import { createKey, listKeys, revokeKey } from '../auth/keys.ts'
import { KEY_SCOPES, type KeyScope } from '../env.ts'
import { type Command, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

export const keyCreate: Command = {
  name: 'key create',
  usage: '--name NAME --scope read,ingest,act [--tenant ID]…',
  doc: 'Makes an API key and prints just the key. It is stored as a hash: nobody can print it again.',
  options: {
    name: { type: 'string', required: true, doc: 'what the key is for' },
    scope: { type: 'string', required: true, doc: 'read, ingest, act, or several with commas' },
    tenant: { type: 'string', multiple: true, doc: 'bind the key to a tenant; may be repeated' },
  },
  async run({ option, all }) {
    const scopes = option('scope')!
      .split(',')
      .map((scope) => scope.trim())
    for (const scope of scopes)
      if (!KEY_SCOPES.includes(scope as KeyScope))
        throw new UsageError(`key create: there is no scope ${JSON.stringify(scope)}, only ${KEY_SCOPES.join(', ')}`)
    const tenants = all('tenant').length > 0 ? all('tenant') : null
    const key = { name: option('name')!, scopes: scopes as KeyScope[], tenants, createdBy: 'cli' }
    const { secret } = await withCore(({ db }) => createKey(db.sql, key))
    console.log(secret)
    return 0
  },
}

export const keyList: Command = {
  name: 'key list',
  usage: '',
  doc: 'Lists the API keys: id, scopes, last characters, last use, state, name.',
  async run() {
    const keys = await withCore(({ db }) => listKeys(db.sql))
    for (const { id, scopes, hint, lastUsedAt, revokedAt, name } of keys) {
      const used = lastUsedAt ? lastUsedAt.toISOString().slice(0, 16) : 'never used'
      console.log([id, scopes.join(','), `…${hint}`, used, revokedAt ? 'revoked' : 'active', name].join('\t'))
    }
    return 0
  },
}

export const keyRevoke: Command = {
  name: 'key revoke',
  usage: 'ID',
  doc: 'Ends an API key; running servers notice within seconds.',
  positionals: ['ID'],
  async run({ positionals }) {
    if (await withCore(({ db }) => revokeKey(db.sql, positionals[0]!))) return 0
    console.error(`quarterdeck: there is no active key ${positionals[0]}`)
    return 1
  },
}
