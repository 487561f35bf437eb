import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'

/** All that the main app is asked is under this path of MAIN_APP_URL. */
export const CONTRACT_PATH = '/quarterdeck/v1'

export const HEADERS = {
  signature: 'quarterdeck-signature',
  timestamp: 'quarterdeck-timestamp',
  key: 'idempotency-key',
} as const

/** What is signed. */
export interface SignedRequest {
  method: string
  /** Path and query, as they are sent. */
  path: string
  /** Seconds since 1970. */
  timestamp: number
  /** '' where there is none. */
  key: string
  body: string
}

/** "v1=" and the HMAC-SHA256 of method, path, time, key and the hash of the body, each on a line. */
export function signatureOf({ method, path, timestamp, key, body }: SignedRequest, secret: string): string {
  const hash = createHash('sha256').update(body).digest('hex')
  const text = [method, path, timestamp, key, hash].join('\n')
  return `v1=${createHmac('sha256', secret).update(text).digest('hex')}`
}

/** Text of another’s: Postgres has no NUL in it, and what is longer than this is no sentence. */
export const words = (most: number) =>
  z
    .string()
    .max(10_000)
    .transform((text) => text.replaceAll('\0', '').slice(0, most))

const value = z.union([words(300), z.number(), z.boolean(), z.null()])

const change = z.object({
  label: words(100).describe('What changes, in words: “Plan”.'),
  now: value,
  after: value,
})

const undo = z.object({
  action: z.string().max(60),
  fields: z.record(z.string().max(60), z.union([words(320), z.number()])).default({}),
  until: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Until when it can be undone; absent = as long as one likes.'),
})

/** What would be done: the answer to a dry run. */
export const wouldAnswer = z.object({
  status: z.literal('would'),
  message: words(500).optional(),
  changes: z.array(change).max(50).default([]),
})

/** What was done. */
export const doneAnswer = z.object({
  status: z.literal('done'),
  message: words(500).describe('What was done, in a sentence: admins read it.'),
  changes: z.array(change).max(50).default([]),
  user_id: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\0]*$/)
    .optional()
    .describe('Of a user who was created.'),
  undo: undo.nullish().describe('The action that takes it back.'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional()
    .describe('To impersonate: the link that opens once.'),
  expires_at: z.iso.datetime({ offset: true }).optional().describe('Until when that link can be opened.'),
})

/** Why it was not done. */
export const refusal = z.object({
  title: words(200).optional(),
  detail: words(500).optional(),
  field: z.string().max(60).optional().describe('Which of the fields it is about.'),
})

export type Would = z.output<typeof wouldAnswer>
export type Done = z.output<typeof doneAnswer>
export type Change = z.output<typeof change>
export type Undo = z.output<typeof undo>
