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
  invoices: {
    what: 'Invoices',
    body: { id: 'in-1', status: 'open', amount: 4900, user_id: 'u1', due_at: '2026-12-01' },
  },
  campaigns: { what: 'Campaigns', body: { id: 'spring', name: 'Spring', channel: 'search', kind: 'acquisition' } },
  'campaign-spend': {
    what: 'What campaigns cost',
    body: { campaign_id: 'spring', day: '2026-11-20', amount: 12_000, clicks: 340 },
  },
  components: { what: 'Components', body: { id: 'hero-1', name: 'Hero', category: 'header', quality: 87 } },
  'component-uses': { what: 'Uses of components', body: { component_id: 'hero-1', user_id: 'u1', ok: true } },
  prompts: {
    what: 'Prompts',
    body: { id: 'prompt-1', user_id: 'u1', model: 'gpt-5', site_type: 'shop', status: 'succeeded', duration_ms: 8400 },
  },
  messages: {
    what: 'Messages',
    body: { id: 'mail-1', channel: 'email', user_id: 'u1', recipient: 'ada@example.com', status: 'delivered' },
  },
  tickets: { what: 'Support tickets', body: { id: 't-1', user_id: 'u1', subject: 'Log-in', status: 'open' } },
  feedback: { what: 'Feedback', body: { kind: 'nps', score: 9, user_id: 'u1' } },
  'app-errors': {
    what: 'Errors of the product',
    body: { source: 'client', message: 'The editor did not load', user_id: 'u1' },
  },
  'webhook-deliveries': {
    what: 'Deliveries of your own webhooks',
    body: { id: 'd-1', target: 'https://example.com/hook', event: 'order.created', status: 'succeeded', attempt: 1 },
  },
  'web-vitals': {
    what: 'Web vitals (or the script /q.js)',
    body: { id: 'v1-1', name: 'LCP', value: 1830, path: '/pricing' },
  },
  invites: { what: 'Invitations', body: { id: 'i-1', user_id: 'u1', invitee: 'bob@example.com' } },
  experiments: { what: 'Experiments', body: { id: 'new-home', variants: ['control', 'new'], status: 'running' } },
  exposures: {
    what: 'Exposures to an experiment',
    body: { experiment_id: 'new-home', variant: 'new', user_id: 'u1' },
  },
}

const SAMPLED_TEXT = 'Quarterdeck samples this by itself once a minute: the card fills with the first sample.'

const PROBED_TEXT =
  'Set PROBE_URLS to addresses of your product: each is asked every minute. Probes of your own go to /ingest/probes.'

const ENTERED_TEXT = 'This is entered by hand, month by month: PUT /api/finance/inputs takes it.'

/** What a card without data says: which door fills it, and a call that does. */
export function emptyState(deps: Deps, facts: string, title: string): CardState {
  // What the catalogue reads of gauges is what our own sampler writes; a client's gauge would not fill it.
  if (facts === 'gauges') return { kind: 'empty', title, text: SAMPLED_TEXT }
  if (facts === 'finance-inputs') return { kind: 'empty', title, text: ENTERED_TEXT }
  if (facts === 'probes') return { kind: 'empty', title, text: PROBED_TEXT }
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
  return { kind: 'stale', age, reason: card.reason, at: card.at }
}

function curlOf(deps: Deps, facts: string, body: Record<string, unknown>): string {
  return [
    `curl ${deps.config.baseUrl}/ingest/${facts} \\`,
    `  -H "Authorization: Bearer $KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify([body])}'`,
  ].join('\n')
}
