import { isIP } from 'node:net'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import type { Deps } from '../../context.ts'
import { type OutgoingAnswer, OutgoingError, outgoing } from '../../lib/outgoing.ts'
import { isPrivate, publicFetch } from '../../lib/public-fetch.ts'
import { DeliveryError, type Sent } from '../types.ts'

const TIMEOUT_MS = 10_000
/** An answer is a word or two; a page of HTML is no answer of a webhook. */
const MAX_BYTES = 64 * 1024

/** An address that a channel may post to. What a name stands for is checked at each connection. */
export function webAddress({ allowPrivateWebhooks }: Config): z.ZodType<string> {
  return z
    .string()
    .trim()
    .max(2_000, 'At most 2,000 characters.')
    .refine(
      (text) => /^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) && URL.canParse(text),
      'A URL that begins with https://.',
    )
    .refine((text) => !URL.canParse(text) || new URL(text).username === '', 'Without user and password.')
    .refine(
      (text) => allowPrivateWebhooks || !URL.canParse(text) || !isInside(new URL(text).hostname),
      'An address of this machine or of a private network: these are not posted to unless ALLOW_PRIVATE_WEBHOOKS=1.',
    ) as unknown as z.ZodType<string>
}

function isInside(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && isPrivate(host))
}

/** Posts JSON; 2xx is received. @throws DeliveryError */
export async function postJson(
  { config, fetch }: Pick<Deps, 'config' | 'fetch'>,
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const answer = await outgoing(config.allowPrivateWebhooks ? fetch : publicFetch, url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'user-agent': 'Quarterdeck', ...headers },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  }).catch((error: unknown) => {
    if (!(error instanceof OutgoingError)) throw error
    throw new DeliveryError(error.message, { permanent: !error.retryable })
  })
  const { status } = answer
  const detail = said(answer)
  if (status >= 200 && status < 300) return { outcome: 'sent', status, detail }
  const retryAfterMs = waitOf(answer)
  throw new DeliveryError(detail, { permanent: isPermanent(status), status, ...(retryAfterMs && { retryAfterMs }) })
}

/** Another attempt would be answered alike. */
const PASSING = new Set([408, 425, 429])
const isPermanent = (status: number): boolean => status < 500 && !PASSING.has(status)

/** The status and the beginning of what was answered, on one line. */
function said({ status, text }: OutgoingAnswer): string {
  const words = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200)
  return words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`
}

const MAX_WAIT_MS = 3_600_000

/** Retry-After, in seconds or as a date. */
function waitOf({ headers }: OutgoingAnswer): number | undefined {
  const text = headers.get('retry-after') ?? ''
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MAX_WAIT_MS) : undefined
}
