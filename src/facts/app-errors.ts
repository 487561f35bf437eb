import { createHash } from 'node:crypto'
import { z } from 'zod'
import { appendTo } from './append.ts'
import { choice, instant, object, optionalId, requiredText, tenant, text, withRest } from './fields.ts'
import { defineFact } from './types.ts'

/** Errors carry whole documents in their messages; what tells them apart stands at the beginning. */
const MAX_SENT = 1_000_000
const MAX_KEPT = 4000

const schema = z.looseObject({
  id: optionalId(),
  ts: instant(),
  user_id: optionalId(),
  anonymous_id: optionalId(),
  tenant_id: tenant(),
  source: choice('client', 'server', 'log'),
  kind: text(200),
  message: requiredText(MAX_SENT),
  url: text(8000),
  release: text(200),
  fingerprint: optionalId(),
  session_id: optionalId(),
  severity: text(50),
  properties: object(),
  ip: text(100),
  user_agent: text(2000),
  country: text(100),
})
const KNOWN = new Set(Object.keys(schema.shape))

/** One for all errors that differ in numbers and ids only. */
function fingerprintOf(source: string, kind: string, message: string): string {
  const alike = message.slice(0, 500).replace(/0x[\da-f]+|[\da-f]{8,}(-[\da-f]{4,})*|\d+/gi, '#')
  return createHash('sha256').update([source, kind, alike].join('\0')).digest('hex').slice(0, 16)
}

export default defineFact({
  kind: 'app_errors',
  path: 'app-errors',
  mode: 'append',
  keepsRow: false,
  doc: 'An error in the product: message, source (client, server, log), kind, url, release, fingerprint.',
  schema,
  ts: (row) => row.ts,
  store: (row, { meta, enrich }) => {
    const source = row.source ?? 'server'
    const kind = row.kind ?? 'error'
    // Of a server that tells its errors, neither address nor agent is the user's.
    const [ip, agent] = source === 'client' ? [row.ip ?? meta.ip, row.user_agent ?? meta.userAgent] : []
    const { country, browser, os, device } = enrich(ip ?? row.ip, agent ?? row.user_agent)
    return {
      user_id: row.user_id ?? '',
      anonymous_id: row.anonymous_id,
      tenant_id: row.tenant_id ?? '',
      source,
      kind,
      message: row.message.slice(0, MAX_KEPT).toWellFormed(),
      fingerprint: row.fingerprint ?? fingerprintOf(source, kind, row.message),
      severity: row.severity,
      url: row.url,
      release: row.release,
      session_id: row.session_id,
      country: row.country ?? country ?? undefined,
      browser: browser ?? undefined,
      os: os ?? undefined,
      device: device ?? undefined,
      properties: withRest(KNOWN, row, row.properties),
    }
  },
  write: appendTo('app_errors'),
})
