import { cardState, emptyState } from '../../../src/card-state.ts'
import { ageText, momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { metricHref } from '../../../src/page.ts'
import { jobPath, SCHEDULES_PATH } from '../../../src/schedules/paths.ts'
import type { OwnJob } from '../../../src/system/jobs.ts'
import { Badge, Card, DataTable, TwoLines } from '../../parts/index.ts'
import type { SystemProps } from '../system.tsx'

/** The product's background work by kind. */
export const JobKindsCard = ({ data, context }: SystemProps) => {
  const { deps, filters } = context
  const kinds = shownOf(data.kinds) ?? []
  const { currency } = deps.config
  const number = (value: number) => value.toLocaleString('en-US')
  return (
    <Card
      id="job-kinds"
      title="Background jobs"
      sub="of the product, last 24 h"
      span={6}
      flush={kinds.length > 0}
      menu={{ metric: metricHref(filters, 'jobs.success_rate') }}
      state={cardState(data.kinds, deps.now(), (value) =>
        value.length === 0 ? emptyState(deps, 'jobs', 'No job ended in 24 hours') : undefined,
      )}
    >
      <DataTable
        id="job-kinds"
        caption="Jobs by kind"
        columns={[
          { key: 'kind', label: 'Kind' },
          { key: 'ok', label: 'Succeeded', number: true, wide: true },
          { key: 'failed', label: 'Failed', number: true },
          { key: 'rate', label: 'Success', number: true, strong: true },
          { key: 'mean', label: 'Mean', number: true, wide: true },
          { key: 'p95', label: 'p95', number: true, wide: true },
        ]}
        rows={kinds.map(({ kind, succeeded, failed, meanMs, p95Ms }) => ({
          cells: {
            kind,
            ok: number(succeeded),
            failed: failed > 0 ? <Badge tone="warn" text={number(failed)} /> : '0',
            rate: formatValue((100 * succeeded) / (succeeded + failed), 'percent', 'table', currency),
            mean: formatValue(meanMs, 'ms', 'table', currency),
            p95: formatValue(p95Ms, 'ms', 'table', currency),
          },
        }))}
      />
    </Card>
  )
}

/** What Quarterdeck itself does by the clock. */
export const OwnJobsCard = ({ data, context: { deps, filters } }: SystemProps) => (
  <Card
    id="own-jobs"
    title="Quarterdeck’s own jobs"
    sub={`schedules in ${deps.config.timeZone}`}
    span={6}
    flush
    link={{ label: 'Schedules', href: SCHEDULES_PATH }}
    state={cardState(data.jobs, deps.now())}
  >
    <DataTable
      id="own-jobs"
      caption="Quarterdeck’s own jobs"
      rowHeight={44}
      columns={[
        { key: 'job', label: 'Job' },
        { key: 'state', label: 'Last run' },
        { key: 'next', label: 'Next', number: true, muted: true, wide: true },
      ]}
      rows={(shownOf(data.jobs) ?? []).map((job) => ({
        cells: {
          job: <TwoLines title={<a href={jobPath(job.name)}>{job.label}</a>} sub={job.name} />,
          state: <LastRun job={job} now={deps.now()} />,
          next: job.nextAt ? momentText(job.nextAt, filters.today, deps.config.timeZone) : 'by hand',
        },
      }))}
    />
  </Card>
)

const LastRun = ({ job: { last }, now }: { job: OwnJob; now: Date }) => {
  if (!last) return <span class="q-ink-3">not yet</span>
  const age = `${ageText(last.finished_at ?? last.started_at, now)} ago`
  if (last.state === 'ok') return <TwoLines title={`in order, ${age}`} sub={last.note ?? undefined} />
  if (last.state === 'running') return <TwoLines title={`running since ${age}`} sub={last.note ?? undefined} />
  return (
    <TwoLines
      title={<Badge tone={last.state === 'failed' ? 'crit' : 'warn'} text={last.state} />}
      sub={last.error ?? age}
    />
  )
}
