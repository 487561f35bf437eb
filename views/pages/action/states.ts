import type { RunState } from '../../../src/actions/runs.ts'
import type { BadgeProps } from '../../parts/index.ts'

/** How a run's state looks in lists and heads. */
export const STATE_BADGES: Record<RunState, BadgeProps> = {
  requested: { tone: 'running', text: 'asking' },
  done: { tone: 'good', text: 'done' },
  refused: { tone: 'warn', text: 'refused' },
  failed: { tone: 'crit', text: 'not done' },
  unknown: { tone: 'stale', text: 'unknown' },
}
