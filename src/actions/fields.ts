import { z } from 'zod'
import type { ActionField } from './types.ts'

type Given = Omit<ActionField, 'schema' | 'input' | 'optional'> & { optional?: boolean }

const readable = (most: number) =>
  z
    .string()
    .trim()
    .min(1, 'This is needed.')
    .max(most, `At most ${most} characters.`)
    .regex(/^\P{Cc}*$/u, 'Text that can be read.')

/** '' is what a form sends for nothing. */
const orNothing = (schema: z.ZodType): z.ZodType =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional())

function field(input: ActionField['input'], schema: z.ZodType, { optional, ...given }: Given): ActionField {
  // Whether what depends on another field is there is looked at with that one.
  return {
    ...given,
    input,
    ...(optional && { optional: true as const }),
    schema: optional || given.when ? orNothing(schema) : schema,
  }
}

export const textField = (given: Given, most = 200): ActionField => field('text', readable(most), given)

/** Names with commas between, each of them once. */
export const namesField = (given: Given): ActionField =>
  field('text', readable(2_000).transform(namesOnce).pipe(z.string().min(1, 'This is needed.')), given)

const namesOnce = (text: string): string =>
  [...new Set(text.split(',').map((name) => name.trim()))].filter(Boolean).join(', ')

export const choiceField = (given: Given & { choices: NonNullable<ActionField['choices']> }): ActionField =>
  field('choice', readable(200), given)

export const emailField = (given: Given): ActionField =>
  field('email', readable(320).pipe(z.email('An e-mail address such as ada@example.com.')), {
    ...given,
    personal: true,
  })

/** A whole number; forms send it as text. */
export function numberField(given: Given, low: number, high: number): ActionField {
  const whole = z
    .int(`A whole number from ${low} to ${high}.`)
    .min(low, `At least ${low}.`)
    .max(high, `At most ${high}.`)
  const schema = z.preprocess(
    (value) => (typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value),
    whole,
  )
  return field('number', schema, given)
}
