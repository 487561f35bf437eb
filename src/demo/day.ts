import { DAY_MS, iso, MINUTE_MS, weekRhythm } from './calendar.ts'
import { Emitter, type Window } from './emitter.ts'
import type { Ledger } from './ledger.ts'
import { Random } from './random.ts'
import { simulateRefreshes } from './refresh.ts'
import { Session } from './session.ts'
import { type SimUser, timeOfDay, type World } from './world.ts'

/** Who is there, from when to when. */
export interface Visit {
  user: SimUser
  startMs: number
  endMs: number
}

/** Everything that users and their sites do on one UTC day, cut to the window. */
export function simulateDay(world: World, ledger: Ledger, day: number, window: Window, visits: Visit[]): Emitter {
  const out = new Emitter(window)
  for (const user of world.usersThrough(day + 2)) {
    const signUpDay = world.dayOf(user.createdMs)
    if (signUpDay === day) arrives(world, user, out)
    if (signUpDay > day) continue
    const random = new Random(world.options.seed, user.id, day)
    if (signUpDay !== day && !random.chance(presence(world, ledger, user, day))) continue
    for (const session of visitsOf(world, user, day, random, out)) {
      visits.push({ user, startMs: session.startMs, endMs: session.endMs })
    }
  }
  simulateRefreshes(world, day, out)
  return out
}

/** How likely a user shows up that day: by type, time since sign-up, day of the week, and what became of the plan. */
function presence(world: World, ledger: Ledger, user: SimUser, day: number): number {
  const dayMs = world.dayMs(day)
  const returned = dayMs >= user.returnsMs && dayMs < user.returnsMs + 25 * DAY_MS
  if (dayMs >= user.lapsesMs && !returned) return 0
  const age = (dayMs - user.createdMs) / DAY_MS
  const status = ledger.of(user, dayMs).planAt(dayMs).status
  const plan = status === 'cancelled' ? 0.25 : status === 'active' ? 1.2 : 1
  return Math.min(0.97, HABIT[user.type](age) * plan * weekRhythm(dayMs))
}

const HABIT: Record<SimUser['type'], (age: number) => number> = {
  power: (age) => 0.68 + 0.14 * Math.exp(-age / 60),
  regular: (age) => 0.2 + 0.36 * Math.exp(-age / 30),
  casual: (age) => 0.06 + 0.26 * Math.exp(-age / 14),
  oneDay: (age) => (age < 8 ? 0.04 : 0),
}
const MORE_VISITS: Record<SimUser['type'], number> = { power: 1.6, regular: 0.7, casual: 0.25, oneDay: 0.1 }

function visitsOf(world: World, user: SimUser, day: number, random: Random, out: Emitter): Session[] {
  const isFirstDay = world.dayOf(user.createdMs) === day
  const starts = Array.from({ length: random.poisson(MORE_VISITS[user.type]) + (isFirstDay ? 0 : 1) }, () => {
    const startMs = world.dayMs(day) + timeOfDay(random, user.place)
    return isFirstDay ? Math.max(startMs, user.createdMs + 90 * MINUTE_MS) : startMs
  })
  const sessions = (isFirstDay ? [user.createdMs, ...starts] : starts).map(
    (startMs) => new Session(world, user, startMs, random, out),
  )
  for (const [n, session] of sessions.entries()) session.play(isFirstDay && n === 0)
  return sessions
}

/** Before the sign-up: the invitation, and the visit to the site under an anonymous id. */
function arrives(world: World, user: SimUser, out: Emitter): void {
  const random = new Random(world.options.seed, 'arrives', user.id)
  const seenMs = user.createdMs - random.between(1, 25) * MINUTE_MS
  const page = { ts: iso(seenMs), type: 'page', name: 'Home', anonymous_id: user.anonymousId, ip: user.ip }
  const properties = { path: '/', referrer: user.referrer }
  out.emit('events', seenMs, { ...page, user_agent: user.agents[0], properties }, random.uuid(seenMs))
  const since = iso(user.createdMs)
  out.emit('identities', user.createdMs, { anonymous_id: user.anonymousId, user_id: user.id, since })
  const { invitedBy: inviter, invitedMs } = user
  if (!inviter) return
  const sent = { ts: iso(invitedMs), name: 'invite_sent', user_id: inviter.id, tenant_id: inviter.tenant?.id }
  out.emit('events', invitedMs, { ...sent, ip: inviter.ip, user_agent: inviter.agents[0] }, random.uuid(invitedMs))
  const invite = { id: `inv_${user.id.slice(4)}`, user_id: inviter.id, tenant_id: inviter.tenant?.id, channel: 'email' }
  const told = { ...invite, sent_at: iso(invitedMs) }
  out.emit('invites', invitedMs, { ...told, status: 'sent', updated_at: iso(invitedMs) })
  const accepted = { status: 'accepted', accepted_at: since, accepted_user_id: user.id, updated_at: since }
  out.emit('invites', user.createdMs, { ...told, ...accepted })
}
