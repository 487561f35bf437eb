import { cardState } from '../../../src/card-state.ts'
import { type AtRisk, riskyOf } from '../../../src/health/load.ts'
import type { HealthState } from '../../../src/health/read.ts'
import type { HealthRules } from '../../../src/health/rules.ts'
import type { HealthRow } from '../../../src/health/types.ts'
import { actionFor, reasonsOf } from '../../../src/health/words.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { userHref } from '../../../src/users/paths.ts'
import { Card, type CardState, DataTable, Segments, TwoLines } from '../../parts/index.ts'
import { Score } from '../../parts/score.tsx'
import { type HealthProps, tenantQuery } from '../health.tsx'
import { noScores } from './bands.tsx'
import { Line, RowChange, Who } from './parts.tsx'

/** Whom to look at first, why, and what to do. */
export const AtRiskCard = (props: HealthProps) => {
  const { data, context } = props
  const { deps, filters, query, href } = context
  const found = shownOf(data.atRisk)
  const state = shownOf(data.state)
  const chosen = riskyOf(query.band)
  const band = chosen.length === 1 ? chosen[0] : ''
  const tab = (label: string, value: string) => ({
    label,
    href: href({ query: { band: value } }),
    selected: band === value,
  })
  const has = Boolean(found && state && found.rows.length > 0)
  return (
    <Card
      id="risk-list"
      title="To look at first"
      sub="who pays comes first, then who fell most; who is gone for 30 days is left out"
      flush={has}
      tools={<Segments name="Band" items={[tab('Both', ''), tab('At risk', 'at-risk'), tab('Churning', 'churning')]} />}
      state={cardState(data.atRisk, deps.now(), () => (has ? undefined : nobodyAtRisk(props)))}
    >
      {found && state && has && (
        <DataTable
          id="risk-list"
          caption="Users to look at first"
          rowHeight={44}
          columns={[
            { key: 'user', label: 'User' },
            { key: 'score', label: 'Score', number: true },
            { key: 'change', label: '30 days', number: true },
            { key: 'line', label: 'Score over 13 weeks', quiet: true, wide: true },
            { key: 'why', label: 'Why, and what to do', wide: true },
          ]}
          rows={found.rows.map((row) => rowOf(row, found, state, data.rules, filters.tenant === undefined))}
          csv={{ label: 'CSV', href: `/exports/health.csv${tenantQuery(context, { band: chosen.join() })}` }}
          json={{ label: 'JSON', href: `/api/health/users${tenantQuery(context, band ? { band } : {})}` }}
          note={
            found.total > found.rows.length
              ? `the first ${found.rows.length} of ${found.total.toLocaleString('en-US')}; the files have all, those who are gone too`
              : `all ${found.total.toLocaleString('en-US')}; the files have those who are gone too`
          }
        />
      )}
    </Card>
  )
}

function rowOf(row: HealthRow, { lines }: AtRisk, { weights }: HealthState, rules: HealthRules, tenants: boolean) {
  return {
    href: userHref(row.user_id),
    cells: {
      user: <Who row={row} tenants={tenants} why={reasonsOf(row, weights, rules)} />,
      score: <Score score={row.score} band={row.band} />,
      change: <RowChange row={row} />,
      line: <Line points={lines.get(row.user_id)} band={row.band} />,
      why: <TwoLines title={capital(reasonsOf(row, weights, rules))} sub={actionFor(row, weights)} />,
    },
  }
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function nobodyAtRisk(props: HealthProps): CardState {
  const bands = shownOf(props.data.bands)
  if (!bands || bands.users === 0 || !shownOf(props.data.state)) return noScores(props)
  return { kind: 'empty', icon: 'circle-check', title: 'Nobody', text: 'No user who still comes is in this band.' }
}
