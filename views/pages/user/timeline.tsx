import { isAllowed } from '../../../src/auth/guards.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { clockTime, dayTitle } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { dayOf } from '../../../src/lib/time.ts'
import { describeForUser, TIMELINE_TABS, type TimelineTab } from '../../../src/users/timeline.ts'
import { type ActivityItem, ActivityList, Card, Segments } from '../../parts/index.ts'
import type { PersonalProps } from '../user.tsx'

/** What happened, by day, newest first. */
export const TimelineCard = ({ personal, context }: PersonalProps) => {
  const { deps, filters, href, query, admin } = context
  const { timeZone } = deps.config
  const page = shownOf(personal.timeline)
  const rows = page?.rows ?? []
  const days = new Map<string, ActivityItem[]>()
  for (const row of rows) {
    const day = dayOf(row.ts, timeZone)
    const item = { ...describeForUser(row, { today: filters.today, timeZone }), time: clockTime(row.ts, timeZone) }
    days.set(day, [...(days.get(day) ?? []), item])
  }
  const tabs = (Object.keys(TIMELINE_TABS) as TimelineTab[]).filter(
    (tab) => tab !== 'admin' || isAllowed({ role: 'operator' }, admin),
  )
  return (
    <Card
      id="timeline"
      title="Timeline"
      flush={rows.length > 0}
      tools={
        <Segments
          name="What the timeline shows"
          items={tabs.map((tab) => ({
            label: TIMELINE_TABS[tab].label,
            href: href({ query: { show: tab === 'all' ? '' : tab, before: '', done: '' } }),
            selected: tab === personal.tab,
          }))}
        />
      }
      state={cardState(personal.timeline, deps.now(), () =>
        rows.length > 0
          ? undefined
          : personal.tab === 'all' && !query.before
            ? emptyState(deps, 'events', 'Nothing has happened yet')
            : { kind: 'empty', icon: 'activity', title: 'Nothing of this kind', text: 'Choose another tab.' },
      )}
      foot={
        page && (
          <>
            {!page.next && rows.length > 0 && <span class="q-ink-2">That is all.</span>}
            <span class="q-pager">
              {query.before && (
                <a class="q-btn q-btn-small" href={href({ query: { before: '', done: '' } })}>
                  Newest
                </a>
              )}
              {page.next && (
                <a class="q-btn q-btn-small" href={href({ query: { before: page.next, done: '' } })}>
                  Older
                </a>
              )}
            </span>
          </>
        )
      }
    >
      {[...days].map(([day, items]) => (
        <>
          <h3 class="q-day-title">
            {day === filters.today ? `Today, ${dayTitle(day, filters.today)}` : dayTitle(day, filters.today)}
          </h3>
          <ActivityList name={dayTitle(day, filters.today)} items={items} />
        </>
      ))}
    </Card>
  )
}
