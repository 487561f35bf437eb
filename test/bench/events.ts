import { randomUUID } from 'node:crypto'
import type { FactIn } from '../../src/facts/types.ts'

export interface Traffic {
  events: number
  users: number
  from: Date
  until: Date
}

const TENANTS = 20
const EVENTS_PER_SESSION = 8
const SESSION_MINUTES = 10
const VERBS = ['opened', 'created', 'updated', 'shared', 'exported', 'deleted', 'previewed', 'searched']
const NOUNS = ['project', 'build', 'file', 'template', 'invoice']
const NAMES = NOUNS.flatMap((noun) => VERBS.map((verb) => `${noun}_${verb}`))
const PLANS = ['free', 'starter', 'pro', 'team']

interface Session {
  id: string
  user: number
  left: number
}

/**
 * What a product's clients send: sessions of about eight events over ten minutes, many at once, in the order of time
 * with up to a minute of delay. A user keeps the tenant; 40 names, some much more frequent; three properties.
 */
export function* traffic({ events, users, from, until }: Traffic, chunk = 5000): Generator<FactIn[]> {
  const spanMs = until.getTime() - from.getTime()
  const open = Math.ceil(((events / spanMs) * 60_000 * SESSION_MINUTES) / EVENTS_PER_SESSION) + 1
  const sessions = Array.from({ length: open }, () => begin(users))
  for (let start = 0; start < events; start += chunk) {
    const length = Math.min(chunk, events - start)
    yield Array.from({ length }, (_, index) => {
      const at = from.getTime() + ((start + index) / events) * spanMs - Math.random() * 60_000
      return { kind: 'events', index, id: randomUUID(), row: eventOf(sessions, users, new Date(at)) }
    })
  }
}

function begin(users: number): Session {
  // Squared: some users come much more often than others.
  const user = Math.floor(Math.random() ** 2 * users)
  return { id: randomUUID(), user, left: 1 + Math.floor(Math.random() * (2 * EVENTS_PER_SESSION - 1)) }
}

function eventOf(sessions: Session[], users: number, at: Date): Record<string, unknown> {
  const place = Math.floor(Math.random() * sessions.length)
  const session = sessions[place]!
  if (--session.left === 0) sessions[place] = begin(users)
  const { user, id } = session
  return {
    name: NAMES[Math.floor(Math.random() ** 2 * NAMES.length)]!,
    user_id: `user_${user}`,
    tenant_id: `tenant_${user % TENANTS}`,
    session_id: id,
    ts: at.toISOString(),
    properties: {
      path: `/projects/${user % 1000}`,
      plan: PLANS[user % PLANS.length],
      took: Math.floor(Math.random() * 900),
    },
  }
}
