import { describe } from '../../../src/activity/describe.ts'
import { allUsersHere } from '../../../src/all-users.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { filterQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { ActivityList, Card } from '../../parts/index.ts'
import type { OverviewProps } from '../overview.tsx'

/** Rules are what fires; without any, nothing watches, and the card says so. */
export const AlertsCard = (_: OverviewProps) => (
  <Card
    id="alerts"
    title="Active alerts"
    state={{
      kind: 'empty',
      icon: 'bell',
      title: 'No alert rules yet',
      text: 'Nothing is watched, so nothing can fire. Until there are rules, thresholds colour the tiles and each metric’s page.',
      link: { label: 'Metrics', href: '/dashboard/metrics' },
    }}
  />
)

export const ActivityCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const rows = shownOf(data.activity)?.rows ?? []
  const wording = {
    today: filters.today,
    timeZone: deps.config.timeZone,
    freshSince: new Date(deps.now().getTime() - 30_000),
  }
  return (
    <Card
      id="activity"
      allUsers={allUsersHere(filters)}
      title="Activity"
      sub="newest first"
      flush={rows.length > 0}
      link={{ label: 'Full stream', href: `/dashboard/activity${filterQuery(filters)}` }}
      state={cardState(data.activity, deps.now(), () =>
        rows.length === 0 ? emptyState(deps, 'events', 'Nothing has happened yet') : undefined,
      )}
    >
      <ActivityList name="Newest activity" items={rows.map((row) => describe(row, wording))} />
    </Card>
  )
}
