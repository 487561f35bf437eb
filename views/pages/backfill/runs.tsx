import { BACKFILL_PATH, type Backfill, whyNoBackfill } from '../../../src/backfill/load.ts'
import { leftMs, spanText } from '../../../src/backfill/pace.ts'
import { ageText, dayLabel, rangeDates } from '../../../src/lib/dates.ts'
import type { Day } from '../../../src/lib/time.ts'
import { isMetricKey, metricOf } from '../../../src/metrics/catalogue.ts'
import type { PageContext } from '../../../src/page.ts'
import { Badge, Card, DataTable, Icon, Note, TwoLines } from '../../parts/index.ts'
import { Say } from '../../parts/live.tsx'

interface RunsProps {
  runs: Backfill[]
  context: PageContext
}

/** A process tells of itself every ten seconds. */
const SILENT_MS = 25_000
const SHOWN_RUNS = 6
/** A line of the table; the whole of it is told when the run ends, and in the log. */
const MAX_ERROR = 40

/** The run under way: how far it is, how long it may take, and the way to end it. */
export const RunningCard = ({ runs, context: { deps, admin, filters } }: RunsProps) => {
  const run = runs.find(({ state }) => state === 'running')
  if (!run) return null
  const { done, total, asked } = run
  const off = whyNoBackfill(deps, admin)
  return (
    <Card
      id="running"
      title="Under way"
      sub={[asked && rangeDates(asked.from, asked.to, filters.today), whatText(run, filters.today)]
        .filter(Boolean)
        .join(', ')}
    >
      <p class="q-num" data-volatile>
        {farText(run, deps.now())}
      </p>
      <progress class="q-bar" value={done} max={Math.max(1, total ?? 1)} aria-label="Days stored" />
      {run.silentMs > SILENT_MS && (
        <Note tone="warn">
          {`Its process has not been heard of for ${spanText(run.silentMs)}. After a minute another one goes on where it was.`}
        </Note>
      )}
      <form method="post" action={`${BACKFILL_PATH}/${run.id}/cancel`} class="q-actions">
        <button type="submit" class="q-btn" disabled={run.cancel_requested || off !== undefined} title={off}>
          <Icon name="x" />
          {run.cancel_requested ? 'Ending …' : 'Cancel'}
        </button>
        <span class="q-ink-3">What is stored stays, and it can be gone on with.</span>
      </form>
    </Card>
  )
}

/** "150 of 364 days (41 %), 12 s so far, about 18 s left". */
function farText(run: Backfill, now: Date): string {
  const { done, total, started_at } = run
  if (total === null) return 'Finding the days …'
  const left = leftMs(run, now)
  return [
    `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} days (${Math.floor((100 * done) / Math.max(1, total))} %)`,
    `${spanText(now.getTime() - started_at.getTime())} so far`,
    left !== undefined && `about ${spanText(left)} left`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** The last runs: what was asked, how they ended, and how many days they stored. */
export const RunsCard = ({ runs, context }: RunsProps) => {
  const over = runs.filter(({ state }) => state !== 'running').slice(0, SHOWN_RUNS)
  const newest = over[0]
  const hasLeft = over.some(({ left }) => left)
  return (
    <Card id="runs" title="Last runs" flush>
      <DataTable
        id="runs"
        caption="Backfills"
        rowHeight={44}
        columns={[
          { key: 'what', label: 'What' },
          { key: 'state', label: 'Ended' },
          { key: 'days', label: 'Days', number: true },
          { key: 'took', label: 'Took', number: true, muted: true, wide: true },
          ...(hasLeft ? [{ key: 'act', label: 'Go on', number: true }] : []),
        ]}
        rows={over.map((run) => ({ cells: cellsOf(run, context) }))}
        empty="No backfill yet."
      />
      {newest && <Say>{`The last backfill: ${WORDS[newest.state]}.`}</Say>}
    </Card>
  )
}

function cellsOf(run: Backfill, { deps, admin, filters }: PageContext) {
  const { started_at, finished_at, done, total, asked } = run
  const title = asked ? rangeDates(asked.from, asked.to, filters.today) : 'no days'
  return {
    what: <TwoLines title={title} sub={whatText(run, filters.today)} />,
    state: <Ended run={run} now={deps.now()} />,
    days:
      total === null
        ? '—'
        : done === total
          ? total.toLocaleString('en-GB')
          : `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`,
    took: finished_at ? spanText(finished_at.getTime() - started_at.getTime()) : '—',
    act: <GoOn run={run} off={whyNoBackfill(deps, admin)} today={filters.today} />,
  }
}

const GoOn = ({ run: { id, left }, off, today }: { run: Backfill; off: string | undefined; today: Day }) =>
  left ? (
    <form method="post" action={`${BACKFILL_PATH}/${id}/resume`}>
      <button
        type="submit"
        class="q-btn q-btn-small"
        disabled={off !== undefined}
        title={off}
        aria-label={`Go on from ${dayLabel(left.start ?? left.from, today)}`}
      >
        Go on
      </button>
    </form>
  ) : null

const TONES = { ok: 'good', failed: 'crit', cancelled: 'stale', abandoned: 'warn', running: 'running' } as const
const WORDS = { ok: 'done', failed: 'failed', cancelled: 'cancelled', abandoned: 'interrupted', running: 'running' }

const Ended = ({ run, now }: { run: Backfill; now: Date }) => (
  <TwoLines
    title={<Badge tone={TONES[run.state]} text={WORDS[run.state]} />}
    sub={`${ageText(run.finished_at ?? run.started_at, now)} ago`}
  />
)

/** Of what, from where, and what its note says beside. */
function whatText({ asked, note, state, error }: Backfill, today: Day): string {
  const { metric, rebuild, start } = asked ?? {}
  const of = metric === undefined ? 'all metrics' : isMetricKey(metric) ? metricOf(metric).label : metric
  const kept = /; (.+)$/.exec(note ?? '')?.[1]
  return [
    of,
    rebuild && 'with roll-ups',
    start && `on from ${dayLabel(start, today)}`,
    kept,
    state === 'failed' && error?.slice(0, MAX_ERROR),
  ]
    .filter(Boolean)
    .join(', ')
}
