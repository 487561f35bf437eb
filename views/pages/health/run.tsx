import { spanText } from '../../../src/backfill/pace.ts'
import { HEALTH_PATH, whyNotRecalculate } from '../../../src/health/start.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { Card, Icon, Note } from '../../parts/index.ts'
import type { HealthProps } from '../health.tsx'

/** The recalculation under way: how far it is, and the way to end it. */
export const RunningCard = ({ data, context: { deps, admin } }: HealthProps) => {
  const run = shownOf(data.run)
  if (run?.state !== 'running') return null
  const { done, total, started_at, cancel_requested } = run
  const off = whyNotRecalculate(deps, admin)
  const share = total === null ? '' : ` (${Math.floor((100 * done) / Math.max(1, total))} %)`
  return (
    <Card id="running" title="Recalculating" sub="today’s scores first, then the weeks before">
      <p class="q-num" data-volatile>
        {total === null
          ? 'Finding what there is to score …'
          : `${done} of ${total} steps${share}, ${spanText(deps.now().getTime() - started_at.getTime())} so far`}
      </p>
      <progress class="q-bar" value={done} max={Math.max(1, total ?? 1)} aria-label="Steps done" />
      <form method="post" action={`${HEALTH_PATH}/runs/${run.id}/cancel`} class="q-actions">
        <button type="submit" class="q-btn" disabled={cancel_requested || off !== undefined} title={off}>
          <Icon name="x" />
          {cancel_requested ? 'Ending …' : 'Cancel'}
        </button>
        <span class="q-ink-3">What is scored stays; the next one goes on with the rest.</span>
      </form>
    </Card>
  )
}

const MAX_ERROR = 200

/** A last run that did not come to its end. */
export const LastRunNote = ({ data }: HealthProps) => {
  const run = shownOf(data.run)
  if (run?.state === 'failed')
    return <Note tone="crit">{`The last recalculation failed: ${(run.error ?? '').slice(0, MAX_ERROR)}`}</Note>
  if (run?.state === 'cancelled') return <Note tone="info">The last recalculation was cancelled before its end.</Note>
  return null
}
