import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { createAdmin } from '../auth/admins.ts'
import { refuseMistypedTenants } from '../auth/tenants.ts'
import type { Deps } from '../context.ts'
import { ROLES, type Role } from '../env.ts'
import { type Command, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

export const adminCreate: Command = {
  name: 'admin create',
  usage: '--email E-MAIL [--role owner] [--name NAME] [--password PASSWORD] [--tenant ID]…',
  doc: 'Makes an account that can sign in. Without --password it is asked for, or read from standard input.',
  options: {
    email: { type: 'string', required: true, doc: 'what to sign in with' },
    role: { type: 'string', doc: `${ROLES.join(', ')}; default owner` },
    name: { type: 'string', doc: 'shown to others' },
    tenant: { type: 'string', multiple: true, doc: 'bind the admin to a tenant; may be repeated' },
    password: { type: 'string', doc: 'stays in the shell history: better left out' },
  },
  async run({ option, all }) {
    const role = option('role') ?? 'owner'
    if (!ROLES.includes(role as Role))
      throw new UsageError(`admin create: there is no role ${JSON.stringify(role)}, only ${ROLES.join(', ')}`)
    const name = option('name')
    const password = option('password') ?? (await askPassword())
    const tenants = all('tenant').length > 0 ? all('tenant') : null
    const admin = { email: option('email')!, role: role as Role, password, tenants, ...(name ? { name } : {}) }
    const make = async (deps: Deps) => {
      await refuseMistypedTenants(deps, tenants)
      return createAdmin(deps.db.sql, admin)
    }
    const { email } = await withCore(make, { first: true })
    console.log(`${email} can sign in as ${role}`)
    return 0
  },
}

/** A line from the terminal, unseen, or from a pipe. */
async function askPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY })
  if (process.stdin.isTTY) process.stderr.write('Password: ')
  try {
    for await (const line of lines) return line
    throw new UsageError('admin create: no password was given')
  } finally {
    lines.close()
    if (process.stdin.isTTY) process.stderr.write('\n')
  }
}
