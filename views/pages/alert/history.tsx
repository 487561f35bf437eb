import { cursorOf } from '../../../src/alerts/list.ts'
import { ruleHref } from '../../../src/alerts/paths.ts'
import { SEVERITIES } from '../../../src/alerts/rule.ts'
import { cardState } from '../../../src/card-state.ts'
import { dayLabel, momentText } from '../../../src/lib/dates.ts'
import { exportQuery, ofAll } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { eachDay } from '../../../src/lib/time.ts'
import { Card, DataTable, Legend, Segments, StackedChart, TwoLines } from '../../parts/index.ts'
import type { AlertsProps } from '../alerts.tsx'
import { endNote, lastedOf, SeverityGlyph } from './list.tsx'

export const HISTORY_SIZE = 25

/** What a list without alerts says. */
export const EMPTY = {
  firing: {
    kind: 'empty',
    icon: 'circle-check',
    title: 'Nothing is firing',
    text: 'Every rule that is on finds its metric as it should be.',
  },
  pending: {
    kind: 'empty',
    icon: 'clock',
    title: 'Nothing is pending',
    text: 'An alert is pending while it has not lasted as long as its rule asks.',
  },
  silenced: {
    kind: 'empty',
    icon: 'bell',
    title: 'Nothing is silenced',
    text: 'A silenced alert goes on being checked, and tells nobody.',
  },
  history: { kind: 'empty', icon: 'clock', title: 'Nothing has fired', text: 'No alert fired in this range.' },
} as const

/** What has fired in the range, page by page. */
export const HistoryCard = ({
  data,
  context,
  items,
}: AlertsProps & { items: { label: string; href: string; selected: boolean }[] }) => {
  const { deps, filters, href } = context
  const { timeZone } = deps.config
  const found = (data.history && shownOf(data.history)) ?? []
  const rows = found.slice(0, HISTORY_SIZE)
  const last = rows.at(-1)
  if (!data.history) return null
  return (
    <Card
      id="alerts"
      title="Alerts"
      tools={<Segments name="Which alerts" items={items} />}
      flush={rows.length > 0}
      state={cardState(data.history, deps.now(), () => (rows.length === 0 ? EMPTY.history : undefined))}
    >
      {rows.length > 0 && (
        <DataTable
          id="alert-history"
          caption="What has fired, newest first"
          rowHeight={44}
          columns={[
            { key: 'what', label: 'What', strong: true },
            { key: 'fired', label: 'Fired', muted: true, wide: true },
            { key: 'lasted', label: 'Lasted', number: true },
          ]}
          rows={rows.map((alert) => ({
            id: `alert-${alert.id}`,
            cells: {
              what: (
                <span class="q-state-name">
                  <SeverityGlyph severity={alert.severity} />
                  <TwoLines
                    title={alert.title}
                    sub={
                      <>
                        {alert.ruleGone ? alert.ruleName : <a href={ruleHref(alert.ruleSlug)}>{alert.ruleName}</a>}
                        {alert.text && `, ${alert.text}`}
                        {alert.ackedBy && `, acknowledged by ${alert.ackedBy}`}
                        {endNote(alert)}
                      </>
                    }
                  />
                </span>
              ),
              fired: alert.firedAt ? momentText(alert.firedAt, filters.today, timeZone) : '—',
              lasted: lastedOf(alert),
            },
          }))}
          csv={{ label: 'CSV', href: `/exports/alerts.csv${exportQuery(ofAll(filters))}` }}
          json={{ label: 'JSON', href: `/api/alerts${exportQuery(ofAll(filters), { state: 'all' })}` }}
          pager={{
            previous: context.query.before ? href({ query: { tab: 'history', before: '', done: '' } }) : undefined,
            next:
              found.length > HISTORY_SIZE && last
                ? href({ query: { tab: 'history', before: cursorOf(last), done: '' } })
                : undefined,
            size: HISTORY_SIZE,
          }}
        />
      )}
    </Card>
  )
}

const COLORS = { critical: 'crit', warning: 'warn', info: 1 } as const

/** How many fired on each day, by how bad. */
export const DaysCard = ({ data, context: { deps, filters } }: AlertsProps) => {
  const stats = shownOf(data.stats)
  const days = eachDay(filters.from, filters.to)
  const count = (day: string, severity: string) =>
    stats?.byDay.find((one) => one.day === day && one.severity === severity)?.n ?? 0
  const parts = SEVERITIES.filter((severity) => (stats?.bySeverity[severity] ?? 0) > 0)
  const words = parts.map((severity) => `${stats?.bySeverity[severity]} ${severity}`).join(', ')
  return (
    <Card
      id="alert-days"
      title="Fired by day"
      sub={words || undefined}
      height="chart"
      tools={parts.length > 0 && <Legend names={parts.map((name) => ({ name, color: COLORS[name] }))} />}
      menu={{ table: true, csv: `/exports/alerts.csv${exportQuery(ofAll(filters))}` }}
      state={cardState(data.stats, deps.now(), ({ fired }) => (fired === 0 ? EMPTY.history : undefined))}
    >
      {parts.length > 0 && (
        <StackedChart
          id="alert-days"
          summary={`Alerts that fired by day: ${words}.`}
          unit="events"
          labels={days.map((day) => dayLabel(day, filters.today))}
          series={parts.map((name) => ({ name, color: COLORS[name], values: days.map((day) => count(day, name)) }))}
          partial={filters.to >= filters.today}
        />
      )}
    </Card>
  )
}
