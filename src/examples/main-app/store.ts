import { type AppConfig, firstConfig } from './config.ts'

/** What this product knows. A real one has a database; here it is gone with the process. */

export interface AppUser {
  id: string
  email: string
  username: string
  plan: string
  status: 'active' | 'suspended' | 'banned' | 'deleted'
  tenantId: string
  /** What is allowed beyond the plan, by name. */
  limits: Record<string, number>
  trialEndsMs?: number
  feesWaivedUntilMs?: number
}

export interface Build {
  id: string
  kind: string
  userId: string
  tenantId: string
  objectId?: string
  status: string
  attempt: number
  error?: string
  atMs: number
}

export interface Plan {
  id: string
  name: string
  limits: Readonly<Record<string, number>>
}

/** What was answered under a key. */
export interface Remembered {
  /** What it was asked for with: another request under the same key is a mistake. */
  request: string
  answer: Record<string, unknown>
  atMs: number
}

export interface Visit {
  userId: string
  by: string
  /** Until when the link opens. */
  linkEndsMs: number
  endsMs: number
  opened: boolean
}

const KEY_MEMORY_MS = 24 * 3_600_000
const BUILDS_OF_A_USER = 20

export class Store {
  readonly users = new Map<string, AppUser>()
  readonly builds = new Map<string, Build[]>()
  readonly visits = new Map<string, Visit>()
  /** Ids in the order in which they were acted on. */
  readonly touched = new Set<string>()
  readonly config: AppConfig
  readonly #answers = new Map<string, Remembered>()

  constructor(readonly plans: readonly Plan[]) {
    this.config = firstConfig(plans)
  }

  /** A user as they are now; what is not given stays. */
  put(user: Partial<AppUser> & { id: string }): AppUser {
    const empty: AppUser = {
      id: user.id,
      email: '',
      username: '',
      plan: this.plans[0]?.id ?? '',
      status: 'active',
      tenantId: '',
      limits: {},
    }
    const made = Object.assign(this.users.get(user.id) ?? empty, user)
    this.users.set(user.id, made)
    return made
  }

  byEmail(email: string): AppUser | undefined {
    const wanted = email.toLowerCase()
    return [...this.users.values()].find((user) => user.email.toLowerCase() === wanted && user.status !== 'deleted')
  }

  /** A build as it stands now; of each user the last ones are kept, the newest first. */
  putBuild(build: Build): void {
    const others = (this.builds.get(build.userId) ?? []).filter(({ id }) => id !== build.id)
    const sorted = [build, ...others].sort((a, b) => b.atMs - a.atMs)
    this.builds.set(build.userId, sorted.slice(0, BUILDS_OF_A_USER))
  }

  answered(key: string, nowMs: number): Remembered | undefined {
    const known = this.#answers.get(key)
    return known && nowMs - known.atMs < KEY_MEMORY_MS ? known : undefined
  }

  remember(key: string, one: Remembered): void {
    for (const [old, { atMs }] of this.#answers) {
      if (one.atMs - atMs < KEY_MEMORY_MS) break
      this.#answers.delete(old)
    }
    this.#answers.set(key, one)
  }

  isActive(userId: string): boolean {
    return (this.users.get(userId)?.status ?? 'active') === 'active'
  }
}
