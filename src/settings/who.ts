import { whyNotRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'

/** Why an admin cannot change settings; undefined = they can. */
export function whyNotSettings({ config }: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  if (config.readOnly) return 'Quarterdeck runs with READ_ONLY=1.'
  const why = whyNotRole(admin, 'owner')
  if (why !== undefined) return why
  return admin.tenants === null ? undefined : 'These are of all tenants; your account is bound to some.'
}
