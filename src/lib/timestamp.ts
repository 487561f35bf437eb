// YYYY-MM-DD[T or space]HH:MM[:SS[.fraction]][zone]; the time may be left out.
const WRITTEN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/
const NUMERIC = /^\d{9,20}(?:\.\d{1,9})?$/
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * The instant a client means: ISO 8601 (`T` or a space, any number of fractional digits up to 9), or seconds, milli-,
 * micro- or nanoseconds since 1970 as number or text, told apart by their size. Without a zone it is UTC, whatever
 * zone this machine is in. Null for anything else, impossible dates (30 February, 25:00) included.
 */
export function parseTimestamp(value: unknown): Date | null {
  if (typeof value === 'string') return parseText(value.trim())
  if (typeof value === 'number') return parseEpoch(value)
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value : null
}

function parseText(text: string): Date | null {
  const parts = WRITTEN.exec(text)
  if (!parts) return NUMERIC.test(text) ? parseEpoch(Number(text)) : null
  const year = Number(parts[1])
  const month = Number(parts[2])
  const day = Number(parts[3])
  const hour = Number(parts[4] ?? 0)
  const minute = Number(parts[5] ?? 0)
  const second = Number(parts[6] ?? 0)
  if (year < 1900 || !isDay(year, month, day) || hour > 23 || minute > 59 || second > 59) return null
  const offset = parts[8] === undefined ? 0 : offsetMs(parts[8])
  if (offset === null) return null
  const ms = parts[7] === undefined ? 0 : Number(`${parts[7]}00`.slice(0, 3))
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms) - offset)
}

// Date.parse lets 30 February roll over into March.
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leapDay = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= DAYS_IN_MONTH[month - 1]! + (leapDay ? 1 : 0)
}

function offsetMs(zone: string): number | null {
  const sign = zone[0] === '+' ? 1 : zone[0] === '-' ? -1 : 0
  if (sign === 0) return 0
  const digits = zone.slice(1).replace(':', '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2) || 0)
  return hours > 15 || minutes > 59 ? null : sign * (hours * 60 + minutes) * 60_000
}

/**
 * Seconds reach 1e11 in the year 5138 and milliseconds were at 1e11 in 1973, so that a thousandfold step tells the
 * unit. Below 1e8 it is not an instant but a mistake: a year, 20231116, a counter.
 */
function parseEpoch(epoch: number): Date | null {
  if (!(epoch >= 1e8) || epoch >= 1e20) return null
  if (epoch < 1e11) return new Date(Math.round(epoch * 1000))
  if (epoch < 1e14) return new Date(Math.floor(epoch))
  return new Date(Math.floor(epoch < 1e17 ? epoch / 1e3 : epoch / 1e6))
}
