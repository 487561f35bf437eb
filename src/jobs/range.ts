import { z } from 'zod'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { daysBetween, today } from '../lib/time.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import { isMetricKey, similarAmong } from '../metrics/catalogue.ts'
import type { DayRange, Job, RangeOption } from './define.ts'

const MAX_DAYS = 3660
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, { error: 'is not a day like 2026-01-31', abort: true })
  .refine((text) => parseTimestamp(text) !== null, 'is a day that does not exist')
const rangeSchema = z.strictObject({ from: day, to: day })

function unknownMetric(key: string): string {
  const [similar] = similarAmong(key, [], 1)
  return `${JSON.stringify(key.slice(0, 80))} is no metric${similar ? `; did you mean ${similar}?` : ''}`
}

/** A form says what it does not mean by '' or by leaving it out. */
const options = {
  metric: z
    .union([
      z.literal('').transform(() => undefined),
      z.string().refine(isMetricKey, { error: ({ input }) => unknownMetric(String(input)) }),
    ])
    .optional(),
  rebuild: z
    .union([z.boolean(), z.enum(['', '0', '1', 'true', 'false', 'on'])])
    .transform((value) => value === true || ['1', 'true', 'on'].includes(String(value)))
    .optional(),
} satisfies Record<RangeOption, z.ZodType>

/** The days that a run was asked for; undefined for jobs that take none. @throws Problem 422 */
export function parseRange(
  job: Job,
  body: unknown,
  { config, now }: Pick<Deps, 'config' | 'now'>,
): DayRange | undefined {
  const schema = job.takesRange ? schemaOf(job) : z.strictObject({}).transform(() => undefined)
  const parsed = schema.safeParse(body)
  if (!parsed.success)
    throw refused(parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`.trim()).join('; '))
  const range = parsed.data as DayRange | undefined
  if (!range) return undefined
  const last = today(now(), config.timeZone)
  if (range.from > range.to) throw refused('from is after to.')
  if (range.to > last) throw refused(`to is after today, ${last}.`)
  if (daysBetween(range.from, range.to) >= MAX_DAYS) throw refused(`The range is longer than ${MAX_DAYS} days.`)
  const { from, to, metric, rebuild } = range
  return { from, to, ...(metric && { metric }), ...(rebuild && { rebuild }) }
}

function schemaOf(job: Job) {
  return rangeSchema.extend(Object.fromEntries(job.options.map((name) => [name, options[name]])))
}

function refused(detail: string): Problem {
  return new Problem(422, 'These parameters do not fit', detail)
}
