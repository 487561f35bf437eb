import { type SyncStatus, syncStatus } from '../connectors/sync-status.ts'
import type { Deps } from '../context.ts'
import type { SourceHealth } from '../lib/state-book.ts'
import { type Traffic, trafficOf } from './board-traffic.ts'
import { configuredSources, type LiveSource, missingSources } from './configured.ts'
import { sourceLabel } from './names.ts'

/** A door or a source as the Data page shows it. */
export interface SourceRow {
  /** By the one vocabulary: 'ingest:segment', 'preset:hivesync/users.sql', 'logs:/data/logs/preview.log', 'redis' … */
  name: string
  label: string
  group: 'push' | 'webhook' | 'pull' | 'live'
  /** off = not configured; waiting = configured, and nothing has come or been heard of it yet. */
  state: 'off' | 'waiting' | 'up' | 'degraded' | 'down'
  /** Why it is degraded or down, or which setting would turn it on. */
  reason?: string
  since?: Date
  lastFactAt?: Date
  /** Facts taken in each of the last 60 minutes, the newest last. */
  perMinute: number[]
  today: number
  rejected24h: number
  lagSeconds?: number
}

type BoardDeps = Pick<Deps, 'config' | 'db' | 'now' | 'book'>

/** How every door and source is doing, those that are not configured too. */
export async function sourceBoard(deps: BoardDeps): Promise<SourceRow[]> {
  const [traffic, files] = await Promise.all([trafficOf(deps), syncStatus(deps)])
  return [
    ...PUSH_DOORS.map(({ door, label }) => doorRow(deps, traffic(door), 'push', door, label)),
    ...WEBHOOKS.map((webhook) => webhookRow(deps, traffic(webhook.door), webhook)),
    ...(files.length > 0 ? files.map((file) => presetRow(deps, traffic(syncSource(file)), file)) : [NO_PRESET]),
    ...configuredSources(deps.config).map((source) => liveRow(deps, traffic(source.source), source)),
    ...missingSources(deps.config).map(missingRow),
  ]
}

const PUSH_DOORS = [
  { door: 'segment', label: 'Segment clients' },
  { door: 'typed', label: 'Typed doors, /ingest/…' },
  { door: 'posthog', label: 'PostHog clients' },
  { door: 'otlp', label: 'OpenTelemetry traces' },
  { door: 'browser', label: 'Browser script, /q.js' },
]

interface Webhook {
  door: string
  label: string
  setting: string
  isSet: (config: Deps['config']) => boolean
}

const WEBHOOKS: Webhook[] = [
  {
    door: 'stripe',
    label: 'Stripe webhooks',
    setting: 'STRIPE_WEBHOOK_SECRET',
    isSet: (c) => c.stripeWebhookSecrets.length > 0,
  },
  {
    door: 'paystack',
    label: 'Paystack webhooks',
    setting: 'PAYSTACK_SECRET_KEY',
    isSet: (c) => c.paystackSecretKeys.length > 0,
  },
  {
    door: 'brevo',
    label: 'Brevo webhooks',
    setting: 'BREVO_WEBHOOK_TOKEN',
    isSet: (c) => c.brevoWebhookTokens.length > 0,
  },
]

const QUIET: Traffic = { perMinute: Array(60).fill(0), today: 0, rejected24h: 0 }
const NO_PRESET: SourceRow = {
  name: 'preset',
  label: 'Presets',
  group: 'pull',
  state: 'off',
  reason: 'PRESET is not set',
  ...QUIET,
}

/** A door is open by itself: it waits until something comes. */
function doorRow(
  { book }: BoardDeps,
  traffic: Traffic,
  group: 'push' | 'webhook',
  door: string,
  label: string,
): SourceRow {
  const name = `ingest:${door}`
  return {
    name,
    label,
    group,
    ...stateOf(book.stateOf(name), traffic.lastFactAt ? 'up' : 'waiting', 'degraded'),
    ...traffic,
  }
}

function webhookRow(deps: BoardDeps, traffic: Traffic, { door, label, setting, isSet }: Webhook): SourceRow {
  const row = doorRow(deps, traffic, 'webhook', door, label)
  return isSet(deps.config) ? row : { ...row, state: 'off', reason: `${setting} is not set` }
}

/** What a file of a preset calls itself when it writes. */
const syncSource = ({ preset, file }: SyncStatus): string => `sync:${preset}/${file}`

function presetRow({ book }: BoardDeps, traffic: Traffic, status: SyncStatus): SourceRow {
  const { preset, file, reason, lastRowAt, lastRunAt, lagSeconds } = status
  const failing = book.stateOf(`preset:${preset}`)
  return {
    name: `preset:${preset}/${file}`,
    label: `${preset}/${file}`,
    group: 'pull',
    ...traffic,
    state: presetState(status),
    ...(reason && { reason }),
    ...(status.state === 'error' && { since: failing?.state === 'degraded' ? failing.since : lastRunAt }),
    ...(lastRowAt && { lastFactAt: lastRowAt }),
    ...(lagSeconds !== undefined && { lagSeconds }),
  }
}

function presetState({ state, reason }: SyncStatus): SourceRow['state'] {
  if (state === 'ok') return 'up'
  if (state === 'error') return 'degraded'
  // Waiting with a reason is waiting for a source that is away.
  return state === 'waiting' && reason ? 'down' : state
}

function liveRow({ book }: BoardDeps, traffic: Traffic, { source }: LiveSource): SourceRow {
  const group = source === 'source-database' ? 'pull' : 'live'
  return {
    name: source,
    label: sourceLabel(source),
    group,
    ...stateOf(book.stateOf(source), 'waiting', 'down'),
    ...traffic,
  }
}

function missingRow({ source, setting }: LiveSource): SourceRow {
  const group = source === 'source-database' ? 'pull' : 'live'
  return { name: source, label: sourceLabel(source), group, state: 'off', reason: `${setting} is not set`, ...QUIET }
}

function stateOf(
  health: SourceHealth | undefined,
  unheard: SourceRow['state'],
  away: SourceRow['state'],
): Pick<SourceRow, 'state' | 'reason' | 'since'> {
  if (!health) return { state: unheard }
  if (health.state === 'up') return { state: 'up', since: health.since }
  return { state: away, since: health.since, ...(health.reason && { reason: health.reason }) }
}
