import { describe } from '../../../src/activity/describe.ts'
import type { ActivityPage } from '../../../src/activity/feed.ts'
import { allUsersHere } from '../../../src/all-users.ts'
import { emptyState } from '../../../src/card-state.ts'
import { filterQuery } from '../../../src/lib/filters.ts'
import { ActivityList, Card } from '../../parts/index.ts'
import { type BoardCardView, domId, shown, stateOf } from './view.ts'

const FRESH_MS = 30_000

/** What happened, newest first. */
export const ActivityCard: BoardCardView<'activity'> = (props) => {
  const { card, context, title } = props
  const { deps, filters } = context
  const rows = (shown(props) as ActivityPage | undefined)?.rows ?? []
  const freshSince = new Date(deps.now().getTime() - FRESH_MS)
  const wording = { today: filters.today, timeZone: deps.config.timeZone, freshSince }
  const id = domId(card)
  return (
    <Card
      id={id}
      title={title}
      allUsers={allUsersHere(filters)}
      flush={rows.length > 0}
      scrolls
      link={{ label: 'Full stream', href: `/dashboard/activity${filterQuery(filters)}` }}
      state={stateOf(props, () =>
        rows.length === 0 ? emptyState(deps, 'events', 'Nothing has happened yet') : undefined,
      )}
    >
      <ActivityList
        name={title}
        items={rows.map((row) => describe(row, wording)).map((item) => ({ ...item, id: `${id}-${item.id}` }))}
      />
    </Card>
  )
}
