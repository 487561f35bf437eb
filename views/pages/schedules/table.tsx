import { cardState } from '../../../src/card-state.ts'
import { whyNoJob } from '../../../src/jobs/by-hand.ts'
import type { Job } from '../../../src/jobs/define.ts'
import { scheduleWords } from '../../../src/jobs/schedule-words.ts'
import { ageText, momentText } from '../../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../../src/lib/settle.ts'
import type { PageContext } from '../../../src/page.ts'
import type { Scheduled } from '../../../src/schedules/load.ts'
import { jobPath } from '../../../src/schedules/paths.ts'
import { Card, DataTable, Icon, TwoLines } from '../../parts/index.ts'
import { StateBadge, tookText } from './words.tsx'

interface Props {
  id: string
  title: string
  sub: string
  found: Loaded<Scheduled[]>
  /** Which of them this card has. */
  of: (job: Job) => boolean
  context: PageContext
}

/** Some jobs: what each does and when, how it ran last, when it comes next, and the way to run it now. */
export const SchedulesCard = ({ id, title, sub, found, of, context }: Props) => {
  const { deps } = context
  const shown = (shownOf(found) ?? []).filter(({ job }) => of(job))
  return (
    <Card id={id} title={title} sub={sub} flush state={cardState(found, deps.now())}>
      <DataTable
        id={id}
        caption={title}
        rowHeight={44}
        columns={[
          { key: 'job', label: 'Job' },
          { key: 'when', label: 'When', wide: true },
          { key: 'last', label: 'Last run' },
          { key: 'took', label: 'Took', number: true, muted: true, wide: true },
          { key: 'next', label: 'Next run', number: true, wide: true },
          { key: 'act', label: 'Run it', number: true, quiet: true },
        ]}
        rows={shown.map((one) => ({ cells: cellsOf(one, context) }))}
      />
    </Card>
  )
}

function cellsOf({ job, last, nextAt }: Scheduled, { deps, filters, admin }: PageContext) {
  const { timeZone } = deps.config
  return {
    job: <TwoLines title={<a href={jobPath(job.name)}>{job.label}</a>} sub={job.doc} />,
    when: scheduleWords(job.schedule),
    last: last ? (
      <TwoLines title={<StateBadge state={last.state} />} sub={lastText(last, deps.now())} />
    ) : (
      <span class="q-ink-3">not yet</span>
    ),
    took: last?.finished_at ? tookText(last, deps.now()) : '—',
    next: nextAt ? momentText(nextAt, filters.today, timeZone) : '—',
    act: <RunNow job={job} isRunning={last?.state === 'running'} off={whyNoJob(deps, admin)} />,
  }
}

function lastText({ finished_at, started_at, error, note }: NonNullable<Scheduled['last']>, now: Date): string {
  const age = finished_at ? `${ageText(finished_at, now)} ago` : `since ${ageText(started_at, now)}`
  return [age, error ?? note].filter(Boolean).join(', ')
}

interface RunNowProps {
  job: Job
  isRunning: boolean
  off: string | undefined
  /** The button that the page is there for. */
  primary?: boolean
}

/** Runs a job now; of days they are chosen first, and what runs every few seconds has no button. */
export const RunNow = ({ job, isRunning, off, primary }: RunNowProps) => {
  if (job.pulse) return null
  if (job.takesRange)
    return (
      <a
        class="q-btn q-btn-small"
        href={`/dashboard/backfill${job.options.length === 0 ? '?rebuild=1' : ''}`}
        aria-label={`Choose the days of ${job.label}`}
      >
        Choose days
      </a>
    )
  const why = off ?? (isRunning ? 'It runs already.' : undefined)
  return (
    <form method="post" action={`${jobPath(job.name)}/run`}>
      <button
        type="submit"
        class={primary ? 'q-btn q-btn-primary' : 'q-btn q-btn-small'}
        disabled={why !== undefined}
        title={why}
        aria-label={`Run now: ${job.label}`}
      >
        {primary && <Icon name="player-play" />}
        Run now
      </button>
    </form>
  )
}
