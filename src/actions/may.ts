import { READ_ONLY, whyNotRole } from '../auth/guards.ts'
import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import type { Action, FieldValues } from './types.ts'

/** Why nobody can act here at all, in a sentence; undefined = there is a main app that may be asked to act. */
export function whyNoActions(deps: Pick<Deps, 'config'>): string | undefined {
  return deps.config.readOnly ? READ_ONLY : whyNoMainApp(deps)
}

/** Why the main app cannot even be asked how things stand. */
export function whyNoMainApp({ config }: Pick<Deps, 'config'>): string | undefined {
  if (config.mainAppUrl === '') return 'No main app is configured: set MAIN_APP_URL and MAIN_APP_SECRET.'
  if (config.mainAppSecret === '') return 'The main app would not believe us: set MAIN_APP_SECRET.'
  return undefined
}

/** Why somebody cannot do this: a word or two for a menu, a sentence for everything else. */
export interface Off {
  short: string
  why: string
}

/** Why an action is switched off for somebody; undefined = they can do it. */
export function whyNot(deps: Pick<Deps, 'config'>, who: Who, action: Action): Off | undefined {
  const none = whyNoActions(deps)
  if (none) return { short: deps.config.readOnly ? 'read-only' : 'no main app', why: none }
  const role = whyNotRole(who, action.role)
  if (role !== undefined) return { short: `${action.role} only`, why: role }
  if (action.on === 'product' && who.tenants !== null)
    return { short: 'all tenants', why: 'This is of all tenants together; your access is bound to some of them.' }
  if (action.personal && deps.config.privacy === 'strict')
    return { short: 'strict privacy', why: 'In privacy mode strict nobody looks at what is a user’s.' }
  return undefined
}

/** Who is bound to tenants makes users of theirs only. @throws Forbidden */
export function requireTenant(who: Who, { creates }: Action, { tenant }: FieldValues): void {
  if (creates && !mayTenant(who, tenant === undefined ? '' : String(tenant)))
    throw new Forbidden('Your access is bound to tenants: name one of yours.').at('tenant')
}

/** @throws Forbidden, or Problem 503 where there is no main app */
export function requireAction(deps: Pick<Deps, 'config'>, who: Who, action: Action): void {
  const off = whyNot(deps, who, action)
  if (!off) return
  if (off.short === 'no main app') throw new Problem(503, 'No main app', off.why)
  throw new Forbidden(off.why)
}
