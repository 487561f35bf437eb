import { type Day, dayOf } from './time.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** "22 Oct"; with its year where that is not this one's. */
export function dayLabel(day: Day, today: Day): string {
  const short = `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`
  return day.slice(0, 4) === today.slice(0, 4) ? short : `${short} ${day.slice(0, 4)}`
}

/** "Sun 22 Oct", for tooltips and tables. */
export function dayTitle(day: Day, today: Day): string {
  return `${WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]} ${dayLabel(day, today)}`
}

/** "22 Oct – 20 Nov", or one day. */
export function rangeDates(from: Day, to: Day, today: Day): string {
  return from === to ? dayLabel(from, today) : `${dayLabel(from, today)} – ${dayLabel(to, today)}`
}

/** "14:31" in the zone; `seconds` for "14:31:07". */
export function clockTime(at: Date, timeZone: string, seconds = false): string {
  return formatterOf(timeZone, seconds).format(at)
}

/** "14:31" today, "yesterday" is not enough for ops: "20 Nov 14:31" on any other day. */
export function momentText(at: Date, today: Day, timeZone: string): string {
  const day = dayOf(at, timeZone)
  const time = clockTime(at, timeZone)
  return day === today ? time : `${dayLabel(day, today)} ${time}`
}

/** "12 s", "6 m", "4 h", "12 d": how old something is. */
export function ageText(at: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} m`
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string, seconds: boolean): Intl.DateTimeFormat {
  const key = `${timeZone} ${seconds}`
  let formatter = formatters.get(key)
  if (!formatter) {
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone, ...clock, ...(seconds ? { second: '2-digit' } : {}) })
    formatters.set(key, formatter)
  }
  return formatter
}
