import { z } from 'zod'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { daysBetween, today } from '../lib/time.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import type { DayRange, Job } from './define.ts'

const MAX_DAYS = 3660
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'is not a day like 2026-01-31')
  .refine((text) => parseTimestamp(text) !== null, 'is a day that does not exist')
const rangeSchema = z.strictObject({ from: day, to: day })

/** The days that a run was asked for; undefined for jobs that take none. @throws Problem 422 */
export function parseRange(
  job: Job,
  body: unknown,
  { config, now }: Pick<Deps, 'config' | 'now'>,
): DayRange | undefined {
  const schema = job.takesRange ? rangeSchema : z.strictObject({}).transform(() => undefined)
  const parsed = schema.safeParse(body)
  if (!parsed.success)
    throw refused(parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`.trim()).join('; '))
  const range = parsed.data
  if (!range) return undefined
  const last = today(now(), config.timeZone)
  if (range.from > range.to) throw refused('from is after to.')
  if (range.to > last) throw refused(`to is after today, ${last}.`)
  if (daysBetween(range.from, range.to) >= MAX_DAYS) throw refused(`The range is longer than ${MAX_DAYS} days.`)
  return range
}

function refused(detail: string): Problem {
  return new Problem(422, 'These parameters do not fit', detail)
}
