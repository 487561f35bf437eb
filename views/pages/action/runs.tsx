import { runHref } from '../../../src/actions/paths.ts'
import { labelOf } from '../../../src/actions/registry.ts'
import type { ActionRun } from '../../../src/actions/runs.ts'
import { momentText } from '../../../src/lib/dates.ts'
import type { CardState } from '../../parts/index.ts'
import { Badge, Card } from '../../parts/index.ts'
import { STATE_BADGES } from './states.ts'

interface Props {
  runs: ActionRun[]
  /** The run whose page this is. */
  current?: string
  state?: CardState
  today: string
  timeZone: string
}

/** What was done with a user by admins and keys, the newest first. */
export const RunsCard = ({ runs, current, state, today, timeZone }: Props) => (
  <Card id="user-actions" title="Actions" sub="by admins and keys" state={state}>
    {runs.length === 0 && <p class="q-ink-3">Nobody has acted on this user from here.</p>}
    <ul class="q-runs">
      {runs.map((run) => (
        <li>
          <a href={runHref(run.id)} aria-current={run.id === current ? 'page' : undefined}>
            <span class="q-runs-line">
              <b>{labelOf(run.action)}</b>
              <Badge {...STATE_BADGES[run.state]} />
            </span>
            <span class="q-ink-3">{`${run.by}, ${momentText(run.at, today, timeZone)}`}</span>
          </a>
        </li>
      ))}
    </ul>
  </Card>
)
