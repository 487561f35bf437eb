import type { Logger } from 'pino'

export const ROLES = ['viewer', 'operator', 'owner'] as const
/** viewer reads, operator acts, owner configures; each may what the one before may. */
export type Role = (typeof ROLES)[number]

export const KEY_SCOPES = ['read', 'ingest', 'act'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

export const THEMES = ['light', 'dark', 'system'] as const
export type Theme = (typeof THEMES)[number]

/** What an admin chose for themselves; absent = the default. */
export interface Preferences {
  theme?: Theme
  /** Auto-refresh of live parts; on unless switched off. */
  refresh?: boolean
  /** The columns of the list of users; absent = those that everybody sees first. */
  userColumns?: string[] | null
}

export interface AdminWho {
  kind: 'admin'
  id: string
  email: string
  name: string | null
  role: Role
  preferences: Preferences
  /** The tenants the admin is bound to; null = all. */
  tenants: string[] | null
  /** The stored (hashed) id of the session, which marks "this device". */
  sessionId: string
  /** When they last proved to be who they are: by signing in, or when they were asked again. */
  provedAt?: Date
}

export interface KeyWho {
  kind: 'key'
  id: string
  name: string
  scopes: KeyScope[]
  tenants: string[] | null
  /** Of a token: what the admin whose it is may now. Keys that an owner made have none. */
  role?: Role
}

/** Who asks: a person with a session, or a program with a key. */
export type Who = AdminWho | KeyWho

export interface Env {
  Variables: {
    who: Who | null
    requestId: string
    log: Logger
  }
}
