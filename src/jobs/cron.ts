import { type Logger as CronLogger, createTask, type ScheduledTask } from 'node-cron'
import type { Job } from './define.ts'

const QUARTER_HOUR_MS = 15 * 60_000
const LOOK_BACK_MS = 48 * 3_600_000
const silent: CronLogger = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }

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

/** When a job comes next; null for jobs that are run by hand. */
export function nextSlot(job: Job, timezone: string): Date | null {
  return job.schedule ? ask(job.schedule, timezone, (task) => task.getNextRuns(1)[0] ?? null) : null
}

/** The newest slot at or before `now`; schedules that are made up for lie on a quarter of an hour. */
export function lastSlot(schedule: string, timezone: string, now: Date): Date | null {
  return ask(schedule, timezone, (task) => {
    const newest = Math.floor(now.getTime() / QUARTER_HOUR_MS) * QUARTER_HOUR_MS
    for (let at = newest; at > newest - LOOK_BACK_MS; at -= QUARTER_HOUR_MS) {
      if (task.match(new Date(at))) return new Date(at)
    }
    return null
  })
}

/** What node-cron understands: `every 5s` becomes a six-field expression. */
function cronOf(schedule: string): string {
  const every = /^every (\d+)s$/.exec(schedule)
  return every ? `*/${every[1]} * * * * *` : schedule
}

/** A task only to ask node-cron about times; it never starts, but must be destroyed, for node-cron keeps a list. */
function ask<T>(schedule: string, timezone: string, question: (task: ScheduledTask) => T): T {
  const task = cronTask('', schedule, timezone, async () => {})
  try {
    return question(task)
  } finally {
    void task.destroy()
  }
}
