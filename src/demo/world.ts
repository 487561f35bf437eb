import { type Calendar, calendar, DAY_MS, HOUR_MS, MINUTE_MS, weekRhythm } from './calendar.ts'
import { personName } from './names.ts'
import { DESKTOPS, HOUR_WEIGHTS, PHONES, PLACES, type Place } from './places.ts'
import { Random } from './random.ts'
import { TENANTS, type TenantScript } from './tenants.ts'

export interface WorldOptions {
  seed: number
  /** Users who have signed up by the end of the anchor day. */
  users: number
  days: number
  /** 00:00 UTC of day 0. */
  anchorMs: number
}

export type UserType = 'power' | 'regular' | 'casual' | 'oneDay'

export interface SimUser {
  id: string
  type: UserType
  place: Place
  city: string
  name: string
  username: string
  email: string
  signIn: 'google' | 'github' | 'gitlab' | 'bitbucket' | 'email'
  referrer: string
  tenant: SimTenant | undefined
  createdMs: number
  /** No activity from then on. */
  lapsesMs: number
  /** … but for those who come back. */
  returnsMs: number
  anonymousId: string
  ip: string
  agents: string[]
  invitedBy: SimUser | undefined
  invitedMs: number
}

export interface SimTenant extends TenantScript {
  createdMs: number
  members: SimUser[]
}

const TYPES: { type: UserType; weight: number; lapseDays: number }[] = [
  { type: 'power', weight: 7, lapseDays: 600 },
  { type: 'regular', weight: 31, lapseDays: 210 },
  { type: 'casual', weight: 38, lapseDays: 80 },
  { type: 'oneDay', weight: 24, lapseDays: 3 },
]
const SIGN_INS = [
  { weight: 44, name: 'google' as const },
  { weight: 27, name: 'github' as const },
  { weight: 5, name: 'gitlab' as const },
  { weight: 3, name: 'bitbucket' as const },
  { weight: 21, name: 'email' as const },
]
const REFERRERS = [
  { weight: 34, name: 'direct' },
  { weight: 28, name: 'google.com' },
  { weight: 12, name: 'news.ycombinator.com' },
  { weight: 11, name: 'youtube.com' },
  { weight: 9, name: 'linkedin.com' },
  { weight: 6, name: 'reddit.com' },
]
/** Sign-ups double in this many days. */
const DOUBLING_DAYS = 95
/** How long before the charts begin the oldest user signed up; the doors take nothing older than 400 days. */
const PAST_DAYS = 230
const TENANT_SHARE = 0.19

/**
 * The cast of the simulation. Who exists depends on the seed, the number of users and the anchor day alone; the days
 * after the anchor go on by the same rule, so live traffic continues what the history began.
 */
export class World {
  readonly options: WorldOptions
  readonly calendar: Calendar
  readonly tenants: SimTenant[]
  readonly users: SimUser[] = []
  readonly startDay: number
  #nextDay: number
  #weightSoFar = 0
  readonly #weightTotal: number

  constructor(options: WorldOptions) {
    this.options = options
    this.calendar = calendar(options.anchorMs, options.days)
    this.startDay = -Math.min(options.days + PAST_DAYS, 390)
    this.#nextDay = this.startDay
    this.tenants = TENANTS.slice(0, options.users < 300 ? 5 : TENANTS.length).map((script) => ({
      ...script,
      createdMs: options.anchorMs + Math.floor(script.age * this.startDay) * DAY_MS + 8.3 * HOUR_MS,
      members: [],
    }))
    let total = 0
    for (let day = this.startDay; day <= 0; day++) total += this.#signUpWeight(day)
    this.#weightTotal = total
  }

  dayMs(day: number): number {
    return this.options.anchorMs + day * DAY_MS
  }

  dayOf(ms: number): number {
    return Math.floor((ms - this.options.anchorMs) / DAY_MS)
  }

  /** Everybody who signs up until the end of that day, in order of sign-up day. */
  usersThrough(day: number): SimUser[] {
    for (; this.#nextDay <= day; this.#nextDay++) this.#signUps(this.#nextDay)
    return this.users
  }

  #signUpWeight(day: number): number {
    const { fromDay, toDay } = this.calendar.agencyWeek
    const campaign = day >= fromDay && day < toDay ? 2.1 : 1
    return 2 ** (day / DOUBLING_DAYS) * weekRhythm(this.dayMs(day)) * campaign
  }

  #signUps(day: number): void {
    const before = Math.round((this.options.users * this.#weightSoFar) / this.#weightTotal)
    this.#weightSoFar += this.#signUpWeight(day)
    const after = Math.round((this.options.users * this.#weightSoFar) / this.#weightTotal)
    const today: SimUser[] = []
    for (let k = 0; k < after - before; k++) today.push(this.#signUp(day, k, before + k))
    for (const user of today) {
      this.users.push(user)
      user.tenant?.members.push(user)
    }
  }

  #signUp(day: number, k: number, serial: number): SimUser {
    const random = new Random(this.options.seed, 'user', day, k)
    const profile = random.weighted(TYPES)
    const tenant = this.#tenantFor(random, day)
    const place = (tenant && PLACES.find((p) => p.country === tenant.country)) ?? random.weighted(PLACES)
    const createdMs = this.dayMs(day) + timeOfDay(random, place)
    const lapsesMs = createdMs + (1 + random.exponential(profile.lapseDays)) * DAY_MS
    const { fromDay, toDay } = this.calendar.agencyWeek
    const invitedMs = createdMs - random.between(0.5, 40) * HOUR_MS
    const invitedBy = !tenant && random.chance(0.13) ? this.#inviter(random, invitedMs) : undefined
    const campaign = day >= fromDay && day < toDay && random.chance(0.5)
    const desktop = random.weighted(DESKTOPS).agent
    return {
      id: `usr_${random.uuid(createdMs).replaceAll('-', '').slice(4, 20)}`,
      type: profile.type,
      place,
      city: random.pick(place.cities),
      ...personName(random, serial.toString(36), tenant?.domain),
      signIn: tenant && random.chance(0.5) ? 'google' : random.weighted(SIGN_INS).name,
      referrer: invitedBy ? 'invite' : campaign ? 'agency-week' : random.weighted(REFERRERS).name,
      tenant,
      createdMs,
      lapsesMs,
      returnsMs: random.chance(0.12) ? lapsesMs + random.between(34, 70) * DAY_MS : Number.POSITIVE_INFINITY,
      anonymousId: random.uuid(createdMs),
      ip: `${random.pick(place.networks)}.${random.int(0, 255)}.${random.int(2, 250)}`,
      agents: random.chance(0.28) ? [desktop, desktop, random.weighted(PHONES).agent] : [desktop],
      invitedBy,
      invitedMs,
    }
  }

  #tenantFor(random: Random, day: number): SimTenant | undefined {
    const open = this.tenants.filter((tenant) => this.dayOf(tenant.createdMs) < day)
    // The first sign-ups after a tenant's start are its founders, so that none stays empty.
    const young = open.find((tenant) => tenant.members.length < 3)
    return young ?? (random.chance(TENANT_SHARE) && open.length > 0 ? random.weighted(open) : undefined)
  }

  /** Those who invite are those who like the product and are still here. */
  #inviter(random: Random, atMs: number): SimUser | undefined {
    for (let tries = 0; tries < 8 && this.users.length > 0; tries++) {
      const user = random.pick(this.users)
      const keen = user.type === 'power' || user.type === 'regular'
      if (keen && user.createdMs < atMs && user.lapsesMs > atMs) return user
    }
    return undefined
  }
}

/** Milliseconds into the UTC day at which somebody at that place sits down: their own clock decides. */
export function timeOfDay(random: Random, place: Place): number {
  const hour = random.weighted(HOURS).hour
  return ((hour - place.offset + 24) % 24) * HOUR_MS + random.next() * 60 * MINUTE_MS
}

const HOURS = HOUR_WEIGHTS.map((weight, hour) => ({ weight, hour }))
