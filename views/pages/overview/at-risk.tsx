import { cardState } from '../../../src/card-state.ts'
import { reasonsOf } from '../../../src/health/words.ts'
import { filterQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { userHref } from '../../../src/users/paths.ts'
import { Card, type CardState, DataTable, TwoLines } from '../../parts/index.ts'
import { Score } from '../../parts/score.tsx'
import { aboutText, Line } from '../health/parts.tsx'
import type { OverviewProps } from '../overview.tsx'

/** The few users to look at first: who pays, then whose score fell most. */
export const AtRiskCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const found = shownOf(data.atRisk)
  const { state, rules, rows = [], lines } = found ?? {}
  const has = rows.length > 0 && state !== undefined && rules !== undefined
  return (
    <Card
      id="at-risk"
      title="At-risk users"
      sub={has ? 'paying first, then who fell most' : undefined}
      flush={has}
      link={{ label: 'Health', href: `/dashboard/health${filterQuery(filters)}` }}
      state={cardState(data.atRisk, deps.now(), () =>
        has ? undefined : state ? NOBODY : notYet(filterQuery(filters)),
      )}
    >
      {has && (
        <DataTable
          id="at-risk"
          caption="At-risk users"
          rowHeight={44}
          columns={[
            { key: 'user', label: 'User, and why' },
            { key: 'line', label: 'Score over 13 weeks', quiet: true },
            { key: 'score', label: 'Score', number: true },
          ]}
          rows={rows.map((row) => ({
            href: userHref(row.user_id),
            cells: {
              user: (
                <TwoLines title={row.name} sub={`${aboutText(row, false)}, ${reasonsOf(row, state.weights, rules)}`} />
              ),
              line: <Line points={lines?.get(row.user_id)} band={row.band} />,
              score: <Score score={row.score} band={row.band} />,
            },
          }))}
        />
      )}
    </Card>
  )
}

const NOBODY: CardState = {
  kind: 'empty',
  icon: 'circle-check',
  title: 'Nobody is at risk',
  text: 'No user who still comes has a score under that of the healthy.',
}

/** Before the first night: where to look meanwhile. */
const notYet = (query: string): CardState => ({
  kind: 'empty',
  icon: 'heartbeat',
  title: 'No health scores yet',
  text: 'They are computed each night. Who stopped coming is counted already:',
  link: { label: 'Lapsed users', href: `/dashboard/metrics/users.lapsed${query}` },
})
