import { allUsersHere, allUsersText } from '../../../src/all-users.ts'
import { flagEntries, flagsOnDays, flagsOnHours } from '../../../src/annotations/on-charts.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { clockTime, dayTitle } from '../../../src/lib/dates.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { dayOf } from '../../../src/lib/time.ts'
import { dayAxis, valueText } from '../../../src/metric-view.ts'
import type { MetricKey } from '../../../src/metrics/catalogue.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { BarChart, Card, type CardMenu, Legend, LineChart, StackedChart } from '../../parts/index.ts'
import type { OverviewProps } from '../overview.tsx'

/** Table, files and metric behind a chart. */
export const menuOf = (context: PageContext, key: MetricKey, by?: string): CardMenu => {
  const { filters } = context
  const query = exportQuery(filters, { metrics: key, ...(by ? { by } : { compare: filters.compare }) })
  return {
    table: true,
    csv: `/exports/metrics.csv${query}`,
    json: `/api/metrics/timeseries${query}`,
    metric: metricHref(filters, key),
  }
}

/** Nothing but gaps and zeros: nothing to draw. */
export const unknown = (points: { value: number | null }[]): boolean => points.every(({ value }) => !value)

export const AiHoursCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const hours = shownOf(data.hours) ?? []
  const total = hours.reduce((sum, { requests }) => sum + requests, 0)
  return (
    <Card
      id="ai-hours"
      allUsers={allUsersHere(filters)}
      title="AI requests per hour"
      sub="last 24 h"
      height="chart"
      menu={{ table: true, metric: metricHref(filters, 'ai.requests'), ...flagEntries(context, data.lately) }}
      state={cardState(data.hours, deps.now(), () =>
        total === 0 ? emptyState(deps, 'api-calls', 'No AI calls in 24 hours') : undefined,
      )}
    >
      <BarChart
        id="ai-hours"
        summary={`AI requests per hour: ${valueText(deps, 'ai.requests', total, 'table')} in 24 hours.`}
        unit="requests"
        labels={hours.map(({ at }) => clockTime(at, deps.config.timeZone))}
        titles={hours.map(
          ({ at }) =>
            `${dayTitle(dayOf(at, deps.config.timeZone), filters.today)}, ${clockTime(at, deps.config.timeZone)}`,
        )}
        series={[{ name: 'AI requests', values: hours.map(({ requests }) => requests) }]}
        partial
        {...flagsOnHours(context, data.lately, hours)}
        keyless
      />
    </Card>
  )
}

export const AiLatencyCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const all = shownOf(data.latency)
  const [average, p95] = [all?.['ai.latency_avg'], all?.['ai.latency_p95']]
  const points = p95?.points ?? []
  return (
    <Card
      id="ai-latency"
      allUsers={allUsersText(p95?.ignored, filters)}
      title="AI latency"
      sub={p95?.value == null ? undefined : `p95 ${valueText(deps, 'ai.latency_p95', p95.value, 'tile')}`}
      height="chart"
      menu={menuOf(context, 'ai.latency_p95')}
      state={cardState(data.latency, deps.now(), () =>
        unknown(points) ? emptyState(deps, 'api-calls', 'No AI latency in this range') : undefined,
      )}
    >
      <LineChart
        id="ai-latency"
        summary={`AI latency: average ${valueText(deps, 'ai.latency_avg', average?.value, 'table')}, p95 ${valueText(deps, 'ai.latency_p95', p95?.value, 'table')}.`}
        unit="ms"
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={[
          { name: 'average', values: (average?.points ?? []).map(({ value }) => value) },
          { name: 'p95', values: points.map(({ value }) => value) },
        ]}
        {...flagsOnDays(context, data.annotations, points)}
        keyless
      />
    </Card>
  )
}

const CLASSES = [
  { name: 'Paid', keys: ['paid'], color: 1 },
  { name: 'Trial', keys: ['trial'], color: 2 },
  { name: 'Free', keys: ['free', 'trial_expired'], color: 'other' },
] as const

/** Active users of each day by what they paid on that day. */
export const PlansCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const found = shownOf(data.plans)
  const points = found?.points ?? []
  const valuesOf = (keys: readonly string[]) => {
    const groups = found?.groups?.filter((group) => keys.includes(group.key)) ?? []
    return points.map((point, i) =>
      point.value === null ? null : groups.reduce((sum, group) => sum + (group.points[i]?.value ?? 0), 0),
    )
  }
  return (
    <Card
      id="plans"
      title="Active users by plan"
      height="chart"
      tools={!unknown(points) && <Legend names={[...CLASSES]} />}
      menu={menuOf(context, 'users.dau', 'class')}
      state={cardState(data.plans, deps.now(), () =>
        unknown(points) ? emptyState(deps, 'events', 'No active users in this range') : undefined,
      )}
    >
      <StackedChart
        id="plans"
        summary="Active users a day, paid, in trial and free."
        unit="users"
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={CLASSES.map(({ name, keys, color }) => ({ name, color, values: valuesOf(keys) }))}
        {...flagsOnDays(context, data.annotations, points)}
        keyless
      />
    </Card>
  )
}

/** Builds that ended, a day: what failed lies on what succeeded. */
export const BuildsCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const all = shownOf(data.builds)
  const [good, bad] = [all?.['jobs.builds_succeeded'], all?.['jobs.builds_failed']]
  const points = good?.points ?? []
  const none = unknown(points) && unknown(bad?.points ?? [])
  return (
    <Card
      id="builds"
      allUsers={allUsersText(good?.ignored, filters)}
      title="Builds per day"
      height="chart"
      tools={
        !none && (
          <Legend
            names={[
              { name: 'Succeeded', color: 1 },
              { name: 'Failed', color: 2 },
            ]}
          />
        )
      }
      menu={menuOf(context, 'jobs.builds_failed')}
      state={cardState(data.builds, deps.now(), () =>
        none ? emptyState(deps, 'jobs', 'No builds in this range') : undefined,
      )}
    >
      <StackedChart
        id="builds"
        summary={`Builds: ${valueText(deps, 'jobs.builds_succeeded', good?.value, 'table')} succeeded, ${valueText(deps, 'jobs.builds_failed', bad?.value, 'table')} failed.`}
        unit="jobs"
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={[
          { name: 'Succeeded', color: 1, values: points.map(({ value }) => value) },
          { name: 'Failed', color: 2, values: (bad?.points ?? []).map(({ value }) => value) },
        ]}
        {...flagsOnDays(context, data.annotations, points)}
        keyless
      />
    </Card>
  )
}

export const DauCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const points = shownOf(data.fortnight)?.points ?? []
  const peak = Math.max(0, ...points.map(({ value }) => value ?? 0))
  return (
    <Card
      id="dau"
      title="Daily active users"
      sub="last 14 days"
      height="chart"
      menu={{ table: true, metric: metricHref(filters, 'users.dau') }}
      state={cardState(data.fortnight, deps.now(), () =>
        peak === 0 ? emptyState(deps, 'events', 'No active users in 14 days') : undefined,
      )}
    >
      <BarChart
        id="dau"
        summary={`Daily active users of the last 14 days, at most ${valueText(deps, 'users.dau', peak, 'table')}.`}
        unit="users"
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={[{ name: 'Active users', values: points.map(({ value }) => value) }]}
      />
    </Card>
  )
}
