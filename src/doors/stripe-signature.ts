import type { Signed } from './webhook-provider.ts'
import { hmacHex, isAnyOf } from './webhook-signature.ts'

const TOLERANCE_SECONDS = 300
const MAX_SIGNATURES = 10

/**
 * Checks `Stripe-Signature: t=…,v1=…[,v1=…]`: HMAC-SHA256 of "t.body". While a secret is being rolled Stripe signs with
 * both and we may know both; any pair that fits will do.
 */
export function refuseStripe({ body, header, now }: Signed, secrets: string[]): string | undefined {
  const given = header('stripe-signature')
  if (given === undefined) return 'The Stripe-Signature header is missing.'
  const parts = given.split(',').map((part) => part.trim().split('=', 2))
  const t = parts.find(([name]) => name === 't')?.[1] ?? ''
  const signatures = parts.flatMap(([name, value]) => (name === 'v1' && value ? [value] : [])).slice(0, MAX_SIGNATURES)
  if (!/^\d{1,12}$/.test(t) || signatures.length === 0) return 'The Stripe-Signature header has no t=… and v1=… in it.'
  const expected = secrets.map((secret) => hmacHex('sha256', secret, `${t}.`, body))
  if (!isAnyOf(signatures, expected)) return 'The signature does not fit: it is of another secret or another body.'
  const ageSeconds = Math.round(now.getTime() / 1000 - Number(t))
  if (Math.abs(ageSeconds) <= TOLERANCE_SECONDS) return undefined
  const age = ageSeconds > 0 ? `${ageSeconds} s old` : `${-ageSeconds} s ahead of our clock`
  return `The signature is ${age}; ${TOLERANCE_SECONDS} s are allowed. It is a replay, or a clock is wrong.`
}
