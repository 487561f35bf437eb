import { audit } from '../audit/audit.ts'
import { findAdminByEmail } from '../auth/admins.ts'
import { makePasswordLink } from '../auth/links.ts'
import { disableSecondFactor } from '../auth/second-factor.ts'
import type { Deps } from '../context.ts'
import type { Command } from './command.ts'
import { withCore } from './with-core.ts'

export const adminReset: Command = {
  name: 'admin reset',
  usage: 'E-MAIL [--one-step]',
  doc: 'Prints a link at which an admin chooses a new password; it is good once, for an hour.',
  positionals: ['E-MAIL'],
  options: {
    'one-step': { type: 'boolean', doc: 'takes the second step of signing in away as well' },
  },
  async run({ positionals, flag }) {
    const email = positionals[0]!
    const link = await withCore((deps) => reset(deps, email, flag('one-step')))
    if (link === null) {
      console.error(`quarterdeck: there is no admin ${email} who can sign in`)
      return 1
    }
    console.log(link)
    return 0
  },
}

async function reset(deps: Deps, email: string, oneStep: boolean): Promise<string | null> {
  const { sql } = deps.db
  const admin = await findAdminByEmail(sql, email)
  if (!admin || admin.disabledAt) return null
  return (await sql.begin(async (tx) => {
    if (oneStep) await disableSecondFactor(tx, admin.id, 'cli')
    await audit(tx, { actor: 'cli', action: 'admin.reset-link', target: `admin:${admin.id}` })
    return makePasswordLink(tx, deps, admin.id, 'reset')
  })) as string
}
