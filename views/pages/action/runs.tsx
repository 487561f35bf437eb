import { runHref } from '../../../src/actions/paths.ts'
import { labelOf } from '../../../src/actions/registry.ts'
import type { ActionRun } from '../../../src/actions/runs.ts'
import type { SubjectKind } from '../../../src/actions/types.ts'
import { momentText } from '../../../src/lib/dates.ts'
import type { CardState } from '../../parts/index.ts'
import { Badge, Card } from '../../parts/index.ts'
import { STATE_BADGES } from './states.ts'

interface Props {
  runs: ActionRun[]
  about?: SubjectKind
  /** The run whose page this is. */
  current?: string
  state?: CardState
  today: string
  timeZone: string
}

const NONE: Record<SubjectKind, string> = {
  user: 'Nobody has acted on this user from here.',
  product: 'Nobody has changed the product from here.',
}

/** What was done by admins and keys, the newest first. */
export const RunsCard = ({ runs, about = 'user', current, state, today, timeZone }: Props) => (
  <Card id={`${about}-actions`} title="Actions" sub="by admins and keys" state={state}>
    {runs.length === 0 && <p class="q-ink-3">{NONE[about]}</p>}
    <ul class="q-runs">
      {runs.map((run) => (
        <li>
          <a href={runHref(run.id)} aria-current={run.id === current ? 'page' : undefined}>
            <span class="q-runs-line">
              <b>{labelOf(run.action)}</b>
              {run.state === 'done' ? <span class="q-ink-2">done</span> : <Badge {...STATE_BADGES[run.state]} />}
            </span>
            <span class="q-ink-3">{`${run.by}, ${momentText(run.at, today, timeZone)}`}</span>
          </a>
        </li>
      ))}
    </ul>
  </Card>
)
