import { whyNotChange } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Role, Who } from '../env.ts'

/** Alerts are told of all tenants together. @throws Forbidden for who is bound to some */
export const requireWhole = <W extends Who>(who: W): W => requireAllTenants(who, 'Channels are')

/** Why an admin cannot configure channels; undefined = they can. */
export const whyNotConfigure = (deps: Pick<Deps, 'config'>, admin: AdminWho) => whyNot(deps, admin, 'owner')
/** Why an admin cannot send anything; undefined = they can. */
export const whyNotSend = (deps: Pick<Deps, 'config'>, admin: AdminWho) => whyNot(deps, admin, 'operator')

function whyNot(deps: Pick<Deps, 'config'>, admin: AdminWho, role: Role): string | undefined {
  return whyNotChange(deps, admin, role)
}
