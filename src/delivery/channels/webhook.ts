import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { ChannelKind, Message } from '../types.ts'
import { postJson, webAddress } from './web.ts'

const MIN_SECRET = 16

const secret = z
  .string()
  .trim()
  .min(MIN_SECRET, `At least ${MIN_SECRET} characters: openssl rand -hex 32 makes one.`)
  .max(500, 'At most 500 characters.')

/** JSON to any URL, signed as standardwebhooks.com has it, so that its libraries verify it. */
export const webhook: ChannelKind = {
  kind: 'webhook',
  label: 'Webhook',
  icon: 'braces',
  doc: 'JSON by POST to a URL of yours, signed (HMAC-SHA256, Standard Webhooks).',
  fields: [
    { name: 'url', label: 'URL', hint: 'Where the JSON is posted to.', placeholder: 'https://ops.example.com/hooks' },
    {
      name: 'secret',
      label: 'Signing secret',
      hint: `${MIN_SECRET} characters or more, such as “openssl rand -hex 32” prints. The receiver verifies with it what comes from here. Kept encrypted, and never shown again.`,
      placeholder: 'whsec_… or any text',
      secret: true,
    },
  ],
  schema: (config) => z.object({ url: webAddress(config), secret }),
  target: ({ url = '' }) => new URL(url).host,
  send: (deps, { url = '', secret = '' }, message) => {
    const body = JSON.stringify(bodyOf(message))
    const id = `msg_${message.id}`
    const timestamp = Math.floor(Date.now() / 1000)
    return postJson(deps, url, body, {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf(secret, id, timestamp, body),
    })
  },
}

function bodyOf({ kind, dedupeKey, severity, title, text, link, thread, at, product }: Message) {
  const type = kind === 'firing' || kind === 'resolved' ? `alert.${kind}` : kind
  return {
    type,
    timestamp: at.toISOString(),
    data: { dedupe_key: dedupeKey, thread: thread ?? null, severity, title, text, link: link ?? null, product },
  }
}

/** What `webhook-signature` holds: "v1," and HMAC-SHA256 of id, timestamp and body. */
export function signatureOf(secret: string, id: string, timestamp: number, body: string): string {
  // After whsec_ the key is written as Base64.
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}
