import type { Context } from 'hono'
import { z } from 'zod'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { COMPARES, isDay } from '../lib/filters.ts'

/** A parameter that cannot be understood; the problem names it. */
export class BadParameter extends Problem {
  constructor(name: string, detail: string) {
    super(422, `The parameter ${name} is not valid`, `${name}: ${detail}`)
  }
}

/** Reads the parameters that a schema names; an empty one is one that was not given. @throws BadParameter */
export function readQuery<Q extends z.ZodObject>(c: Context<Env>, schema: Q): z.output<Q> {
  const given = Object.entries(schema.shape).flatMap(([name, one]) => {
    const value = isList(one as z.ZodType) ? listOf(c, name) : c.req.query(name)
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  const { success, data, error } = schema.safeParse(Object.fromEntries(given))
  if (success) return data
  const [issue] = error.issues
  throw new BadParameter(String(issue?.path[0] ?? ''), issue?.message ?? 'It cannot be understood.')
}

/** A list, given as `name=a,b` or as `name=a&name=b`; each once. */
function listOf(c: Context<Env>, name: string): string[] | undefined {
  const texts = (c.req.queries(name) ?? []).flatMap((text) => text.split(','))
  const values = [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))]
  return values.length > 0 ? values : undefined
}

/** Whether a parameter is a list, optional or not. */
export function isList(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodOptional) return isList(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodArray
}

const day = (description: string) =>
  z
    .string()
    .refine(isDay, { error: ({ input }) => `“${String(input).slice(0, 40)}” is not a day such as 2026-11-20.` })
    .meta({ description, format: 'date', examples: ['2026-11-20'] })
    .optional()

const isTenant = (id: string): boolean => id.length <= 200 && !id.includes('\0')

/** Names of columns and dimensions, and values that are looked for. */
const value = z.string().refine((text) => text.length <= 500 && !text.includes('\0'), 'This is too long to be a value.')
export const values = (description: string) => z.array(value).max(100).meta({ description }).optional()

/** The parameters that most addresses share. */
export const parameters = {
  from: day('First day, of the configured time zone.'),
  to: day('Last day, which counts too. Default: today.'),
  tenant: z
    .string()
    .refine(isTenant, 'This is not the id of a tenant.')
    .meta({ description: 'One tenant. Default: all together, or the one that the key is bound to.' })
    .optional(),
  plan: value.meta({ description: 'Only users on this plan, each day those who were on it then.' }).optional(),
  segment: value
    .meta({ description: 'Only users of this segment: its slug or id; /api/segments lists them.' })
    .optional(),
  metrics: values('Keys of metrics, or all; /api/metrics lists them.'),
  by: value.meta({ description: 'A dimension which all of the metrics have.' }).optional(),
  compare: z
    .enum(COMPARES, { error: `It is one of ${COMPARES.join(', ')}.` })
    .meta({
      description:
        'What the values are compared with: the days right before (previous), those moved back by whole weeks so that weekdays meet (matched), or the same days a year ago (year).',
    })
    .default('previous'),
  before: z
    .string()
    .regex(/^\d{1,15}$/, 'It is an id.')
    .transform(Number)
    .optional()
    .meta({ type: 'integer', description: 'Those before this id: the `next` of the last page.' }),
  limit: (most: number, fallback: number) =>
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/, `It is a whole number from 1 to ${most}.`)
      .transform(Number)
      .pipe(z.number().max(most, `It is at most ${most}.`))
      .default(fallback)
      .meta({ type: 'integer', description: `How many rows, at most ${most}.`, minimum: 1, maximum: most }),
}
