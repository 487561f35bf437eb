import { z } from 'zod'
import { words } from '../contract.ts'

/** Where the main app tells what is set, behind CONTRACT_PATH. */
export const STATE_PATH = '/product'

export const FLAG_STATES = ['on', 'off', 'percentage', 'tenants'] as const
export type FlagState = (typeof FLAG_STATES)[number]

/** As in an address and in a form; what has control characters in it is no name. */
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u)

const changed = {
  changed_at: z.iso.datetime({ offset: true }).optional(),
  changed_by: words(200).optional().describe('Who did, in words.'),
}

const flag = z.object({
  name: name.describe('What the product calls it; sent with `set-flag`.'),
  label: words(200).optional().describe('What people call it.'),
  description: words(500).optional(),
  state: z.enum(FLAG_STATES).describe('on: for everybody; percentage, tenants: for those only.'),
  percentage: z.number().min(0).max(100).optional(),
  tenants: z.array(name).max(1_000).optional().describe('Ids.'),
  ...changed,
})

const maintenance = z.object({
  on: z.boolean(),
  message: words(500).optional().describe('What users read.'),
  ...changed,
})

const rateLimit = z.object({
  plan: name,
  name: name.describe('What is limited; sent with `set-rate-limit`.'),
  label: words(200).optional().describe('What people call it.'),
  limit: z.int().min(0).describe('How many at most.'),
  per_seconds: z.int().min(1).max(31_536_000).describe('In how long.'),
  ...changed,
})

/** What is set for the whole product, as the main app tells it. */
export const productAnswer = z.object({
  flags: z.array(flag).max(500).optional().describe('Absent: this product has no feature flags.'),
  maintenance: maintenance.optional().describe('Absent: this product has no maintenance mode.'),
  rate_limits: z.array(rateLimit).max(500).optional().describe('Absent: this product has no rate limits.'),
})

export type Product = z.output<typeof productAnswer>
export type Flag = z.output<typeof flag>
export type RateLimit = z.output<typeof rateLimit>
