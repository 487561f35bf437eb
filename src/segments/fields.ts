import { z } from 'zod'
import { isDay } from '../lib/filters.ts'

/** What conditions consist of, with words for what is wrong with them. */

const text = z
  .string({ error: 'A text.' })
  .trim()
  .min(1, 'It is empty.')
  .max(200, 'At most 200 characters.')
  .refine((one) => !/\p{Cc}/u.test(one), 'Only text that can be read.')

export const MAX_DAYS = 120
export const MAX_VALUES = 50

export const values = z
  .array(text, { error: 'A list of values.' })
  .min(1, 'Name at least one value.')
  .max(MAX_VALUES, `At most ${MAX_VALUES} values.`)
export const choiceOf = <const T extends string>(allowed: readonly T[]) =>
  z
    .array(z.enum(allowed, { error: `Each is one of ${allowed.join(', ')}.` }), { error: 'A list of values.' })
    .min(1, 'Name at least one value.')
export const days = z
  .number({ error: 'How many days?' })
  .int('A whole number of days.')
  .min(1, 'At least 1 day.')
  .max(MAX_DAYS, `At most ${MAX_DAYS} days.`)
  .meta({ description: 'The last so many days, today among them.' })
export const longDays = z
  .number({ error: 'How many days?' })
  .int('A whole number of days.')
  .min(1, 'At least 1 day.')
  .max(3_660, 'At most ten years.')
export const number = z.number({ error: 'A number.' }).min(0, 'Not below 0.').max(1e12, 'Too large.')
export const whole = number.int('A whole number.')
export const day = z.string({ error: 'A day such as 2026-11-20.' }).refine(isDay, 'A day such as 2026-11-20.')
export const name = text
export const opOf = <const T extends string>(ops: Readonly<Record<T, string>>) => {
  const names = Object.keys(ops) as [T, ...T[]]
  return z.enum(names, { error: `It is one of ${names.join(', ')}.` })
}
