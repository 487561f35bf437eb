import { cardState, emptyState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import type { UserJob } from '../../../src/users/work.ts'
import { Badge, Card, DataTable, type Span, TwoLines } from '../../parts/index.ts'
import type { UserProps } from '../user.tsx'

/** Builds and other queued work. */
export const JobsCard = ({ cards, context, span }: UserProps & { span: Span }) => {
  const { deps, filters } = context
  const found = shownOf(cards.jobs)
  const latest = found?.latest ?? []
  const counts = (found?.counts ?? []).map(
    ({ kind, succeeded, failed }) =>
      `${succeeded.toLocaleString('en-US')} of ${(succeeded + failed).toLocaleString('en-US')} ${kind}`,
  )
  return (
    <Card
      id="user-jobs"
      title="Jobs"
      sub={counts.length > 0 ? `30 days, succeeded: ${counts.slice(0, 3).join(', ')}` : undefined}
      span={span}
      flush={latest.length > 0}
      state={cardState(cards.jobs, deps.now(), () =>
        latest.length === 0 ? emptyState(deps, 'jobs', 'No jobs') : undefined,
      )}
    >
      <DataTable
        id="user-jobs"
        caption="Jobs, newest first"
        rowHeight={44}
        columns={[
          { key: 'job', label: 'Job' },
          { key: 'status', label: 'Outcome' },
          { key: 'took', label: 'Took', number: true, wide: true },
          { key: 'at', label: 'Time', number: true, muted: true },
        ]}
        rows={latest.map((job) => ({
          cells: {
            job: <TwoLines title={job.kind} sub={job.error ?? (job.attempt > 1 ? `try ${job.attempt}` : undefined)} />,
            status: <Outcome job={job} />,
            took: formatValue(job.tookMs, 'ms', 'table'),
            at: momentText(job.at, filters.today, deps.config.timeZone),
          },
        }))}
      />
    </Card>
  )
}

const Outcome = ({ job: { status } }: { job: UserJob }) =>
  status === 'failed' ? <Badge tone="crit" text="failed" /> : <span class="q-ink-2">{status}</span>
