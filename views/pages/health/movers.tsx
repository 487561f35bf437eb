import { cardState } from '../../../src/card-state.ts'
import type { HealthRow } from '../../../src/health/types.ts'
import { LEAST_CHANGE, reasonOfChange } from '../../../src/health/words.ts'
import { dayLabel } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { userHref } from '../../../src/users/paths.ts'
import { Card, type CardState, DataTable, TwoLines } from '../../parts/index.ts'
import { Score } from '../../parts/score.tsx'
import type { HealthProps } from '../health.tsx'
import { capital } from './at-risk.tsx'
import { noScores } from './bands.tsx'
import { RowChange } from './parts.tsx'

export const FellCard = (props: HealthProps) => <MoversCard {...props} way="fell" title="Fell most" />
export const RoseCard = (props: HealthProps) => <MoversCard {...props} way="rose" title="Rose most" />

/** Whose score has changed most, and what made most of the change. */
const MoversCard = ({ way, title, ...props }: HealthProps & { way: 'fell' | 'rose'; title: string }) => {
  const { data, context } = props
  const { deps, filters } = context
  const state = shownOf(data.state)
  const rows = shownOf(data.movers)?.[way] ?? []
  const has = state !== undefined && rows.length > 0
  return (
    <Card
      id={way}
      title={title}
      sub={state?.then_day ? `since ${dayLabel(state.then_day, filters.today)}` : undefined}
      span={6}
      flush={has}
      state={cardState(data.movers, deps.now(), () => (has ? undefined : nobodyMoved(props, way)))}
    >
      {has && (
        <DataTable
          id={way}
          caption={`Users whose score ${way} most`}
          rowHeight={44}
          columns={[
            { key: 'user', label: 'User, and why' },
            { key: 'change', label: 'By', number: true },
            { key: 'score', label: 'To', number: true },
          ]}
          rows={rows.map((row: HealthRow) => ({
            href: userHref(row.user_id),
            cells: {
              user: <TwoLines title={row.name} sub={capital(reasonOfChange(row, state.weights))} />,
              change: <RowChange row={row} />,
              score: <Score score={row.score} band={row.band} />,
            },
          }))}
        />
      )}
    </Card>
  )
}

function nobodyMoved(props: HealthProps, way: 'fell' | 'rose'): CardState {
  const state = shownOf(props.data.state)
  if (!state || shownOf(props.data.bands)?.users === 0) return noScores(props)
  if (state.then_day === null)
    return {
      kind: 'empty',
      icon: 'clock',
      title: 'Not enough history',
      text: 'Scores are compared with those of 30 days before, which take 28 days of activity themselves.',
    }
  return { kind: 'empty', icon: 'minus', title: 'Nobody', text: `No score ${way} by ${LEAST_CHANGE} or more.` }
}
