import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const TOLERANCE_SECONDS = 300

export interface Received {
  method: string
  /** Path and query, as they came. */
  path: string
  header: (name: string) => string | undefined
  body: string
}

/** Why a request is not one of Quarterdeck’s; undefined = it is. */
export function whyNotSigned({ method, path, header, body }: Received, secret: string, now: Date): string | undefined {
  const timestamp = header('quarterdeck-timestamp') ?? ''
  const given = Buffer.from(header('quarterdeck-signature') ?? '')
  const hash = createHash('sha256').update(body).digest('hex')
  const text = [method, path, timestamp, header('idempotency-key') ?? '', hash].join('\n')
  const right = Buffer.from(`v1=${createHmac('sha256', secret).update(text).digest('hex')}`)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return 'The signature does not fit.'
  const ageSeconds = Math.abs(now.getTime() / 1000 - Number(timestamp))
  return ageSeconds <= TOLERANCE_SECONDS ? undefined : 'The signature is too old, or a clock is wrong.'
}
