import type { Deps } from '../context.ts'
import { findJob, jobs } from '../jobs/index.ts'
import { parseRange } from '../jobs/range.ts'
import { startRun } from '../jobs/runner.ts'
import { type Command, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

const range = {
  from: { type: 'string', doc: 'first day, as 2026-01-31' },
  to: { type: 'string', doc: 'last day' },
} as const

export const jobRun: Command = {
  name: 'job run',
  usage: 'NAME [--from DAY --to DAY]',
  doc: 'Runs a job now and waits for its end.',
  positionals: ['NAME'],
  options: range,
  run: ({ positionals, option }) => runJob(positionals[0]!, option('from'), option('to')),
}

export const rebuild: Command = {
  name: 'rebuild',
  usage: '--from DAY --to DAY',
  doc: 'Computes the roll-ups of a range of days anew from the raw facts.',
  options: { from: { ...range.from, required: true }, to: { ...range.to, required: true } },
  run: ({ option }) => runJob('rebuild', option('from'), option('to')),
}

async function runJob(name: string, from: string | undefined, to: string | undefined): Promise<number> {
  const job = findJob(name)
  if (!job)
    throw new UsageError(`there is no job ${JSON.stringify(name)}, only ${jobs.map((one) => one.name).join(', ')}`)
  return withCore(async (deps) => {
    const days = parseRange(job, { ...(from ? { from } : {}), ...(to ? { to } : {}) }, deps)
    const started = await startRun(deps, job, { slot: deps.now(), startedBy: 'cli' }, days)
    if (started.state !== 'started') {
      console.error(`quarterdeck: a run of ${name} is under way`)
      return 1
    }
    const outcome = await started.done
    const { note, error } = await lastWords(deps, started.id)
    console.log([`${name}: ${outcome}`, note, error].filter(Boolean).join(' · '))
    return outcome === 'ok' ? 0 : 1
  })
}

async function lastWords({ db }: Deps, id: string): Promise<{ note?: string; error?: string }> {
  const [row] = await db.sql`select note, error from job_runs where id = ${id}`
  return row ?? {}
}
