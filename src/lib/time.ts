/** A calendar day of the configured zone, 'YYYY-MM-DD'. */
export type Day = string

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formatters.set(timeZone, formatter)
  }
  return formatter
}

function partsOf(at: Date, timeZone: string): Record<string, string> {
  return Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
}

/** The local day of an instant. */
export function dayOf(at: Date, timeZone: string): Day {
  if (timeZone === 'UTC') return at.toISOString().slice(0, 10)
  const { year, month, day } = partsOf(at, timeZone)
  return `${year}-${month}-${day}`
}

/** The local day it is. */
export function today(now: Date, timeZone: string): Day {
  return dayOf(now, timeZone)
}

const DAY_MS = 86_400_000

/** Days of the calendar are counted in UTC, where each has 24 hours. */
const instantOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`)
/** The names of days, which a page asks for some thousands of times. */
const dayNames = new Map<number, Day>()
const MAX_DAY_NAMES = 5_000

function dayAt(instant: number): Day {
  const known = dayNames.get(instant)
  if (known !== undefined) return known
  if (dayNames.size >= MAX_DAY_NAMES) dayNames.clear()
  const day = new Date(instant).toISOString().slice(0, 10)
  dayNames.set(instant, day)
  return day
}

/** `n` days later (earlier if negative). */
export function addDays(day: Day, n: number): Day {
  return dayAt(instantOf(day) + n * DAY_MS)
}

/** Whole days from `from` to `to`; 0 for the same day. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((instantOf(to) - instantOf(from)) / DAY_MS)
}

/** Every day from `from` to `to`, both included. */
export function eachDay(from: Day, to: Day): Day[] {
  const first = instantOf(from)
  return Array.from({ length: Math.max(0, daysBetween(from, to) + 1) }, (_, n) => dayAt(first + n * DAY_MS))
}

/** How far local time is ahead of UTC at an instant, in ms. */
export function offsetMs(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(at, timeZone)
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  return local - Math.floor(at.getTime() / 1000) * 1000
}

/** So many local days before an instant, when clocks of the zone showed the same time. */
export function daysBefore(at: Date, days: number, timeZone: string): Date {
  const plain = at.getTime() - days * DAY_MS
  if (timeZone === 'UTC') return new Date(plain)
  return new Date(plain + offsetMs(at, timeZone) - offsetMs(new Date(plain), timeZone))
}

/**
 * The first instant of a local day: clocks that go forward at midnight skip it, clocks that go back to it have it twice.
 */
export function startOfDay(day: Day, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`)
  // Around a clock change the offset before differs from the one after: a day's bounds lie at one of the two.
  const [before, after] = [-36, 36].map((hours) => offsetMs(new Date(utc + hours * 3_600_000), timeZone))
  const candidates = [utc - Math.max(before!, after!), utc - Math.min(before!, after!)]
  const at = candidates.find((ms) => dayOf(new Date(ms), timeZone) >= day)!
  // Skipped midnight: the later candidate is inside the day, and the change itself is its beginning.
  return new Date(dayOf(new Date(at - 1), timeZone) < day ? at : firstOfDay(day, timeZone, at))
}

/** The day's first instant, to the minute, knowing one inside it that is at most a few hours later. */
function firstOfDay(day: Day, timeZone: string, inside: number): number {
  let [low, high] = [Math.floor(inside / 60_000) - 240, Math.floor(inside / 60_000)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (dayOf(new Date(middle * 60_000), timeZone) < day) low = middle
    else high = middle
  }
  return high * 60_000
}

/**
 * The first instant at which clocks of the zone show a time on a day. A time that they skip comes when they jump over it,
 * later by as much as they jump; of one that they show twice it is the first.
 */
export function clockAt(day: Day, hour: number, minute: number, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`) + (hour * 60 + minute) * 60_000
  const offsets = [-36, 36].map((hours) => offsetMs(new Date(utc + hours * 3_600_000), timeZone))
  const [early, late] = [utc - Math.max(...offsets), utc - Math.min(...offsets)]
  const isShown = early + offsetMs(new Date(early), timeZone) === utc
  return new Date(isShown ? early : late)
}
