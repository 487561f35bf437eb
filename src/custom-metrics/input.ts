import { z } from 'zod'
import { type CustomKey, isCustomKey } from '../metrics/catalogue.ts'
import type { Unit } from '../metrics/metric.ts'
import { MAX_LENGTH } from './parse.ts'
import { UNITS } from './units.ts'

export const MAX_LABEL = 60
export const MAX_TEXT = 1_000

const units = Object.keys(UNITS) as [keyof typeof UNITS, ...(keyof typeof UNITS)[]]

const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)
const line = (most: number) =>
  z
    .string()
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .pipe(z.string().max(most, `At most ${most} characters.`))
    .refine((text) => !hasControls(text), 'Only text that can be read.')

const limit = (description: string) => z.number('A number, or nothing.').nullish().meta({ description })

/** A key such as custom.cost_per_job. */
export const customKey = z
  .custom<CustomKey>(
    (text) => typeof text === 'string' && isCustomKey(text),
    'A key is custom. and a name of small letters, digits and _, such as custom.cost_per_job.',
  )
  .meta({ type: 'string', examples: ['custom.cost_per_job'] })

const fields = {
  label: line(MAX_LABEL)
    .refine((text) => text !== '', 'What is it called?')
    .meta({ description: `Its name, at most ${MAX_LABEL} characters; no other metric has it.` }),
  formula: line(MAX_LENGTH).meta({
    description: 'Of keys of metrics, numbers, + - * /, parentheses, min, max, abs, round, coalesce.',
    examples: ['ai.cost / jobs.succeeded'],
  }),
  unit: z.enum(units, { error: `It is one of ${units.join(', ')}.` }).meta({
    description: 'What the result is: money in major units, percent 0-100, ms milliseconds, ratio a quotient.',
  }),
  good: z
    .enum(['up', 'down', 'neutral'], { error: 'It is one of up, down, neutral.' })
    .default('neutral')
    .meta({ description: 'Which way is better. Default: neutral.' }),
  definition: line(MAX_TEXT)
    .refine((text) => text !== '', 'What does the number say?')
    .meta({ description: 'What the number says, for those who did not make it.' }),
  action: line(MAX_TEXT).default('').meta({ description: 'What to do when it is bad.' }),
  warn: limit('Beyond it, on the bad side, the metric is yellow.'),
  crit: limit('Beyond it, on the bad side, the metric is red.'),
}

interface Limits {
  good: 'up' | 'down' | 'neutral'
  warn?: number | null | undefined
  crit?: number | null | undefined
}

/** Red lies beyond yellow, or nothing would ever be yellow; without a bad side there is no limit. */
function checkLimits({ good, warn, crit }: Limits, context: z.RefinementCtx): void {
  const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (good === 'neutral' && (warn ?? crit) != null)
    say(warn == null ? 'crit' : 'warn', 'A limit needs a good direction: choose up or down.')
  if (warn == null || crit == null) return
  if (good === 'up' && crit > warn) say('crit', 'Where up is good, red lies under yellow.')
  if (good === 'down' && crit < warn) say('crit', 'Where down is good, red lies over yellow.')
}

/** All of a custom metric but its key. */
export const customFields = z.strictObject(fields).superRefine(checkLimits)
export const customInput = z.strictObject({ key: customKey, ...fields }).superRefine(checkLimits)

export type CustomInput = z.output<typeof customInput>

export interface CustomFields {
  label: string
  formula: string
  unit: Unit
  good: 'up' | 'down' | 'neutral'
  definition: string
  action: string
  warn: number | null
  crit: number | null
}

/** As it is stored. */
export function fieldsOfInput({
  label,
  formula,
  unit,
  good,
  definition,
  action,
  warn,
  crit,
}: Omit<CustomInput, 'key'>): CustomFields {
  return { label, formula, unit, good, definition, action, warn: warn ?? null, crit: crit ?? null }
}
