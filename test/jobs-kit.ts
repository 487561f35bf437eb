import { vi } from 'vitest'
import type { Deps } from '../src/context.ts'
import { connect } from '../src/db/connect.ts'
import type { FactIn, Outcome } from '../src/facts/types.ts'
import { type DayRange, defineJob, type Job, type JobContext } from '../src/jobs/define.ts'
import { startRun } from '../src/jobs/runner.ts'
import { type TestApp, testApp } from './helpers/app.ts'

/** A job for a test; it comes only by hand unless told otherwise. */
export const quick = (name: string, work: (context: JobContext) => unknown = () => {}, more: Partial<Job> = {}) =>
  defineJob({
    name,
    schedule: null,
    label: name,
    doc: name,
    run: async (context) => {
      await work(context)
      return undefined
    },
    ...more,
  })

/** An app, and a second process on the same database: pools of its own, and the same clock. */
export async function twoProcesses(now: Date) {
  const t = await testApp({ now: () => now, config: { timeZone: 'UTC' } })
  const other: Deps = { ...t.deps, db: connect(t.db.url) }
  return {
    t,
    other,
    runsOf: (job: string) => t.sql`select * from job_runs where job = ${job} order by id`,
    async close() {
      await other.db.close()
      await t.close()
    },
  }
}

/** Waits for what another process brings about. */
export const until = (condition: () => Promise<boolean>) => vi.waitUntil(condition, { timeout: 20_000, interval: 50 })

/** Runs a job to its end; answers its row. */
export async function runJob({ deps, sql }: TestApp, job: Job, range?: DayRange) {
  const started = await startRun(deps, job, { slot: new Date(), startedBy: 'test' }, range)
  if (started.state !== 'started') throw new Error(started.state)
  await started.done
  const [row] = await sql<{ outcome: string; note: string | null; done: number; total: number }[]>`
    select outcome, note, done, total from job_runs where id = ${started.id}`
  return row!
}

type Fact = Omit<FactIn, 'index'>

export const event = (user: string, ts: string, name = 'opened'): Fact => ({
  kind: 'events',
  row: { name, user_id: user, ts },
})

/** Stores facts, however old. */
export function write({ deps }: TestApp, facts: Fact[]): Promise<Outcome> {
  const indexed = facts.map((fact, index) => ({ ...fact, index }))
  return deps.writer.write(indexed, { source: 'test', receivedAt: deps.now(), exemptRetention: true })
}
