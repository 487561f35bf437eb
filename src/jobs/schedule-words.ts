import { dayScheduleOf } from './cron.ts'

/** How schedules that come more than once a day are said. */
const SPOKEN: [pattern: RegExp, words: (n: number) => string][] = [
  [/^every (\d+)s$/, (n) => `every ${n} seconds`],
  [/^\*\/(\d+) \* \* \* \*$/, (n) => `every ${n} minutes`],
  [/^\* \* \* \* \*$/, () => 'every minute'],
  [/^(\d+) \* \* \* \* \*$/, (n) => `every minute, at second ${n}`],
  [/^(\d+) \* \* \* \*$/, (n) => `every hour, at minute ${n}`],
]

/** A schedule in words; one that nobody has said yet stays as cron has it. */
export function scheduleWords(schedule: string | null): string {
  if (schedule === null) return 'by hand'
  const daily = dayScheduleOf(schedule)
  if (daily) {
    const time = [daily.hour, daily.minute].map((n) => String(n).padStart(2, '0')).join(':')
    return daily.dayOfMonth === null ? `every day at ${time}` : `monthly on the ${ordinal(daily.dayOfMonth)} at ${time}`
  }
  for (const [pattern, words] of SPOKEN) {
    const match = pattern.exec(schedule)
    if (match) return words(Number(match[1]))
  }
  return schedule
}

const ENDINGS: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' }
const rules = new Intl.PluralRules('en', { type: 'ordinal' })
const ordinal = (n: number): string => `${n}${ENDINGS[rules.select(n)]}`
