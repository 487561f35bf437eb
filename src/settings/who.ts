import { whyNotChange } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'

/** Why an admin cannot change settings; undefined = they can. */
export function whyNotSettings(deps: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  const why = whyNotChange(deps, admin, 'owner')
  if (why !== undefined) return why
  return admin.tenants === null ? undefined : 'These are of all tenants; your account is bound to some.'
}
