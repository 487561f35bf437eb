import type { CardState } from '../views/parts/index.ts'
import type { Deps } from './context.ts'
import { ageText } from './lib/dates.ts'
import type { Card } from './lib/settle.ts'

/** A fact that may be sent as it stands, by the last part of the typed door's URL. */
const EXAMPLES: Record<string, { what: string; body: Record<string, unknown> }> = {
  events: { what: 'Events (or any Segment client)', body: { name: 'Signed In', user_id: 'u1' } },
  users: { what: 'Users (or any Segment client’s identify)', body: { id: 'u1', email: 'ada@example.com' } },
  'api-calls': {
    what: 'API calls',
    body: {
      service: 'chat',
      provider: 'openai',
      model: 'gpt-5',
      user_id: 'u1',
      latency_ms: 840,
      tokens_in: 1200,
      tokens_out: 310,
    },
  },
  jobs: { what: 'Jobs', body: { id: 'build-1', kind: 'build', status: 'succeeded', user_id: 'u1' } },
  payments: {
    what: 'Payments',
    body: { id: 'pay-1', provider: 'stripe', status: 'succeeded', amount: 4900, user_id: 'u1' },
  },
  subscriptions: {
    what: 'Subscriptions',
    body: { id: 'sub-1', plan: 'pro', status: 'active', amount: 4900, user_id: 'u1' },
  },
  objects: { what: 'Objects', body: { kind: 'project', id: 'p1', user_id: 'u1', status: 'active' } },
  probes: { what: 'Probes', body: { target: 'web', ok: true, latency_ms: 120 } },
}

const SAMPLED_TEXT = 'Quarterdeck samples this by itself once a minute: the card fills with the first sample.'

/** What a card without data says: which door fills it, and a call that does. */
export function emptyState(deps: Deps, facts: string, title: string): CardState {
  // What the catalogue reads of gauges is what our own sampler writes; a client's gauge would not fill it.
  if (facts === 'gauges') return { kind: 'empty', title, text: SAMPLED_TEXT }
  const example = EXAMPLES[facts] ?? EXAMPLES.events
  if (!example) return { kind: 'empty', title, text: 'No facts yet.' }
  return {
    kind: 'empty',
    title,
    text: `${example.what} fill this card; send some to the door /ingest/${facts}.`,
    code: curlOf(deps, facts, example.body),
    link: { label: 'How each metric is filled', href: '/dashboard/metrics' },
  }
}

/** The state of a card by how its load went; `empty` is asked of a value only. */
export function cardState<T>(card: Card<T>, now: Date, empty?: (value: T) => CardState | undefined): CardState {
  if (card.state === 'error') return { kind: 'error', requestId: card.requestId }
  if (card.state === 'filled') return empty?.(card.value) ?? { kind: 'filled' }
  if (card.lastGood === undefined || !card.at) return { kind: 'degraded', reason: card.reason, nextTry: 'in 30 s' }
  const age = ageText(card.at, now)
  return { kind: 'stale', age, reason: card.reason }
}

function curlOf(deps: Deps, facts: string, body: Record<string, unknown>): string {
  return [
    `curl ${deps.config.baseUrl}/ingest/${facts} \\`,
    `  -H "Authorization: Bearer $KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify([body])}'`,
  ].join('\n')
}
