import { isAllowed } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'

/** Why an admin cannot change settings; undefined = they can. */
export function whyNotSettings({ config }: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  if (config.readOnly) return 'Quarterdeck runs with READ_ONLY=1.'
  if (!isAllowed({ role: 'owner' }, admin)) return `This needs the role owner; yours is ${admin.role}.`
  if (admin.tenants !== null) return 'These are of all tenants; your account is bound to some.'
  return undefined
}
