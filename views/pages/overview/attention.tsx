import { describe } from '../../../src/activity/describe.ts'
import { ALERTS_PATH } from '../../../src/alerts/paths.ts'
import { allUsersHere } from '../../../src/all-users.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { filterQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { ActivityList, Card, Moment } from '../../parts/index.ts'
import { SeverityGlyph } from '../alert/list.tsx'
import type { OverviewProps } from '../overview.tsx'

const SHOWN_ALERTS = 4

/** What is firing, the worst first. */
export const AlertsCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const now = deps.now()
  const open = shownOf(data.alerts) ?? []
  const silenced = open.filter(({ silencedUntil }) => silencedUntil !== null && silencedUntil > now)
  const firing = open.filter((one) => one.state === 'firing' && !silenced.includes(one))
  const words = [`${firing.length} firing`, silenced.length > 0 && `${silenced.length} silenced`].filter(Boolean)
  return (
    <Card
      id="alerts"
      title="Active alerts"
      sub={words.join(', ')}
      flush={firing.length > 0}
      link={{ label: 'All alerts', href: `${ALERTS_PATH}${filterQuery(filters)}` }}
      state={cardState(data.alerts, now, () => (firing.length === 0 ? NOTHING_FIRES : undefined))}
    >
      {firing.length > 0 && (
        <ul class="q-alerts">
          {firing.slice(0, SHOWN_ALERTS).map((alert) => (
            <li class="q-alert" id={`alert-${alert.id}`}>
              <SeverityGlyph severity={alert.severity} />
              <div class="q-alert-words">
                <p class="q-alert-title">
                  <a href={`${ALERTS_PATH}#alert-${alert.id}`}>{alert.title}</a>
                  {alert.firedAt && (
                    <span class="q-alert-age q-num">
                      <Moment
                        at={alert.firedAt}
                        text={momentText(alert.firedAt, filters.today, deps.config.timeZone)}
                      />
                    </span>
                  )}
                </p>
                <p class="q-alert-text">
                  {[alert.text, alert.ackedBy && `acknowledged by ${alert.ackedBy}`].filter(Boolean).join('; ') ||
                    alert.ruleName}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const NOTHING_FIRES = {
  kind: 'empty',
  icon: 'circle-check',
  title: 'Nothing is firing',
  text: 'Rules are checked every minute.',
  link: { label: 'The rules', href: ALERTS_PATH },
} as const

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
