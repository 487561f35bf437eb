import { z } from 'zod'
import { isPreset, nameOf, noPreset } from './connectors/preset-folders.ts'
import { durationSeconds } from './lib/duration.ts'

// What settings can be, as one writes them in the environment; a message goes on after the name of its setting.

export const text = z.string().trim()
export const list = text.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)

export const integer = (low: number, high: number) =>
  text
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(low, `must be at least ${low}`).max(high, `must be at most ${high}`))

export const choice = <const T extends string>(...values: T[]) =>
  text.pipe(z.enum(values, { error: `must be one of ${values.join(', ')}` }))

export const flag = text
  .toLowerCase()
  .refine((value) => ['', '0', '1', 'true', 'false', 'yes', 'no'].includes(value), 'must be 1 or 0')
  .transform((value) => ['1', 'true', 'yes'].includes(value))

const url = (protocols: string[]) => (value: string) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1))

export const webUrl = url(['http', 'https'])

export const origins = list.refine(
  (values) => values.every((value) => webUrl(value) && new URL(value).origin === value),
  'must be origins such as https://example.com, separated by commas',
)

export const timeZone = text.refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== '' && !/^[+-]/.test(zone)
  } catch {
    return false
  }
}, 'must be an IANA time zone such as Europe/Berlin')

const UNITS: Record<string, number> = { '': 1, KB: 1024, MB: 1024 ** 2 }
export const bytes = text
  .toUpperCase()
  .regex(/^\d+ ?(KB|MB)?$/, 'must be a size such as 512 KB or 5 MB')
  .transform((value) => Number.parseInt(value, 10) * UNITS[value.replace(/[\d ]/g, '')]!)
  .pipe(
    z
      .number()
      .min(1024, 'must be at least 1 KB')
      .max(64 * 1024 ** 2, 'must be at most 64 MB'),
  )

export const postgresUrl = text.refine(
  (value) => value === '' || url(['postgres', 'postgresql'])(value),
  'must be a URL such as postgres://user:password@host:5432/database',
)

export const redisUrl = text.refine(
  (value) => value === '' || url(['redis', 'rediss'])(value),
  'must be a URL such as redis://user:password@host:6379/0',
)

export const smtpUrl = text.refine(
  (value) => value === '' || (url(['smtp', 'smtps'])(value) && new URL(value).hostname !== ''),
  'must be a URL such as smtp://user:password@host:587',
)

/** "Name <a@b>" or "a@b". */
export const mailAddress = text
  .max(320, 'must have at most 320 characters')
  .regex(
    /^$|^([^<>"\r\n]* <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
    'must be an address such as Quarterdeck <ops@example.com>',
  )

export const presets = list.superRefine((names, context) => {
  for (const name of names) if (!isPreset(name)) context.addIssue(`names no preset: ${noPreset(name)}`)
  if (new Set(names.map(nameOf)).size < names.length) context.addIssue('has two presets of one name')
})

export const syncEvery = text.transform((value, context) => {
  const seconds = durationSeconds(value)
  if (seconds !== undefined && seconds >= 5 && seconds <= 86_400) return seconds
  context.addIssue('must be a time from 5s to 24h such as 30s or 5m')
  return z.NEVER
})
