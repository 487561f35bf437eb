import { whyNoJob } from '../../../src/jobs/by-hand.ts'
import type { RunView } from '../../../src/jobs/runs.ts'
import type { StepView } from '../../../src/jobs/steps-read.ts'
import { momentText } from '../../../src/lib/dates.ts'
import type { PageContext } from '../../../src/page.ts'
import type { JobRuns } from '../../../src/schedules/load.ts'
import { jobPath } from '../../../src/schedules/paths.ts'
import { Card, DataTable, Icon, Note, TwoLines } from '../../parts/index.ts'
import { Say } from '../../parts/live.tsx'
import { RunNow } from './table.tsx'
import { StateBadge, startedByText, tookText } from './words.tsx'

interface Props {
  found: JobRuns
  context: PageContext
}

/** One run: how far it is or how it ended, and the way to end it or to run the job again. */
export const RunCard = ({ found, context }: Props) => {
  const { job, last, shown, steps } = found
  const { deps, filters, admin } = context
  const off = whyNoJob(deps, admin)
  if (!shown)
    return (
      <Card id="run" title="Not run yet">
        <RunNow job={job} isRunning={false} off={off} primary />
      </Card>
    )
  const begun = momentText(shown.started_at, filters.today, deps.config.timeZone)
  return (
    <Card id="run" title={`Run ${shown.id}`} sub={`begun ${begun} by ${startedByText(shown.started_by, found.names)}`}>
      <p class="q-num" data-volatile>
        <StateBadge state={shown.state} /> {farText(shown, deps.now(), steps.length > 0 ? 'steps' : 'done')}
      </p>
      {shown.state === 'running' && (
        <progress class="q-bar" value={shown.done} max={Math.max(1, shown.total ?? 1)} aria-label="Progress" />
      )}
      {shown.error && <Note tone={shown.state === 'failed' ? 'crit' : 'warn'}>{shown.error}</Note>}
      {!shown.error && shown.note && <p class="q-ink-2">{shown.note}</p>}
      {shown.state === 'running' ? (
        <Cancel run={shown} off={off} />
      ) : (
        <RunNow job={job} isRunning={last?.state === 'running'} off={off} primary />
      )}
      <Say>{`Run ${shown.id}: ${shown.state}.`}</Say>
    </Card>
  )
}

/** "3 of 7 steps, 12 s so far" */
function farText(run: RunView, now: Date, of: string): string {
  const { done, total, state } = run
  const far = total === null ? undefined : `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} ${of}`
  return [far, `${state === 'running' ? '' : 'took '}${tookText(run, now)}${state === 'running' ? ' so far' : ''}`]
    .filter(Boolean)
    .join(', ')
}

const Cancel = ({ run: { id, job, cancel_requested }, off }: { run: RunView; off: string | undefined }) => (
  <form method="post" action={`${jobPath(job)}/runs/${id}/cancel`} class="q-actions">
    <button type="submit" class="q-btn" disabled={cancel_requested || off !== undefined} title={off}>
      <Icon name="x" />
      {cancel_requested ? 'Ending …' : 'Cancel'}
    </button>
    <span class="q-ink-3">What is done stays.</span>
  </form>
)

/** The steps of a run: how each stands, how long it took, what it did or why it failed. */
export const StepsCard = ({ found: { job, shown, steps }, context: { deps } }: Props) => {
  if (!shown || job.steps.length === 0) return null
  const about = new Map(job.steps.map((step) => [step.name, step]))
  return (
    <Card id="steps" title="Steps" sub="in this order; one that fails does not stop the others" flush>
      <DataTable
        id="steps"
        caption={`Steps of run ${shown.id}`}
        rowHeight={44}
        columns={[
          { key: 'step', label: 'Step' },
          { key: 'state', label: 'State' },
          { key: 'took', label: 'Took', number: true, muted: true, wide: true },
        ]}
        rows={steps.map((step) => {
          const { label, doc } = about.get(step.name) ?? { label: step.name, doc: '' }
          const isStuck = step.state === 'running' && shown.state !== 'running'
          return {
            cells: {
              step: <TwoLines title={label} sub={step.error ?? step.note ?? doc} />,
              state:
                step.state === 'waiting' ? (
                  <span class="q-ink-3">{shown.state === 'running' ? 'waiting' : 'not reached'}</span>
                ) : (
                  <TwoLines title={<StateBadge state={isStuck ? 'abandoned' : step.state} />} sub={partText(step)} />
                ),
              took: step.state === 'waiting' ? '—' : tookText(step, shown.finished_at ?? deps.now()),
            },
          }
        })}
        empty="This run was before there were steps."
      />
    </Card>
  )
}

/** How far a step that runs is, and whose work one is that was taken over. */
function partText({ state, done, total, done_by_run }: StepView): string | undefined {
  if (done_by_run) return `by run ${done_by_run}`
  if (state !== 'running' || total === null) return undefined
  return `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`
}

/** The last runs of the job. */
export const RunsCard = ({ found: { runs, shown, job, names }, context: { deps, filters } }: Props) => (
  <Card id="runs" title="Last runs" flush>
    <DataTable
      id="runs"
      caption={`Runs of ${job.label}`}
      rowHeight={44}
      columns={[
        { key: 'run', label: 'Run' },
        { key: 'state', label: 'Ended' },
      ]}
      rows={runs.map((run) => ({
        href: jobPath(job.name, run.id),
        cells: {
          run: (
            <TwoLines
              title={`${momentText(run.started_at, filters.today, deps.config.timeZone)}${run.id === shown?.id ? ', shown here' : ''}`}
              sub={startedByText(run.started_by, names)}
            />
          ),
          state: (
            <TwoLines
              title={<StateBadge state={run.state} />}
              sub={run.finished_at ? `took ${tookText(run, deps.now())}` : undefined}
            />
          ),
        },
      }))}
      empty="No run yet."
    />
  </Card>
)
