import type { Deps } from '../context.ts'
import { type Day, today } from '../lib/time.ts'
import type { JobContext, Run } from './define.ts'
import { isAway, RunStopped } from './runner.ts'
import { findSteps, predecessorOf, type StepView } from './steps-read.ts'

/** One step of a job that has several. */
export interface Step {
  name: string
  label: string
  doc: string
  /** Does the work; what it returns is told of the step. */
  run: (context: StepContext) => Promise<string>
}

export interface StepContext {
  deps: Deps
  now: Date
  signal: AbortSignal
  /** Stores how far the step is, and throws `RunStopped` when it should go no further. */
  progress: (done: number, total?: number) => Promise<void>
}

/** Some steps did not succeed; the others did. */
export class StepsFailed extends Error {
  constructor(failed: readonly { label: string; error: string | null }[], of: number) {
    const each = failed.map(({ label, error }) => `${label}: ${error ?? 'no reason given'}`)
    super(`failed in ${failed.length} of ${of} steps. ${each.join('; ')}`)
  }
}

/**
 * Does the steps in their order. One that fails does not keep the others from their work; the run fails at the end all the
 * same. A run that takes over another one's goes on at the step where that was, unless a day has ended since.
 * @throws StepsFailed; RunStopped where the run is to go no further
 */
export async function runSteps({ deps, run, now }: JobContext, steps: readonly Step[]): Promise<void> {
  const day = today(now, deps.config.timeZone)
  await layOut(deps, run, steps, day)
  const over = new Set((await findSteps(deps.db.sql, run.id)).filter(isOver).map(({ name }) => name))
  await run.progress(over.size, steps.length)
  for (const step of steps) {
    if (over.has(step.name)) continue
    await runStep(deps, run, step, now, day, over.size)
    over.add(step.name)
    await run.progress(over.size)
  }
  const failed = (await findSteps(deps.db.sql, run.id)).filter(({ state }) => state === 'failed')
  if (failed.length > 0)
    throw new StepsFailed(
      failed.map((one) => labelled(one, steps)),
      steps.length,
    )
}

const isOver = ({ state }: StepView): boolean => state === 'ok' || state === 'failed'
const labelled = ({ name, error }: StepView, steps: readonly Step[]) => ({
  label: steps.find((step) => step.name === name)?.label ?? name,
  error,
})

/** Every step stands there from the beginning, those that a dead run had done as done. */
async function layOut({ db: { sql } }: Deps, { id }: Run, steps: readonly Step[], day: Day): Promise<void> {
  const before = await predecessorOf(sql, id)
  await sql`
    insert into job_steps (run_id, place, name, state, as_of, started_at, finished_at, done, total, note, error, carried_from)
    select ${id}, s.place, s.name, coalesce(b.state, 'waiting'), b.as_of, b.started_at, b.finished_at,
      coalesce(b.done, 0), b.total, b.note, b.error, coalesce(b.carried_from, b.run_id)
    from unnest(${steps.map(({ name }) => name)}::text[]) with ordinality s (name, place)
      left join job_steps b on b.run_id = ${before ?? null} and b.name = s.name and b.as_of = ${day}::date
        and b.state in ('ok', 'failed')`
}

/** @throws RunStopped, or what the database said when it went away: then the step is where the next run goes on */
async function runStep(deps: Deps, run: Run, step: Step, now: Date, day: Day, stepsDone: number): Promise<void> {
  const { sql } = deps.db
  const here = sql`run_id = ${run.id} and name = ${step.name}`
  const progress = async (done: number, total?: number) => {
    await sql`update job_steps set done = ${done}, total = coalesce(${total ?? null}, total) where ${here}`
    await run.progress(stepsDone)
  }
  await sql`update job_steps set state = 'running', started_at = clock_timestamp() where ${here}`
  const end = async (state: 'ok' | 'failed', told: { note?: string; error?: string }) =>
    await sql`
      update job_steps
      set state = ${state}, as_of = ${day}, finished_at = clock_timestamp(), note = ${told.note ?? null}, error = ${told.error ?? null}
      where ${here}`
  try {
    const note = await step.run({ deps, now, signal: run.signal, progress })
    await end('ok', { note })
  } catch (error) {
    if (error instanceof RunStopped || isAway(error)) throw error
    run.signal.throwIfAborted()
    deps.log.error({ run: run.id, step: step.name, err: error }, 'step fails')
    await end('failed', { error: String(error instanceof Error ? error.message : error).slice(0, MAX_ERROR) })
  }
}

const MAX_ERROR = 500
