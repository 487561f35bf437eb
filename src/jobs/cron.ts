import { type Logger as CronLogger, createTask, type ScheduledTask } from 'node-cron'
import { addDays, clockAt, type Day, today } from '../lib/time.ts'
import type { Job } from './define.ts'

/** A month, so that what comes once in each is made up for after weeks of silence. */
const LOOK_DAYS = 32
const MINUTE_MS = 60_000
const silent: CronLogger = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }

/** A schedule of one time a day, on every day or one of each month: those that can be made up for. */
export interface DaySchedule {
  minute: number
  hour: number
  /** null = every day. */
  dayOfMonth: number | null
}

/** A task of node-cron that has to be started; a tick that comes while the last one still runs is left out. */
export function cronTask(
  name: string,
  schedule: string,
  timezone: string,
  tick: (slot: Date) => Promise<void>,
): ScheduledTask {
  const options = { name, timezone, noOverlap: true, suppressMissedWarning: true, logger: silent }
  return createTask(cronOf(schedule), ({ date }) => tick(date), options)
}

/** `0 1 * * *` or `0 2 1 * *` in its parts; undefined for schedules that come more than once a day, or otherwise. */
export function dayScheduleOf(schedule: string): DaySchedule | undefined {
  const [, minute, hour, day] = /^(\d+) (\d+) (\d+|\*) \* \*$/.exec(schedule) ?? []
  if (!minute || !hour || !day) return undefined
  return { minute: Number(minute), hour: Number(hour), dayOfMonth: day === '*' ? null : Number(day) }
}

/** When a job comes next; null for jobs that are run by hand. */
export function nextSlot({ schedule }: Job, timezone: string, now = new Date()): Date | null {
  if (!schedule) return null
  const daily = dayScheduleOf(schedule)
  if (daily) return findSlot(daily, timezone, now, 1, (at) => at > now)
  const task = cronTask('', schedule, timezone, async () => {})
  try {
    return task.getNextRuns(1)[0] ?? null
  } finally {
    // It never starts, but node-cron keeps a list.
    void task.destroy()
  }
}

/** The newest slot at or before `now`; of schedules that come at most once a day. */
export function lastSlot(schedule: string, timezone: string, now: Date): Date | null {
  const daily = dayScheduleOf(schedule)
  return daily ? findSlot(daily, timezone, now, -1, (at) => at <= now) : null
}

/**
 * Whether a slot is the one that a schedule has: where clocks go back over it they show its time twice, and the second
 * is none. (A time that they skip node-cron leaves out; it is made up for when they have jumped.)
 */
export function isSlot(schedule: string, timezone: string, slot: Date): boolean {
  if (!dayScheduleOf(schedule)) return true
  const last = lastSlot(schedule, timezone, slot)
  return last !== null && slot.getTime() - last.getTime() < MINUTE_MS
}

/** Walks the days from today, forwards or backwards, to the first with a slot that fits. */
function findSlot(
  { minute, hour, dayOfMonth }: DaySchedule,
  timezone: string,
  now: Date,
  direction: 1 | -1,
  fits: (at: Date) => boolean,
): Date | null {
  const first = today(now, timezone)
  const isDay = (day: Day) => dayOfMonth === null || Number(day.slice(8)) === dayOfMonth
  for (let n = 0; n <= LOOK_DAYS; n++) {
    const day = addDays(first, direction * n)
    const at = isDay(day) ? clockAt(day, hour, minute, timezone) : undefined
    if (at && fits(at)) return at
  }
  return null
}

/** What node-cron understands: `every 5s` becomes a six-field expression. */
function cronOf(schedule: string): string {
  const every = /^every (\d+)s$/.exec(schedule)
  return every ? `*/${every[1]} * * * * *` : schedule
}
