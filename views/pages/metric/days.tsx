import { allUsersText } from '../../../src/all-users.ts'
import { cardState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { dayTitle } from '../../../src/lib/dates.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { columnTexts } from '../../../src/metric-view.ts'
import { Card, DataTable } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** Days of the table; the CSV has all of them. */
const DAYS_SHOWN = 31

/** The days as figures, newest first. */
export const DaysCard = ({ data: { key, main }, context }: MetricProps) => {
  const { deps, filters } = context
  const found = shownOf(main)?.summary
  const points = found?.points ?? []
  const before = filters.compare === 'none' ? [] : (found?.previousPoints ?? [])
  const rows = points.map((point, i) => ({ ...point, before: before[i] })).reverse()
  const query = exportQuery(filters, { metrics: key, compare: filters.compare })
  const shown = rows.slice(0, DAYS_SHOWN)
  // Both columns are of one metric, so they have one precision.
  const texts = columnTexts(
    deps,
    key,
    shown.flatMap((row) => [row.value, row.before?.value]),
  )
  if (found && points.every(({ value }) => value === null)) return null
  return (
    <Card
      id="days"
      title="Days"
      sub="newest first"
      flush
      allUsers={allUsersText(found?.ignored, filters)}
      state={cardState(main, deps.now())}
    >
      <DataTable
        id="days"
        caption={`${catalogueOf(deps).of(key).label} by day`}
        rowHeight={30}
        columns={[
          { key: 'day', label: 'Day' },
          { key: 'value', label: catalogueOf(deps).of(key).label, number: true, strong: true },
          ...(before.length
            ? [
                { key: 'other', label: 'Compared day', muted: true, wide: true },
                { key: 'before', label: 'Its value', number: true, muted: true },
              ]
            : []),
        ]}
        rows={shown.map((row, i) => ({
          cells: {
            day:
              row.day === filters.today
                ? `${dayTitle(row.day, filters.today)}, so far`
                : dayTitle(row.day, filters.today),
            value: texts[2 * i],
            other: row.before && dayTitle(row.before.day, filters.today),
            before: texts[2 * i + 1],
          },
        }))}
        csv={{
          label: `CSV, ${rows.length} ${rows.length === 1 ? 'day' : 'days'}`,
          href: `/exports/metrics.csv${query}`,
        }}
        json={{ label: 'JSON', href: `/api/metrics/timeseries${query}` }}
        note={rows.length > shown.length ? `the newest ${shown.length} of ${rows.length}` : undefined}
      />
    </Card>
  )
}
