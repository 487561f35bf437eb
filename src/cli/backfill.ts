import { setTimeout as sleep } from 'node:timers/promises'
import { differsFromServer } from '../backfill/same-settings.ts'
import type { Deps } from '../context.ts'
import { type Progress, progressBar } from '../demo/progress.ts'
import backfill from '../jobs/backfill.ts'
import type { DayRange } from '../jobs/define.ts'
import { parseRange } from '../jobs/range.ts'
import { askedNote, isOf, unfinishedRun } from '../jobs/resume.ts'
import { startRun } from '../jobs/runner.ts'
import { cancelRun, findRun, type RunView } from '../jobs/runs.ts'
import { takeOverOf } from '../jobs/sweep.ts'
import { type Command, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

const POLL_MS = 300
const OTHER_SETTINGS =
  'backfill: the server was started with other settings (its environment), or is of another version: its numbers would be replaced by other ones. Run this with the environment of the server, or on its Backfill page; --own-settings does it all the same.'
/** What a shell calls a command that Ctrl-C ended. */
const INTERRUPTED = 130

export const backfillCommand: Command = {
  name: 'backfill',
  usage: '--from DAY --to DAY [--metric KEY] [--rebuild] [--afresh] [--own-settings]',
  doc: 'Computes the stored metrics of closed days anew, beside a running server too. After Ctrl-C, or a crash, the same command goes on where it was.',
  options: {
    from: { type: 'string', required: true, doc: 'first day, as 2026-01-31' },
    to: { type: 'string', required: true, doc: 'last day' },
    metric: { type: 'string', doc: 'one metric only, by its key' },
    rebuild: { type: 'boolean', doc: 'the roll-ups first, from the raw facts that remain' },
    'own-settings': {
      type: 'boolean',
      doc: 'with the settings of this shell, where the server was started with others',
    },
    afresh: { type: 'boolean', doc: 'from the first day, also where an earlier run was interrupted' },
  },
  run: ({ option, flag }) =>
    withCore(async (deps) => {
      if (!flag('own-settings') && (await differsFromServer(deps))) throw new UsageError(OTHER_SETTINGS)
      const metric = option('metric')
      const asked = { from: option('from'), to: option('to'), ...(metric && { metric }), rebuild: flag('rebuild') }
      return runBackfill(deps, parseRange(backfill, asked, deps) as DayRange, flag('afresh'))
    }),
}

async function runBackfill(deps: Deps, range: DayRange, afresh: boolean): Promise<number> {
  const stopped = new AbortController()
  const interrupt = () => stopped.abort()
  process.once('SIGINT', interrupt)
  try {
    return await follow(deps, range, afresh, stopped.signal)
  } finally {
    process.off('SIGINT', interrupt)
  }
}

/** Starts the run, or goes on with one that was interrupted, or waits for the one under way; tells how it ends. */
async function follow(deps: Deps, range: DayRange, afresh: boolean, stopped: AbortSignal): Promise<number> {
  const bar = progressBar('Backfill')
  for (;;) {
    const before = afresh ? undefined : await unfinishedRun(deps, range)
    const startedBy = before ? takeOverOf(before.id) : 'cli'
    const started = await startRun(deps, backfill, { slot: deps.now(), startedBy }, before?.range ?? range)
    if (started.state === 'taken') continue
    const mine = started.state === 'started'
    if (before?.range.start && mine) say(`going on from ${before.range.start}`)
    if (!mine) say(`run ${started.id} is under way; waiting for it`)
    const run = await watch(deps, started.id, bar, stopped, mine)
    if (mine) await started.done
    if (stopped.aborted) return interrupted(run, mine)
    if (!mine && !(run.state === 'ok' && isOf(run.note, await askedNote(deps, range)))) continue
    return ended(bar, (await findRun(deps.db.sql, started.id)) ?? run)
  }
}

/** Shows how far a run is until it has ended, or whoever ran it has gone. */
async function watch(deps: Deps, id: string, bar: Progress, stopped: AbortSignal, mine: boolean): Promise<RunView> {
  for (;;) {
    if (stopped.aborted && mine) await cancelRun(deps.db.sql, id)
    const run = (await findRun(deps.db.sql, id))!
    if (run.total) bar.show(run.done / run.total, `${run.done} of ${run.total} days`)
    if (run.finished_at || (stopped.aborted && !mine) || !(await isHeard(deps, id))) return run
    await sleep(POLL_MS)
  }
}

/** Whether its process still lives; a minute of silence means that it does not, and the next start takes over. */
async function isHeard({ db }: Deps, id: string): Promise<boolean> {
  const [row] =
    await db.sql`select heartbeat_at > now() - interval '60 seconds' as heard from job_runs where id = ${id}`
  return row?.heard === true
}

function interrupted({ done, total }: RunView, mine: boolean): number {
  say(
    mine
      ? `stopped after ${done} of ${total ?? '?'} days; the same command goes on from there`
      : 'not waiting any longer; the run itself goes on',
  )
  return INTERRUPTED
}

function ended(bar: Progress, { state, done, total, note, error }: RunView): number {
  if (state === 'ok') bar.done(total === null ? '' : `${done} of ${total} days`)
  console.log([`\nbackfill: ${state}`, note, error].filter(Boolean).join(' · '))
  return state === 'ok' ? 0 : 1
}

function say(text: string): void {
  process.stderr.write(`\nquarterdeck: ${text}\n`)
}
