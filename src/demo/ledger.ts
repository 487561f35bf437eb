import type { Account } from './account.ts'
import { DAY_MS } from './calendar.ts'
import { accountOfTenant, accountOfUser } from './money.ts'
import type { SimTenant, SimUser, World } from './world.ts'

/** The accounts of all customers, each told once, and told anew when somebody asks beyond what was told. */
export class Ledger {
  readonly #accounts = new Map<string, Account>()
  #horizonMs: number

  constructor(private readonly world: World) {
    this.#horizonMs = world.options.anchorMs + 7 * DAY_MS
    world.usersThrough(world.dayOf(this.#horizonMs))
  }

  /** The account that pays for this user, told at least until `untilMs`. */
  of(user: SimUser, untilMs: number): Account {
    if (user.tenant) return this.ofTenant(user.tenant, untilMs)
    return this.#told(user.id, untilMs, () => accountOfUser(this.world, user, this.#horizonMs))
  }

  ofTenant(tenant: SimTenant, untilMs: number): Account {
    return this.#told(tenant.id, untilMs, () => accountOfTenant(this.world, tenant, this.#horizonMs))
  }

  #told(customerId: string, untilMs: number, tell: () => Account): Account {
    if (untilMs > this.#horizonMs) {
      this.#accounts.clear()
      this.#horizonMs = untilMs + 7 * DAY_MS
      // A tenant's seats depend on who has joined by then.
      this.world.usersThrough(this.world.dayOf(this.#horizonMs))
    }
    const account = this.#accounts.get(customerId) ?? tell()
    this.#accounts.set(customerId, account)
    return account
  }
}
