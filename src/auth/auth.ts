import type { Deps } from '../context.ts'
import { KeyRing } from './key-ring.ts'
import { Sessions } from './lucia.ts'

export interface Auth {
  sessions: Sessions
  keys: KeyRing
}

const made = new WeakMap<Deps, Auth>()

/** The sessions and keys of an app; one of each, since both remember. */
export function authOf(deps: Deps): Auth {
  let auth = made.get(deps)
  if (!auth) {
    const secure = deps.config.baseUrl.startsWith('https:')
    auth = { sessions: new Sessions(deps.db.sql, { secure }), keys: new KeyRing(deps) }
    made.set(deps, auth)
  }
  return auth
}
