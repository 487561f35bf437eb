import { createHash } from 'node:crypto'
import { parseTimestamp } from '../lib/timestamp.ts'
import type { Provider, Signed, WebhookEvent } from './webhook-provider.ts'
import { isAnyOf } from './webhook-signature.ts'
import { bodyId, isObject, type Json, numberIn, textIn } from './webhook-values.ts'

/** What an event says of the e-mail. Opened by a proxy is not opened by a person: it has arrived, that is all. */
const STATUSES: Record<string, string> = {
  request: 'sent',
  sent: 'sent',
  deferred: 'sent',
  delivered: 'delivered',
  proxy_open: 'delivered',
  unique_proxy_open: 'delivered',
  opened: 'opened',
  unique_opened: 'opened',
  click: 'clicked',
  hard_bounce: 'bounced',
  soft_bounce: 'bounced',
  spam: 'complained',
  complaint: 'complained',
  unsubscribed: 'unsubscribed',
  unsubscribe: 'unsubscribed',
  blocked: 'failed',
  invalid_email: 'failed',
  error: 'failed',
}

/** Brevo's webhooks of transactional e-mail, one event or a list of them. */
export const brevo: Provider = {
  name: 'brevo',
  setting: 'BREVO_WEBHOOK_TOKEN',
  secrets: ({ brevoWebhookTokens }) => brevoWebhookTokens,
  refuse(signed, secrets) {
    const given = tokenIn(signed)
    if (given === undefined) return 'The token is missing: Authorization: Bearer …, or ?token=… in the URL.'
    return isAnyOf([given], secrets) ? undefined : 'The token is wrong.'
  },
  read: (json, receivedAt) => (Array.isArray(json) ? json : [json]).map((event) => eventIn(event, receivedAt)),
  factOf: {},
}

/** Brevo signs nothing: it sends the token that it was given, in a header or with the URL. */
function tokenIn({ header, query }: Signed): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(header('authorization') ?? '')?.[1] ?? query('token')
}

function eventIn(event: unknown, receivedAt: Date): WebhookEvent {
  if (!isObject(event)) return { id: bodyId(event), type: '', at: receivedAt, body: event, skipped: 'unknown' }
  const type = textIn(event.event) ?? ''
  const at = instantIn(event) ?? receivedAt
  const common = { id: idOf(event), type, at, body: event }
  const status = Object.hasOwn(STATUSES, type) ? STATUSES[type]! : undefined
  if (status === undefined) return { ...common, skipped: 'unknown' }
  const email = textIn(event.email)
  const message = textIn(event['message-id'])
  if (email === undefined || message === undefined) return { ...common, skipped: 'ignored' }
  return { ...common, facts: [{ kind: 'messages', row: messageOf(event, email, message, status, at), email }] }
}

function messageOf(event: Json, email: string, message: string, status: string, at: Date): Record<string, unknown> {
  const { event: name, reason, link, template_id, tags } = event
  return {
    // An id is shown and linked to; the address itself must not be in it.
    id: `brevo_${hashOf(message, email.toLowerCase()).slice(0, 32)}`,
    ts: at,
    channel: 'email',
    direction: 'out',
    status,
    recipient: email,
    subject: textIn(event.subject),
    updated_at: at,
    provider: 'brevo',
    event: name,
    reason,
    link,
    template_id,
    tags,
  }
}

/** `date` has no zone and is not UTC, so that it is the last to be asked. */
function instantIn(event: Json): Date | undefined {
  const names = ['ts_event', 'ts_epoch', 'ts', 'date']
  const found = names.map((name) => parseTimestamp(numberIn(event[name]) ?? event[name])).find((at) => at !== null)
  return found && found.getUTCFullYear() >= 1990 && found.getUTCFullYear() < 2200 ? found : undefined
}

/** `id` is the webhook's: an event is what happened to which mail when, and which link was clicked. */
function idOf(event: Json): string {
  const names = ['event', 'message-id', 'email', 'ts_event', 'ts_epoch', 'ts', 'date', 'link']
  return hashOf(...names.map((name) => textIn(event[name]) ?? ''))
}

const hashOf = (...parts: string[]): string => createHash('sha256').update(parts.join('\0')).digest('hex')
