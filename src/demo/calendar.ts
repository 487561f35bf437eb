/** Days of the simulation are whole UTC days, counted from the anchor: day 0 is the one the demo was made on. */
export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000

/** What happened at Acme Studio, as days relative to the anchor; a shorter history has the same story, closer together. */
export interface Calendar {
  anchorMs: number
  firstDay: number
  /** One provider fails and is slow for about three hours. */
  incident: { fromMs: number; toMs: number; provider: string }
  /** The main model gets cheaper. */
  modelPriceChangeMs: number
  /** Pro goes from $39 to $49, and a churn wave follows. */
  priceRiseMs: number
  waveEndMs: number
  /** A campaign: twice the sign-ups for a week. */
  agencyWeek: { fromDay: number; toDay: number }
  /** Sites begin to refresh themselves; by the day it is full, all that want it do. */
  refreshes: { fromDay: number; fullDay: number }
}

export function calendar(anchorMs: number, days: number): Calendar {
  const back = (share: number) => -Math.max(1, Math.round(share * days))
  const incidentDay = weekday(anchorMs, back(21 / 90))
  const incidentMs = anchorMs + incidentDay * DAY_MS + 13 * HOUR_MS
  const priceRiseMs = anchorMs + back(36 / 90) * DAY_MS + 9 * HOUR_MS
  return {
    anchorMs,
    firstDay: 1 - days,
    incident: { fromMs: incidentMs, toMs: incidentMs + 3.2 * HOUR_MS, provider: 'anthropic' },
    modelPriceChangeMs: anchorMs + back(12 / 90) * DAY_MS,
    priceRiseMs,
    waveEndMs: priceRiseMs + Math.max(1, (7 / 90) * days) * DAY_MS,
    refreshes: { fromDay: back(20 / 90), fullDay: back(9 / 90) },
    agencyWeek: { fromDay: back(58 / 90), toDay: back(58 / 90) + Math.max(1, Math.round((7 / 90) * days)) },
  }
}

/** An incident on a weekend would hardly be seen: move it back to the Friday. */
function weekday(anchorMs: number, day: number): number {
  const dayOfWeek = new Date(anchorMs + day * DAY_MS).getUTCDay()
  return dayOfWeek === 0 ? day - 2 : dayOfWeek === 6 ? day - 1 : day
}

/** Weekends are at 55 % of a weekday; one weekday is not quite like another. */
export function weekRhythm(dayMs: number): number {
  return [0.55, 0.96, 1.04, 1.05, 1.02, 0.93, 0.55][new Date(dayMs).getUTCDay()] as number
}

export function isIncident(calendar: Calendar, atMs: number): boolean {
  return atMs >= calendar.incident.fromMs && atMs < calendar.incident.toMs
}

let day = Number.NaN
let dayText = ''

/** The instant as ISO text, to the millisecond; toISOString anew each time was a tenth of the simulation. */
export function iso(ms: number): string {
  const whole = Math.floor(ms)
  const its = Math.floor(whole / DAY_MS)
  if (its !== day) {
    day = its
    dayText = new Date(whole).toISOString().slice(0, 11)
  }
  const rest = whole - its * DAY_MS
  const millis = 1000 + (rest % 1000)
  return `${dayText}${two(rest / HOUR_MS)}:${two((rest / MINUTE_MS) % 60)}:${two((rest / 1000) % 60)}.${`${millis}`.slice(1)}Z`
}

const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const two = (n: number): string => TWO[Math.floor(n)] as string
