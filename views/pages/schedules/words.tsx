import { spanText } from '../../../src/backfill/pace.ts'
import type { RunView } from '../../../src/jobs/runs.ts'
import type { StepView } from '../../../src/jobs/steps-read.ts'
import { Badge } from '../../parts/index.ts'

const STATES = {
  ok: { tone: 'good', text: 'in order' },
  failed: { tone: 'crit', text: 'failed' },
  cancelled: { tone: 'stale', text: 'cancelled' },
  abandoned: { tone: 'warn', text: 'interrupted' },
  running: { tone: 'running', text: 'running' },
} as const

/** How a run or a step stands. */
export const StateBadge = ({ state }: { state: RunView['state'] | Exclude<StepView['state'], 'waiting'> }) => (
  <Badge {...STATES[state]} />
)

/** How long it took, or has been at it. */
export function tookText(
  { started_at, finished_at }: { started_at: Date | null; finished_at: Date | null },
  now: Date,
): string {
  if (!started_at) return '—'
  const ms = Math.max(0, (finished_at ?? now).getTime() - started_at.getTime())
  return ms < 500 ? '< 1 s' : spanText(ms)
}

/** Who or what began a run. */
export function startedByText(startedBy: string, names: ReadonlyMap<string, string>): string {
  const took = /^takeover of (\d+)$/.exec(startedBy)
  if (took) return `going on with run ${took[1]}`
  return STARTED[startedBy] ?? names.get(startedBy) ?? startedBy
}

const STARTED: Record<string, string> = {
  schedule: 'the schedule',
  'catch-up': 'making up for a missed time',
  daily: 'the daily tasks',
}
