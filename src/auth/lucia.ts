/** The only file that knows lucia. Replace it here if its last version must go. */
import { PostgresJsAdapter } from '@lucia-auth/adapter-postgresql'
import { type Adapter, Lucia, TimeSpan } from 'lucia'
import type { Sql } from '../db/connect.ts'
import type { AdminWho, Preferences, Role } from '../env.ts'
import { Lru } from '../lib/lru.ts'
import { Lookups } from './lookup.ts'
import { sha256 } from './secrets.ts'

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof makeLucia>
    DatabaseSessionAttributes: SessionColumns
    DatabaseUserAttributes: AdminColumns
  }
}

interface SessionColumns {
  ip: string
  user_agent: string
  created_at?: Date
  proved_at?: Date
}

interface AdminColumns {
  email: string
  name: string | null
  role: Role
  tenants: string[] | null
  preferences: Preferences
  disabled_at: Date | null
}

export interface Device {
  ip: string
  userAgent: string
}

export interface OwnSession extends Device {
  /** The stored (hashed) id: enough to revoke it, useless as a cookie. */
  id: string
  createdAt: Date
  expiresAt: Date
}

interface Known {
  admin: AdminWho
  expiresAt: Date
}

/** lucia's ids are 40 characters of base32; anything else is not worth a question to the database. */
const ID_PATTERN = /^[a-z0-9]{40}$/

/** Sign-in sessions of admins: made, recognised, listed, ended. */
export class Sessions {
  readonly #lucia: ReturnType<typeof makeLucia>
  readonly #sql: Sql
  readonly #known = new Lookups<Known>({ freshMs: 5_000, max: 1_000 })
  /** Polls come with the same few ids, and hashing one is dearer than finding it. */
  readonly #hashes = new Lru<string>(1_000)

  constructor(sql: Sql, options: { secure: boolean }) {
    this.#sql = sql
    this.#lucia = makeLucia(sql, options.secure)
  }

  /** Always a new id, so that nobody can be made to sign in to an id that somebody else knows. */
  async open(adminId: string, device: Device): Promise<{ setCookie: string; cookie: string }> {
    const session = await this.#lucia.createSession(adminId, {
      ip: clean(device.ip, 60),
      user_agent: clean(device.userAgent, 300),
    })
    const cookie = this.#lucia.createSessionCookie(session.id)
    return { setCookie: cookie.serialize(), cookie: `${cookie.name}=${cookie.value}` }
  }

  /** The admin whose session the Cookie header holds, and a renewed cookie after half of its 30 days. */
  async recognise(cookies: string | undefined): Promise<{ admin: AdminWho; renewed?: string } | null> {
    const id = this.#idOf(cookies)
    if (id === null) return null
    let renewed: string | undefined
    const known = await this.#known.get(this.#hashes.of(id, sha256), async () => {
      const { session, user } = await this.#lucia.validateSession(id)
      if (!session || user.disabledAt) return null
      if (session.fresh) renewed = this.#lucia.createSessionCookie(id).serialize()
      const { disabledAt: _, ...admin } = user
      const { provedAt, expiresAt } = session
      return { admin: { kind: 'admin', ...admin, sessionId: sha256(id), provedAt }, expiresAt }
    })
    if (!known || known.expiresAt.getTime() <= Date.now()) return null
    return { admin: known.admin, renewed }
  }

  /** The admin of the Cookie header if they were recognised in the last seconds; nothing is asked. */
  known(cookies: string | undefined): AdminWho | undefined {
    const id = this.#idOf(cookies)
    const known = id === null ? undefined : this.#known.fresh(this.#hashes.of(id, sha256))
    return known && known.expiresAt.getTime() > Date.now() ? known.admin : undefined
  }

  /** Ends the session of the Cookie header; answers the cookie that removes it from the browser. */
  async close(cookies: string | undefined): Promise<string> {
    const id = this.#idOf(cookies)
    if (id !== null) {
      this.#known.drop(sha256(id))
      await this.#lucia.invalidateSession(id)
    }
    return this.#lucia.createBlankSessionCookie().serialize()
  }

  /** The living sessions of an admin, newest first. */
  async list(adminId: string): Promise<OwnSession[]> {
    const sessions = await this.#lucia.getUserSessions(adminId)
    return sessions
      .map(({ id, ip, userAgent, createdAt, expiresAt }) => ({ id, ip, userAgent, createdAt, expiresAt }))
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  }

  /** Ends one of an admin's own sessions by its stored id. @returns whether there was one. */
  async revoke(adminId: string, storedId: string): Promise<boolean> {
    this.#known.drop(storedId)
    const ended = await this
      .#sql`delete from admin_sessions where id = ${storedId} and user_id = ${adminId} returning id`
    return ended.length > 0
  }

  /** Ends all sessions of an admin but one. @returns how many */
  async revokeAll(adminId: string, but = ''): Promise<number> {
    const ended = await this.#sql<{ id: string }[]>`
      delete from admin_sessions where user_id = ${adminId} and id <> ${but} returning id`
    for (const { id } of ended) this.#known.drop(id)
    return ended.length
  }

  /** Notes that who holds this session has just proved to be its admin. */
  async prove(storedId: string): Promise<void> {
    await this.#sql`update admin_sessions set proved_at = now() where id = ${storedId}`
    this.#known.drop(storedId)
  }

  /** After admins were changed in this process, by others than themselves. */
  forgetAll(): void {
    this.#known.clear()
  }

  /** After an admin was changed in this process (preferences, role), the next request reads them anew. */
  forget(storedId: string): void {
    this.#known.drop(storedId)
  }

  #idOf(cookies: string | undefined): string | null {
    const id = cookies === undefined ? null : this.#lucia.readSessionCookie(cookies)
    return id !== null && ID_PATTERN.test(id) ? id : null
  }
}

function makeLucia(sql: Sql, secure: boolean) {
  return new Lucia(hashedIds(new PostgresJsAdapter(sql, { user: 'admins', session: 'admin_sessions' })), {
    sessionExpiresIn: new TimeSpan(30, 'd'),
    // The __Host- prefix keeps other subdomains from planting a session; browsers want it Secure.
    sessionCookie: { name: secure ? '__Host-qd_session' : 'qd_session', attributes: { secure, sameSite: 'lax' } },
    getSessionAttributes: (row: SessionColumns) => ({
      ip: row.ip,
      userAgent: row.user_agent,
      createdAt: row.created_at ?? new Date(),
      provedAt: row.proved_at ?? new Date(),
    }),
    getUserAttributes: (row: AdminColumns) => ({
      email: row.email,
      name: row.name,
      role: row.role,
      tenants: row.tenants,
      preferences: row.preferences,
      disabledAt: row.disabled_at,
    }),
  })
}

/** The table holds SHA-256 of what the cookie holds: a stolen table opens nothing. */
function hashedIds(inner: Adapter): Adapter {
  return {
    getSessionAndUser: async (id) => {
      const [session, user] = await inner.getSessionAndUser(sha256(id))
      // lucia renews and deletes by the id it is given here, through this wrapper: it must get the cookie's.
      return [session && { ...session, id }, user]
    },
    getUserSessions: (userId) => inner.getUserSessions(userId),
    setSession: (session) => inner.setSession({ ...session, id: sha256(session.id) }),
    updateSessionExpiration: (id, expiresAt) => inner.updateSessionExpiration(sha256(id), expiresAt),
    deleteSession: (id) => inner.deleteSession(sha256(id)),
    deleteUserSessions: (userId) => inner.deleteUserSessions(userId),
    deleteExpiredSessions: () => inner.deleteExpiredSessions(),
  }
}

function clean(text: string, length: number): string {
  return text.replaceAll('\0', '').slice(0, length)
}
