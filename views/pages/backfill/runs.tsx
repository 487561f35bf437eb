import { BACKFILL_PATH, type Backfill, whyNoBackfill } from '../../../src/backfill/load.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { isMetricKey, metricOf } from '../../../src/metrics/catalogue.ts'
import type { PageContext } from '../../../src/page.ts'
import { Badge, Card, DataTable, Empty, Icon, TwoLines } from '../../parts/index.ts'
import { Say } from '../../parts/live.tsx'

interface RunsProps {
  runs: Backfill[]
  context: PageContext
}

/** The run under way: how far it is, and the way to end it. */
export const RunningCard = ({ runs, context: { deps, admin } }: RunsProps) => {
  const run = runs.find(({ state }) => state === 'running')
  if (!run)
    return (
      <Card id="running" title="Under way">
        <Empty icon="player-play" title="Nothing runs" text="A backfill that is started shows here how far it is." />
      </Card>
    )
  const { done, total } = run
  return (
    <Card id="running" title="Under way" sub={whatText(run)}>
      <p class="q-num" data-volatile>
        {total === null ? 'Beginning' : `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} days`}
        {`, since ${ageText(run.started_at, deps.now())}`}
      </p>
      <progress class="q-bar" value={done} max={Math.max(1, total ?? 1)} aria-label="Backfill" />
      <form method="post" action={`${BACKFILL_PATH}/${run.id}/cancel`} class="q-actions">
        <button
          type="submit"
          class="q-btn"
          disabled={run.cancel_requested || whyNoBackfill(deps, admin) !== undefined}
          title={whyNoBackfill(deps, admin)}
        >
          <Icon name="x" />
          {run.cancel_requested ? 'Ending …' : 'Cancel'}
        </button>
        <span class="q-ink-3">What is stored stays; it can be gone on with.</span>
      </form>
    </Card>
  )
}

/** The last runs: what was asked, how they ended, and how many days they stored. */
export const RunsCard = ({ runs, context }: RunsProps) => {
  const over = runs.filter(({ state }) => state !== 'running')
  const newest = over[0]
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
          { key: 'act', label: 'Go on', number: true },
        ]}
        rows={over.map((run) => ({ cells: cellsOf(run, context) }))}
        empty="No backfill yet."
      />
      {newest && <Say>{`The last backfill: ${newest.state}.`}</Say>}
    </Card>
  )
}

function cellsOf(run: Backfill, { deps, admin }: PageContext) {
  const { started_at, finished_at, done, total, left } = run
  const off = whyNoBackfill(deps, admin)
  return {
    what: <TwoLines title={run.asked ? `${run.asked.from} to ${run.asked.to}` : 'no days'} sub={whatText(run)} />,
    state: <Ended run={run} now={deps.now()} />,
    days: total === null ? '—' : `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`,
    took: finished_at ? `${((finished_at.getTime() - started_at.getTime()) / 1000).toFixed(1)} s` : '—',
    act: left ? (
      <form method="post" action={`${BACKFILL_PATH}/${run.id}/resume`}>
        <button
          type="submit"
          class="q-btn q-btn-small"
          disabled={off !== undefined}
          title={off}
          aria-label={`Go on from ${left.start ?? left.from}`}
        >
          Go on
        </button>
      </form>
    ) : (
      <span class="q-ink-3">—</span>
    ),
  }
}

const TONES = { ok: 'good', failed: 'crit', cancelled: 'stale', abandoned: 'warn', running: 'running' } as const
const WORDS = { ok: 'done', failed: 'failed', cancelled: 'cancelled', abandoned: 'interrupted', running: 'running' }

const Ended = ({ run, now }: { run: Backfill; now: Date }) => (
  <TwoLines
    title={<Badge tone={TONES[run.state]} text={WORDS[run.state]} />}
    sub={run.error ?? `${ageText(run.finished_at ?? run.started_at, now)} ago`}
  />
)

function whatText({ asked, note }: Backfill): string {
  const { metric, rebuild, start } = asked ?? {}
  const of = metric === undefined ? 'all metrics' : isMetricKey(metric) ? metricOf(metric).label : metric
  const kept = /; (.+)$/.exec(note ?? '')?.[1]
  return [of, rebuild && 'with roll-ups', start && `on from ${start}`, kept].filter(Boolean).join(', ')
}
